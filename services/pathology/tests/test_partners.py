"""Results as laboratories send them: HL7 and FHIR through the webhook, read, matched, answered."""

import asyncio
import json
from pathlib import Path

import pytest

from services.pathology import wire
from services.pathology.app import FORMATS, KEEPING
from services.pathology.tests.conftest import documented
from shared.http import Webhooks
from shared.http.mllp import MllpPort, listening
from shared.testing.webhooks import SECRET, signed_headers

FIXTURES = Path(__file__).parents[4] / "shared/fixtures/interop"
HL7, FHIR = "application/hl7-v2", "application/fhir+json"

needs_fixtures = pytest.mark.skipif(not FIXTURES.exists(), reason="the samples are not here")


def oru(**changes: str) -> bytes:
    """A final report of the nose of example 1."""
    said = {
        "id": "M1",
        "mode": "P",
        "time": "20260305160000",
        "accession": "D26-004512",
        "mrn": "MRN2001^^^PRAC^MR",
        "status": "F",
        "obx": "F",
        "spm": "S-1001-A",
        "order": "",
        "text": "A. Skin, nose, tangential biopsy: Basal cell carcinoma, nodular type.",
        **changes,
    }
    lines = [
        rf"MSH|^~\&|LIS|LAB1|EHR|PRAC|{said['time']}||ORU^R01^ORU_R01|{said['id']}|{said['mode']}|2.5.1",
        f"PID|1||{said['mrn']}||MORENO^Ada||19560719|F",
        f"OBR|1|{said['order']}|{said['accession']}|22637-3^Path report^LN|||20260302"
        f"|||||||||||||||20260305154000-0600|||{said['status']}",
        f"OBX|1|TX|22637-3^Final diagnosis^LN||{said['text']}||||||{said['obx']}",
        "OBX|2|CWE|59847-4^Histology^LN||8090/3^Basal cell carcinoma^ICDO3||||||F",
        f"SPM|1|{said['spm']}||TISS|||||||||||||20260302",
    ]
    return "\r".join(lines).encode()


@pytest.fixture
async def lab(service):
    """Posts as a registered lab and tells what became of it."""
    settings = {"format": "hl7v2", "secrets": [SECRET]}
    answer = await service.client.put("/v1/sources/lab", json=settings, headers=service.may())
    assert answer.status_code == 200, answer.text

    async def post(body, media_type=HL7, *, webhook_id=None, accept="application/json"):
        headers = signed_headers(body, webhook_id=webhook_id, media_type=media_type)
        return await service.client.post(
            "/v1/webhooks/lab", content=body, headers={**headers, "accept": accept}
        )

    return post


async def settled(service, answer):
    assert answer.status_code == 202, answer.text
    for _ in range(200):
        message = (await service.get(answer.json()["status_url"])).json()
        if message["state"] != "stored":
            return message
        await asyncio.sleep(0.02)
    raise AssertionError("the message is not interpreted")


async def test_a_report_in_hl7_is_told_like_any_other(service, biopsy, lab):
    await service.hear(documented(biopsy))
    message = await settled(service, await lab(oru()))
    assert (message["state"], message["kind"], message["test"]) == ("applied", "ORU^R01", False)
    (result,) = message["results"]
    assert (result["accession"], result["lab_id"], result["status"], result["part"]) == (
        "D26-004512", "LAB1", "final", "A",
    )  # fmt: skip
    assert (result["patient_agrees"], result["revision"], result["mrn"]) == (True, 1, "MRN2001")
    (event,) = await service.told()
    assert (event.behavior, event.icd10) == ("malignant", "C44.311")


async def test_the_same_message_ten_times_is_one_event(service, biopsy, lab):
    await service.hear(documented(biopsy))
    first = await lab(oru())
    await settled(service, first)
    for minute in range(9):
        again = await lab(oru(time=f"2026030517{minute:02}00"))
        assert (again.status_code, again.json()) == (202, first.json())
    assert len(await service.told()) == 1


async def test_a_number_used_again_is_kept_answered_and_said(service, biopsy, lab):
    await service.hear(documented(biopsy))
    await settled(service, await lab(oru()))
    other = await lab(oru(text="A. Skin, nose, biopsy: Intradermal nevus."), accept=HL7)
    assert other.status_code == 202
    assert "MSA|AA|M1" in other.text
    assert "|205^" in other.text
    listed = (await service.get("/v1/messages")).json()["items"]
    assert [each.get("conflict") for each in listed] == [True, None]


