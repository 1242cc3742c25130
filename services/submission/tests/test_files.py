"""Files of ours as they left: raw, by segment, and checked before they would leave."""

import pytest

from services.submission.tests.conftest import Service
from services.submission.tests.support import BENIGN, CLAIM, coded


async def test_a_file_is_read_as_it_left_and_segment_by_segment(service: Service):
    await service.profiles()
    await service.story()
    await service.hear(coded(BENIGN))
    sent = await service.send()
    may = service.may("claims:read", "phi:read")
    batches = (await service.client.get("/v1/batches", headers=may)).json()["items"]
    path = f"/v1/batches/{batches[0]['batch_id']}"
    raw = await service.client.get(f"{path}/file", headers=may)
    assert raw.content == sent
    assert raw.headers["content-type"] == "application/edi-x12"
    shown = (await service.client.get(f"{path}/segments?limit=100", headers=may)).json()["items"]
    body = sent.decode().split("~")
    first = next(place for place, each in enumerate(body) if each.startswith("ST*"))
    for each in shown:
        written = "*".join([each["segment"], *each["elements"]])
        assert body[first + each["position"] - 1] == written
    of_line = [each for each in shown if each["segment"] == "SV1"]
    assert [(each["claim_id"], each["line"]) for each in of_line] == [
        (f"{CLAIM}-1", 1),
        (f"{CLAIM}-1", 2),
    ]
    of_claim = await service.client.get(f"{path}/segments?claim_id={CLAIM}-1&limit=2", headers=may)
    assert len(of_claim.json()["items"]) == 2
    assert of_claim.json()["next_cursor"]
    for hidden in ("file", "segments"):
        refused = await service.client.get(f"{path}/{hidden}", headers=service.may("claims:read"))
        assert refused.status_code == 403

    for old, new, element, field, stage in (
        ("ABK:D22", "ABK:D2299", "HI01", "/diagnoses", "coding"),
        ("*UN*1*", "*UN*0*", "SV104", "/lines/0/units", "coding"),
        ("MI*W", "MI*W ", "NM109", "/coverage/member_id", "intake"),
        ("1497758544", "1497758545", "NM109", "/v1/practice/npi", "follow_up"),
    ):
        bad = sent.decode().replace(old, new, 1)
        assert bad != sent.decode(), old
        found = await _check(service, bad.encode())
        assert not found["clean"]
        places = [(each["element"], each["field"], each["stage"]) for each in found["objections"]]
        assert (element, field, stage) in places
    clean = await _check(service, sent)
    assert (clean["clean"], clean["sets"], clean["claims"]) == (True, 1, 1)


@pytest.mark.parametrize("body", [b"", b"hello", b"ISA*00*~", b"\xff\xfe\x00" * 200])
async def test_what_is_no_file_is_refused_in_words(service: Service, body: bytes):
    answer = await service.client.post(
        "/v1/claim-files/check",
        content=body,
        headers=service.may("claims:read") | {"content-type": "application/edi-x12"},
    )
    assert answer.status_code == 422


async def _check(service: Service, file: bytes) -> dict:
    answer = await service.client.post(
        "/v1/claim-files/check",
        content=file,
        headers=service.may("claims:read") | {"content-type": "application/edi-x12"},
    )
    assert answer.status_code == 200, answer.text
    return answer.json()
