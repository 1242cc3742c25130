"""What a practice chooses where the rules leave it a choice, and how long it waits for a report."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from services.coding.domain.modifiers import NEVER_REDUCED
from services.coding.domain.policy import Policy
from services.coding.domain.references import SURGICAL
from shared.bus.apply import apply
from shared.bus.stage import Due, Heard
from shared.contracts.documents.encounter import Encounter, without_prose
from shared.contracts.encounter_documented import EncounterDocumented
from shared.kernel.ids import case_id, claim_id, derived_id

PRACTICE = "prairie"
REFERENCE = Path(__file__).parents[1] / "reference"
L1 = {"lesion_id": "L1", "site": "back", "suspicion": True}
L2 = {"lesion_id": "L2", "site": "chest", "suspicion": True}
CANCER_1, CANCER_2 = ({**each, "suspicion": False, "diagnosis": "C44.519"} for each in (L1, L2))
PUNCH = {"kind": "biopsy", "technique": "punch", "lesion_id": "L1"}
SHAVE = {"kind": "shave_removal", "diameter_cm": "0.5", "lesion_id": "L2"}
FLAP = {
    "kind": "adjacent_tissue_transfer",
    "lesion_id": "L2",
    "site": "chest",
    "area_sq_cm": "8",
    "closes": [],
}
SPECIMEN = {"specimen_id": "S1", "lesion_id": "L1", "procedure_id": "P1"}


def excised(lesion_id: str) -> dict[str, Any]:
    return {
        "kind": "excision",
        "lesion_id": lesion_id,
        "lesion_diameter_cm": "1.0",
        "margin_cm": "0.2",
    }


CANCER = excised("L1")


@pytest.mark.parametrize(
    ("first", "policy", "lines"),
    [
        pytest.param(PUNCH, Policy(), "11602 11104-59", id="NC-2 59 says apart"),
        pytest.param(PUNCH, Policy(distinct="XS"), "11602 11104-XS", id="NC-2 XS by payer"),
        pytest.param(
            PUNCH, Policy(multiple_procedures=True), "11602 11104-51-59", id="MD-4 51 by payer"
        ),
        pytest.param(CANCER, Policy(), "11602 11602-59", id="EX-8 59"),
        pytest.param(CANCER, Policy(distinct="XS"), "11602 11602-XS", id="EX-8 XS by payer"),
        pytest.param(CANCER, Policy(repeated_by_76=True), "11602 11602-76", id="EX-8 76 by payer"),
    ],
)
def test_what_says_that_two_lesions_are_apart(
    coded: Any, first: dict[str, Any], policy: Policy, lines: str
) -> None:
    lesion = L1 if first is PUNCH else CANCER_1
    assert coded([first, excised("L2")], [lesion, CANCER_2], policy=policy).lines == lines


@pytest.mark.parametrize(
    ("removal", "policy", "lines"),
    [
        pytest.param(excised("L1"), Policy(), "11402 11104-59", id="BX-6 59"),
        pytest.param(
            excised("L1"), Policy(frozen_section="58"), "11402 11104-58", id="BX-6 58 by payer"
        ),
        pytest.param(
            {**SHAVE, "lesion_id": "L1"},
            Policy(frozen_section="58"),
            "11104 11300-59",
            id="BX-6 the biopsy is column 1",
        ),
    ],
)
def test_a_frozen_section_before_the_removal(
    coded: Any, removal: dict[str, Any], policy: Policy, lines: str
) -> None:
    biopsied = {**PUNCH, "frozen_section": True}
    assert coded([biopsied, removal], [L1], policy=policy).lines == lines


def test_no_add_on_takes_51(coded: Any) -> None:
    both = [PUNCH, {**PUNCH, "lesion_id": "L2"}]
    found = coded(both, [L1, L2], policy=Policy(multiple_procedures=True))
    assert found.lines == "11104 11105"


def test_what_is_paid_in_full_takes_no_51() -> None:
    """MD-4: those of the table with a global period and multiple procedure indicator 0."""
    with (REFERENCE / "cpt_dermatology.csv").open(newline="") as rows:
        unreduced = {
            row["code"]
            for row in csv.DictReader(rows)
            if row["global_days"] in SURGICAL
            and row["is_addon"] == "false"
            and row["mult_proc_indicator"] == "0"
        }
    assert unreduced == NEVER_REDUCED


@pytest.mark.parametrize(
    ("policy", "modifiers"),
    [
        pytest.param(Policy(), ("57",), id="EM-5 57 alone"),
        pytest.param(Policy(visit_beside_minor=True), ("25", "57"), id="EM-5 25 too by payer"),
    ],
)
def test_a_visit_that_decides_for_a_flap(
    coded: Any, write: Any, policy: Policy, modifiers: tuple[str, ...]
) -> None:
    found = coded(
        [PUNCH, FLAP],
        [L1, L2],
        evaluation=write.visit(decision_for_surgery=True),
        policy=policy,
    )
    (visit,) = (line for line in found.claim.lines if line.code == "99213")
    assert visit.modifiers == modifiers


def test_a_vascular_lesion_without_its_area_is_major_all_the_same(coded: Any, write: Any) -> None:
    """EM-5: each of 17106 to 17108 has 90 days; its line waits for the area, the visit does not."""
    stain = {"lesion_id": "L1", "site": "neck", "suspicion": False, "diagnosis": "Q82.5"}
    lasered = {"kind": "destruction", "lesion_class": "vascular", "lesion_id": "L1"}
    decided = write.visit(decision_for_surgery=True)
    found = coded([lasered], [stain], evaluation=decided)
    assert (found.lines, found.status) == ("99213-57", "needs_review")


@pytest.mark.parametrize(
    ("policy", "lines", "status"),
    [
        pytest.param(Policy(), "10140", "needs_review", id="GP-4 not known: ask"),
        pytest.param(Policy(office_complications="paid"), "10140", "ready", id="GP-4 paid"),
        pytest.param(Policy(office_complications="included"), "", "no_charge", id="GP-4 part"),
    ],
)
def test_office_care_of_a_complication(coded: Any, policy: Policy, lines: str, status: str) -> None:
    drained = {"kind": "other", "code": "10140", "units": 1, "diagnosis": "T81.89XA"}
    past = {"code": "11402", "date_of_service": "2026-02-24", "sites": ["back"]}
    around = {"history": [past], "payer_id": "60054"}
    found = coded([{**drained, "site": "back"}], around=around, policy=policy)
    assert (found.lines, found.status) == (lines, status)


def test_a_drug_is_given_under_the_payers_code(coded: Any) -> None:
    dose = {
        "kind": "drug_administration",
        "hcpcs": "J3245",
        "units": 100,
        "wasted_units": 0,
        "route": "subcutaneous",
        "supplied_by": "specialty_pharmacy",
        "diagnosis": "L40.0",
    }
    assert coded([dose]).lines == "96372"
    assert coded([dose], policy=Policy(injection="96401")).lines == "96401"


@pytest.mark.parametrize(
    ("policy", "as_of", "status"),
    [
        pytest.param(Policy(), "2026-03-02", "ready", id="PA-3 sent at once"),
        pytest.param(Policy(biopsy_wait_days=5), "2026-03-02", "held", id="PA-3 waits"),
        pytest.param(Policy(biopsy_wait_days=5), "2026-03-06", "held", id="PA-3 the last day"),
        pytest.param(Policy(biopsy_wait_days=5), "2026-03-07", "ready", id="PA-3 sent then"),
        pytest.param(Policy(shave_wait_days=7), "2026-03-02", "ready", id="PA-3 another family"),
    ],
)
def test_a_biopsy_waits_as_the_practice_says(
    coded: Any, policy: Policy, as_of: str, status: str
) -> None:
    found = coded([PUNCH], [L1], specimens=[SPECIMEN], as_of=as_of, policy=policy)
    assert (found.lines, found.status, found.diagnoses) == ("11104", status, "D49.2")


def test_a_report_ends_the_wait(coded: Any, write: Any) -> None:
    found = coded(
        [PUNCH],
        [L1],
        specimens=[SPECIMEN],
        around={"results": [write.report("S1", "bcc")]},
        policy=Policy(biopsy_wait_days=7),
    )
    assert (found.status, found.diagnoses) == ("ready", "C44.519")


async def put(service: Any, since: str, policies: dict[str, Any]) -> Any:
    who = service.may("claims:work")
    return await service.client.put(f"/v1/policies/{since}", json=policies, headers=who)


async def test_policies_are_read_as_they_were_said_and_followed(service: Any, write: Any) -> None:
    said = {
        "general": {"distinct": "XS", "biopsy_wait_days": 3},
        "payers": {"60054": {"biopsy_wait_days": 0}},
    }
    answer = await put(service, "2026-01-01", said)
    assert (answer.status_code, answer.json()) == (200, {"effective_from": "2026-01-01", **said})
    listed = await service.client.get("/v1/policies", headers=service.may())
    assert listed.json()["items"] == [{"effective_from": "2026-01-01", **said}]
    statuses = {}
    document = write.encounter([PUNCH], [L1], specimens=[SPECIMEN])
    for payer in ("60054", "62308", None):
        for practice in (PRACTICE, "coastal"):
            body = {"encounter": document, **({"payer_id": payer} if payer else {})}
            answer = await service.client.post(
                "/v1/preview", json=body, headers=service.may(practice=practice)
            )
            statuses[payer, practice] = answer.json()["status"]
    assert [key for key, status in statuses.items() if status == "held"] == [("62308", PRACTICE)]


async def test_a_choice_holds_from_its_date_of_service_on(service: Any, write: Any) -> None:
    """And no claim of an earlier service is coded otherwise for it."""

    async def status(day: str) -> str:
        document = write.encounter([PUNCH], [L1], specimens=[SPECIMEN], date_of_service=day)
        body = {"encounter": document, "payer_id": "60054"}
        answer = await service.client.post("/v1/preview", json=body, headers=service.may())
        found: str = answer.json()["status"]
        return found

    await put(service, "2026-03-02", {"general": {"biopsy_wait_days": 3}})
    await put(service, "2026-04-01", {"general": {}})
    days = ("2026-03-01", "2026-03-02", "2026-03-31", "2026-04-01")
    assert [await status(day) for day in days] == ["ready", "held", "held", "ready"]
    who = service.may("claims:work")
    for code in (204, 404):
        gone = await service.client.delete("/v1/policies/2026-04-01", headers=who)
        assert gone.status_code == code
    assert await status("2026-04-01") == "held"


@pytest.mark.parametrize(
    ("policy", "pointer"),
    [
        ({"general": {"biopsy_wait_days": 8}}, "/general/biopsy_wait_days"),
        ({"general": {"distinct": "XE"}}, "/general/distinct"),
        ({"payers": {"1": {"waits": 1}}}, "/payers/1/waits"),
    ],
)
async def test_a_choice_that_is_none_is_refused_with_its_place(
    service: Any, policy: dict[str, Any], pointer: str
) -> None:
    answer = await put(service, "2026-01-01", policy)
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]


async def test_a_wait_ends_by_itself(service: Any, write: Any) -> None:
    """A biopsy of 2 March, three days of wait: held, and ready on the fifth without a report."""
    await put(service, "2026-03-01", {"general": {"biopsy_wait_days": 3}})
    document = Encounter.model_validate(
        write.encounter([PUNCH], [L1], specimens=[SPECIMEN], visit_id="V-9", encounter_id="E-9")
    )
    case = case_id(PRACTICE, "V-9")
    event = EncounterDocumented(
        case_id=case,
        practice_id=PRACTICE,
        occurred_at=datetime(2026, 3, 2, 15, tzinfo=UTC),
        encounter_id="E-9",
        visit_id="V-9",
        encounter_version=1,
        encounter=without_prose(document, ()),
        blocks=False,
    )
    heard = Heard(event, derived_id(event.topic, case, 1), 1)
    parts = service.parts
    (await apply(parts.database, parts.stage, [(case, heard)], event.occurred_at)).result()
    url = f"/v1/claims/{claim_id(case, 'E-9')}"
    claim = (await service.client.get(url, headers=service.may())).json()
    assert (claim["status"], claim["holds"][0]["release_on"]) == ("held", "2026-03-05")
    async with parts.database.transaction([PRACTICE]) as connection:
        rows = await connection.execute(text("select kind, due_at from timer order by due_at"))
        kind, due_at = next((row.kind, row.due_at) for row in rows)
    assert (kind, due_at) == ("pathology_waited:E-9", datetime(2026, 3, 5, 6, tzinfo=UTC))
    due = Due(kind, due_at)
    await apply(parts.database, parts.stage, [(case, due)], due_at, practice_id=PRACTICE)
    claim = (await service.client.get(url, headers=service.may())).json()
    assert (claim["version"], claim["status"]) == (2, "ready")
    assert claim["changes"][0]["why"] == "The practice waits no longer for the report."