@pytest.mark.parametrize(
    ("body", "status", "code", "error"),
    [
        (b"not HL7 at all", 400, "AR", "100"),
        (rb"MSHAAAA", 400, "AR", "100"),
        (oru(mode=""), 400, "AR", "202"),
        (oru(mode="X"), 400, "AR", "202"),
        (oru().replace(b"ORU^R01^ORU_R01", b"VXU^V04"), 415, "AR", "200"),
        (oru(accession=""), 422, "AE", "101"),
    ],
    ids=["text", "separators", "no mode", "unknown mode", "another family", "no accession"],
)
async def test_what_cannot_be_read_is_answered_kept_and_mended(
    service, biopsy, lab, body, status, code, error
):
    answer = await lab(body, accept=HL7)
    assert answer.status_code == status
    assert f"MSA|{code}|" in answer.text
    assert f"|{error}^" in answer.text
    assert "MORENO" not in answer.text
    plain = await lab(body)
    assert (plain.status_code, plain.headers["content-type"]) == (
        status, "application/problem+json",
    )  # fmt: skip
    failed = (await service.get("/v1/messages?state=failed")).json()["items"]
    assert failed, "a refused message of a known sender is kept"
    await service.hear(documented(biopsy))
    mended = await service.client.post(
        f"/v1/messages/{failed[0]['message_id']}/replay",
        content=oru(),
        headers={**service.may(), "content-type": HL7},
    )
    assert (await settled(service, mended))["state"] == "applied"


async def test_a_test_message_is_answered_and_never_billed(service, biopsy, lab):
    await service.hear(documented(biopsy))
    message = await settled(service, await lab(oru(mode="T")))
    assert (message["test"], message["state"]) == (True, "ignored")
    assert await service.told() == []


async def test_several_messages_in_a_body_get_an_answer_each(service, biopsy, lab):
    await service.hear(documented(biopsy))
    body = b"BHS|^~\\&|LIS\r" + oru() + b"\r" + oru(id="M2", accession="") + b"\rBTS|2"
    answer = await lab(body, accept=HL7)
    assert answer.status_code == 202
    assert ("MSA|AA|M1" in answer.text, "MSA|AE|M2" in answer.text) == (True, True)


async def test_order_and_merge_lead_a_result_to_its_specimen(service, biopsy, lab):
    biopsy["specimens"][0]["specimen_id"] = "S-1"
    biopsy["patient"]["mrn"] = "MRN-NEW"
    await service.hear(documented(biopsy))
    report = oru(spm="", order="ORD7", mrn="MRN-OLD^^^PRAC^MR")
    assert (await settled(service, await lab(report)))["state"] == "unmatched"
    order = rb"""MSH|^~\&|EHR|PRAC|LIS|LAB1|20260302||ORM^O01|O1|P|2.3
PID|1||MRN-NEW^^^PRAC^MR||MORENO^Ada||19560719|F
ORC|NW|ORD7
OBR|1|ORD7||88305^Pathology^C4|||20260302||||||||S-1"""
    assert (await settled(service, await lab(order)))["state"] == "applied"
    assert await service.told() == []
    merge = rb"""MSH|^~\&|EHR|PRAC|LIS|LAB1|20260303||ADT^A40|A1|P|2.5
PID|1||MRN-NEW^^^PRAC^MR||MORENO^Ada||19560719|F
MRG|MRN-OLD^^^PRAC^MR"""
    assert (await settled(service, await lab(merge)))["state"] == "applied"
    (event,) = await service.told()
    assert (event.match.specimen_id, event.match.by) == ("S-1", "order")


async def test_over_mllp_each_message_is_kept_and_then_acknowledged(service, biopsy, lab):
    await service.hear(documented(biopsy))
    webhooks = Webhooks(FORMATS, wire.identify, wire.interpreter(KEEPING))
    port = MllpPort(source_id="lab", port=0)
    async with listening(service.parts, webhooks, [port]) as (number,):
        reader, writer = await asyncio.open_connection("127.0.0.1", number)
        for body, says in [
            (oru(), "MSA|AA|M1"),
            (oru(time="20260305170000"), "MSA|AA|M1"),
            (oru(id="M2", accession=""), "MSA|AE|M2"),
            (b"hello", "MSA|AR|"),
        ]:
            writer.write(b"\x0b" + body + b"\x1c\r")
            answer = await asyncio.wait_for(reader.readuntil(b"\x1c\r"), 5)
            assert says in answer.decode()
        writer.close()
    listed = (await service.get("/v1/messages")).json()["items"]
    assert len(listed) == 3


