"""The three what-ifs over HTTP, against the contract's examples and the public fixtures.

The public fixtures are read in place beside the repository (`../shared/fixtures/x12`); where that
folder is absent those tests are skipped.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

import shared.contracts
from services.submission.seed import read_code_tables
from services.submission.tests.conftest import Service
from services.submission.tests.support import Paid, answer_835
from services.submission.wire.acknowledgement_check import (
    AcknowledgementToCheck,
    check_acknowledgement,
)

CODES = read_code_tables()
EXAMPLES = Path(shared.contracts.__path__[0]) / "examples"
FIXTURES = Path(__file__).parents[4] / "shared" / "fixtures" / "x12"
needs_fixtures = pytest.mark.skipif(not FIXTURES.exists(), reason="the public fixtures are absent")


def holds(found: object, expected: object) -> bool:
    """Whether everything expected is found: mappings partly, lists element by element."""
    if isinstance(expected, Mapping):
        return isinstance(found, Mapping) and all(
            key in found and holds(found[key], value) for key, value in expected.items()
        )
    if isinstance(expected, list):
        return (
            isinstance(found, list)
            and len(found) == len(expected)
            and all(holds(*pair) for pair in zip(found, expected, strict=True))
        )
    return found == expected


async def test_the_remittance_examples_of_the_contract_are_answered_exactly(service: Service):
    paths = sorted(EXAMPLES.glob("remit-*.json"))
    assert len(paths) >= 3
    for path in paths:
        example = json.loads(path.read_text())
        answer = await service.client.post(
            "/v1/remittances/check", json=example["request"], headers=service.may("claims:read")
        )
        assert answer.status_code == 200, path.name
        assert answer.json() == example["response"], path.name
        raw = path.with_suffix(".edi")
        if raw.exists():
            answer = await service.client.post(
                "/v1/remittances/check",
                content=raw.read_bytes(),
                headers={**service.may("claims:read"), "content-type": "application/edi-x12"},
            )
            assert holds(answer.json(), example["expect"]), raw.name


@needs_fixtures
async def test_every_public_remittance_balances_and_every_other_file_is_refused(service: Service):
    headers = {**service.may("claims:read"), "content-type": "application/edi-x12"}
    for path in sorted(FIXTURES.glob("*.edi")):
        answer = await service.client.post(
            "/v1/remittances/check", content=path.read_bytes(), headers=headers
        )
        if path.name.startswith("835"):
            (read,) = answer.json()["transactions"]
            assert (read["balanced"], read["quarantined"]) == (True, False), path.name
        else:
            assert answer.status_code == 422, path.name


async def test_what_is_no_835_is_a_422_however_broken(service: Service):
    headers = {**service.may("claims:read"), "content-type": "application/edi-x12"}
    isa = b"ISA" + b"*" * 200
    for body in (b"", b"ISA", b"ISA*00*~", b"not x12", b"\xff\xfe\x00", isa, b"ISA" * 1000):
        answer = await service.client.post("/v1/remittances/check", content=body, headers=headers)
        assert answer.status_code == 422, body[:10]
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_broken_amount_or_a_cut_off_file_is_held_and_says_where(service: Service):
    headers = {**service.may("claims:read"), "content-type": "application/edi-x12"}
    whole = answer_835("C-1", [Paid("C-1-1", "11402", "10.00", "10.00")]).decode()
    for broken, reason in (
        (whole.replace("*10.00**1~DTM", "*TEN**1~DTM"), "amount_not_a_number"),
        (whole[: whole.index("REF*6R")], "cut_off"),
        (whole.replace("BPR*I*10.00", "BPR*I*"), "amount_not_a_number"),
    ):
        answer = await service.client.post(
            "/v1/remittances/check", content=broken.encode(), headers=headers
        )
        (read,) = answer.json()["transactions"]
        assert read["quarantined"] and reason in read["quarantine_reasons"]


def check_of(x12: str, states: dict, **batch: object) -> dict:
    return {
        "x12": x12,
        "batch": {
            "batch_id": "B1",
            "interchange_control_number": "000000019",
            "group_control_number": "1",
            "sets": [{"control_number": "0001", "claim_ids": list(states)}],
            **batch,
        },
        "states": states,
    }


ACCEPTED = {"state": "accepted_payer", "payer_control_number": "ICN1"}


@needs_fixtures
@pytest.mark.parametrize(
    ("fixture", "before", "batch", "kind", "after", "rejected_by", "stage"),
    [
        ("ta1-accepted", "sent", {}, "ta1", "sent", None, None),
        ("ta1-rejected", "sent", {}, "ta1", "rejected", "interchange", "follow_up"),
        ("ta1-rejected", "accepted_payer", {}, "ta1", "accepted_payer", None, None),
        ("999-accepted", "sent", {}, "999", "received", None, None),
        ("999-accepted", "accepted_clearinghouse", {}, "999", "accepted_clearinghouse", None, None),
        ("999-rejected", "sent", {"group_control_number": "28"}, "999", "rejected", "group",
         "follow_up"),
        ("277ca-accepted", "received", {}, "277ca", "accepted_payer", None, None),
        ("277ca-accepted", "paid", {}, "277ca", "paid", None, None),
        ("277ca-rejected", "received", {}, "277ca", "rejected", "payer", "follow_up"),
        ("277ca-rejected", "accepted_payer", {}, "277ca", "rejected", "payer", "follow_up"),
        ("277-claim-level", "accepted_payer", {}, "277", "pended", None, None),
    ],
)  # fmt: skip
def test_public_acknowledgements(
    fixture: str,
    before: str,
    batch: dict,
    kind: str,
    after: str,
    rejected_by: str | None,
    stage: str | None,
):
    claim = {"277ca-accepted": "5781", "277ca-rejected": "3920394930203"}.get(fixture, "SM123456")
    set_number = "0028" if fixture == "999-rejected" else "0001"
    sets = [{"control_number": set_number, "claim_ids": [claim]}]
    text = (FIXTURES / f"{fixture}.edi").read_text(encoding="utf-8")
    asked = check_of(text, {claim: {"state": before}}, **{"sets": sets, **batch})
    told = check_acknowledgement(AcknowledgementToCheck.model_validate(asked), CODES)
    (shown,) = told.claims
    assert told.kind == kind
    assert (shown.state, shown.changed) == (after, after != before)
    assert (shown.rejected_by, shown.fix_stage) == (rejected_by, stage)


@needs_fixtures
async def test_a_999_decides_per_set_and_the_277ca_gives_the_payers_number(service: Service):
    sets = [{"control_number": f"000{n}", "claim_ids": [f"C-{n}"]} for n in (1, 2, 3)]
    states = {f"C-{n}": {"state": "sent"} for n in (1, 2, 3)}
    text = (FIXTURES / "999-partial.edi").read_text(encoding="utf-8")
    asked = check_of(text, states, sets=sets, group_control_number="17456")
    answer = await service.client.post(
        "/v1/acknowledgements/check", json=asked, headers=service.may("claims:read")
    )
    assert [claim["state"] for claim in answer.json()["claims"]] == [
        "received",
        "rejected",
        "rejected",
    ]
    assert answer.json()["claims"][1]["reasons"][0]["segment"] == "CLM@22"
    text = (FIXTURES / "277ca-accepted.edi").read_text(encoding="utf-8")
    asked = check_of(text, {"5781": {"state": "received"}, "OTHER": ACCEPTED})
    answer = await service.client.post(
        "/v1/acknowledgements/check", json=asked, headers=service.may("claims:read")
    )
    first, second = answer.json()["claims"]
    assert first["payer_control_number"] == "1107000000014420"
    assert (second["changed"], second["payer_control_number"]) == (False, "ICN1")


async def test_an_unknown_field_is_refused(service: Service):
    answer = await service.client.post(
        "/v1/changes/preview", json={"claims": {}}, headers=service.may("claims:read")
    )
    assert answer.status_code == 422