def bundle(**changes) -> bytes:
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r1",
        "identifier": [{"type": {"coding": [{"code": "ACSN"}]}, "value": "D26-004512"}],
        "status": "final",
        "subject": {"reference": "Patient/p1"},
        "issued": "2026-03-05T15:40:00-06:00",
        "performer": [{"reference": "Organization/o1"}],
        "specimen": [{"reference": "Specimen/s1"}],
        "conclusion": "Skin, nose, tangential biopsy: Basal cell carcinoma, nodular type.",
        **changes,
    }
    mr = {"type": {"coding": [{"code": "MR"}]}, "value": "MRN2001"}
    others = [
        {"resourceType": "Patient", "id": "p1", "identifier": [mr], "birthDate": "1956-07-19"},
        {"resourceType": "Organization", "id": "o1", "name": "LAB1"},
        {"resourceType": "Specimen", "id": "s1", "identifier": [{"value": "S-1001-A"}]},
    ]
    entries = [{"resource": each} for each in (report, *others)]
    document = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    return json.dumps(document).encode()


async def test_a_report_in_fhir_is_told_like_any_other(service, biopsy, lab):
    await service.hear(documented(biopsy))
    message = await settled(service, await lab(bundle(), FHIR))
    assert (message["state"], message["kind"]) == ("applied", "DiagnosticReport"), message
    (result,) = message["results"]
    assert (result["lab_id"], result["mrn"], result["patient_agrees"]) == ("LAB1", "MRN2001", True)
    amended = bundle(
        status="amended",
        issued="2026-03-06T09:00:00-06:00",
        conclusion="Skin, nose: Intradermal nevus.",
    )
    await settled(service, await lab(amended, FHIR))
    first, second = await service.told()
    assert (first.icd10, second.revision, second.behavior) == ("C44.311", 2, "benign")


async def test_a_heartbeat_is_answered_200(lab):
    status = {"resourceType": "SubscriptionStatus", "type": "heartbeat"}
    body = {"resourceType": "Bundle", "type": "history", "entry": [{"resource": status}]}
    assert (await lab(json.dumps(body).encode(), FHIR)).status_code == 200


@needs_fixtures
async def test_every_sample_is_stored_and_answered(service, lab):
    expected = {
        "adt_a04_bom_v23": ("ADT^A04", "ignored", True),
        "adt_a08_update": ("ADT^A08", "applied", False),
        "dft_p03_charge": ("DFT^P03", "ignored", False),
        "mdm_t02_document": ("MDM^T02", "unmatched", False),
        "oml_o21_order": ("OML^O21", "applied", False),
        "oru_r01_path_addendum_v251": ("ORU^R01", "unmatched", False),
        "oru_r01_skin_excision_naevus": ("ORU^R01", "unmatched", False),
        "oru_r01_two_obr_mixed_status_bom": ("ORU^R01", "ignored", True),
        "siu_s12_booked": ("SIU^S12", "ignored", False),
        "siu_s15_cancelled": ("SIU^S15", "ignored", False),
        "siu_s26_noshow": ("SIU^S26", "ignored", False),
    }
    results = {}
    for name, (kind, state, test) in expected.items():
        message = await settled(service, await lab((FIXTURES / f"hl7v2/{name}.hl7").read_bytes()))
        found = (message["kind"], message["state"], message["test"])
        assert found == (kind, state, test), (name, message)
        results[name] = message.get("results", [])
    (naevus,) = results["oru_r01_skin_excision_naevus"]
    assert (naevus["accession"], naevus["placer_order"]) == ("LAB500890", "ORD400567")
    assert (naevus["status"], naevus["laterality"]) == ("final", None)
    addendum = results["oru_r01_path_addendum_v251"]
    assert [(each["part"], each["status"]) for each in addendum] == [
        ("1", "corrected"),
        ("2", "corrected"),
    ]
    (document,) = results["mdm_t02_document"]
    assert (document["accession"], document["placer_order"]) == ("1-1", "00012345")
    for path in sorted(FIXTURES.glob("fhir/*.json")) + sorted(FIXTURES.glob("ehr/*.json")):
        message = await settled(service, await lab(path.read_bytes(), FHIR))
        assert message["state"] in ("ignored", "applied", "unmatched"), (path.name, message)
