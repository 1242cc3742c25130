"""A case as tests tell it, and the outside world that answers it."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

import httpx

from shared.contracts.claim_coded import ClaimCoded
from shared.contracts.documents.claim import CodedClaim
from shared.contracts.documents.encounter import Encounter, without_prose
from shared.contracts.encounter_documented import EncounterDocumented
from shared.kernel.ids import case_id, claim_id

PRACTICE = "prairie"
NOW = datetime(2026, 3, 16, 15, 0, tzinfo=UTC)

PRACTICE_PROFILE = {
    "name": "Prairie Dermatology",
    "npi": "1497758544",
    "tax_id": "311234567",
    "taxonomy": "207N00000X",
    "address": {
        "line1": "1200 Clinic Way",
        "city": "Springfield",
        "state": "IL",
        "postal_code": "627010001",
    },
    "contact_name": "Billing Office",
    "phone": "2175550100",
    "submitter_id": "PRAIRIE",
    "clia": "14D0000001",
}
PAYER_PROFILE = {
    "name": "Example Health Plan",
    "program": "commercial",
    "accepts_replacement": True,
    "filing_days": 90,
    "corrected_claim_days": 180,
    "appeal_days": 180,
    "fees": {"11402": "158.00", "12032": "300.00", "11602": "220.00"},
}
VISIT = {
    "visit_id": "V-1002",
    "scheduled_at": "2026-03-02T14:00:00-06:00",
    "patient": {
        "mrn": "MRN2002",
        "first_name": "Noah",
        "last_name": "Lindqvist",
        "birth_date": "1979-11-03",
        "sex": "M",
        "address": {
            "line1": "402 Mill Lane",
            "city": "Springfield",
            "state": "IL",
            "postal_code": "627010002",
        },
    },
    "coverage": {
        "payer_id": "60054",
        "payer_name": "Example Health Plan",
        "member_id": "W200200012",
        "group_number": "GRP-204",
        "program": "commercial",
        "relationship": "self",
    },
    "rendering_provider": {"npi": "1234567893", "first_name": "Ruth", "last_name": "Okafor"},
    "reason": "Changing mole on the back",
}
ENCOUNTER = {
    "encounter_id": "E-1002",
    "visit_id": "V-1002",
    "patient": {"mrn": "MRN2002"},
    "date_of_service": "2026-03-02",
    "rendering_provider": {"npi": "1234567893"},
}
BENIGN = [("12032", "520.00"), ("11402", "310.00")]
MALIGNANT = [("12032", "520.00"), ("11602", "460.00")]


@dataclass
class Clearinghouse:
    """A clearinghouse that keeps files; `lose_answers` of them it keeps without answering."""

    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    posts: int = 0
    lose_answers: int = 0
    unreachable: int = 0
    refuse_with: int | None = None

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.unreachable:
            self.unreachable -= 1
            raise httpx.ConnectError("unreachable")
        if request.headers.get("authorization") != "Bearer key":
            return httpx.Response(401)
        if request.method == "GET":
            kept = self.files.get(request.url.path.rpartition("/")[2])
            if kept is None:
                return httpx.Response(404)
            return httpx.Response(200, json={"sha256": hashlib.sha256(kept[1]).hexdigest()})
        self.posts += 1
        if self.refuse_with:
            return httpx.Response(self.refuse_with)
        number = request.content.decode().split("*")[13]
        self.files[number] = (request.headers["idempotency-key"], request.content)
        if self.lose_answers:
            self.lose_answers -= 1
            raise httpx.ReadTimeout("the answer was lost")
        return httpx.Response(202, json={"interchange_control_number": number})


CASE = case_id(PRACTICE, "V-1002")
CLAIM = claim_id(CASE, "E-1002")


def documented(document: dict = ENCOUNTER, version: int = 1) -> EncounterDocumented:
    read = Encounter.model_validate(document)
    return EncounterDocumented(
        case_id=case_id(PRACTICE, read.visit_id, read.encounter_id),
        practice_id=PRACTICE,
        occurred_at=NOW,
        encounter_id=read.encounter_id,
        visit_id=read.visit_id,
        encounter_version=version,
        encounter=without_prose(read, ()),
        blocks=False,
    )


def coded(
    lines: list[tuple[str, str]],
    *,
    version: int = 1,
    frequency: str = "1",
    status: str = "ready",
    diagnosis: str = "D22.5",
    visit_id: str = "V-1002",
    encounter_id: str = "E-1002",
    **more: object,
) -> ClaimCoded:
    case = case_id(PRACTICE, visit_id)
    return ClaimCoded(
        case_id=case,
        practice_id=PRACTICE,
        occurred_at=NOW,
        encounter_id=encounter_id,
        encounter_version=1,
        visit_id=visit_id,
        claim=CodedClaim.model_validate(
            {
                "claim_id": claim_id(case, encounter_id),
                "case_id": str(case),
                "version": version,
                "status": status,
                "frequency_code": frequency,
                "date_of_service": "2026-03-02",
                "place_of_service": "11",
                "rendering_provider": {"npi": "1234567893"},
                "diagnoses": [diagnosis],
                "lines": [
                    {
                        "number": number,
                        "code": code,
                        "modifiers": [],
                        "units": 1,
                        "diagnosis_pointers": [1],
                        "charge": charge,
                        "procedure_ids": [f"P{number}"],
                    }
                    for number, (code, charge) in enumerate(lines, 1)
                ],
                **more,
            }
        ),
    )


def _file(functional_id: str, guide: str, number: int, *sets: tuple[str, list[str]]) -> bytes:
    """An interchange from the clearinghouse with these sets (kind, segments between ST and SE)."""
    segments = [
        "ISA*00*          *00*          *ZZ*CLEARINGHOUSE  *ZZ*PRAIRIE        *260316*0900*^*00501"
        f"*{number:09d}*0*P*:",
        f"GS*{functional_id}*CLEARINGHOUSE*PRAIRIE*20260316*0900*{number}*X*{guide}",
    ]
    for count, (kind, body) in enumerate(sets, 1):
        segments += [f"ST*{kind}*{count:04d}*{guide}", *body, f"SE*{len(body) + 2}*{count:04d}"]
    segments += [f"GE*{len(sets)}*{number}", f"IEA*1*{number:09d}"]
    return ("~".join(segments) + "~").encode()


def numbers_of(file: bytes) -> tuple[str, str]:
    """Interchange control number and batch id (BHT03) of a file of ours."""
    segments = [segment.split("*") for segment in file.decode().split("~")]
    return segments[0][13], next(each[3] for each in segments if each[0] == "BHT")


def answer_999(file: bytes, code: str = "A") -> bytes:
    """A 999 for the one set of a file of ours."""
    number, _ = numbers_of(file)
    accepted = "1" if code == "A" else "0"
    error = [] if code == "A" else ["IK3*CLM*20**8", "IK4*2*782*1"]
    reason = "" if code == "A" else "*5"
    group = f"AK1*HC*{int(number)}*005010X222A1"
    body = [group, "AK2*837*0001", *error, f"IK5*{code}{reason}", f"AK9*{code}*1*1*{accepted}"]
    return _file("FA", "005010X231A1", 900 + int(number), ("999", body))


def answer_277ca(
    file: bytes,
    claim: str,
    status: str = "A2:20",
    *,
    source: str = "PR",
    payer_number: str | None = None,
    number: int = 500,
) -> bytes:
    """A 277CA of the payer (PR) or the clearinghouse (AY) for one claim (CLM01)."""
    _, batch_id = numbers_of(file)
    body = [
        f"BHT*0085*08*X{number}*20260316*0900*TH",
        "HL*1**20*1",
        f"NM1*{source}*2*SOMEONE*****46*S1",
        "HL*2*1*21*1",
        "NM1*41*2*PRAIRIE*****46*PRAIRIE",
        f"TRN*2*{batch_id}",
        "STC*A1:20*20260316*WQ*100",
        "HL*3*2*19*1",
        "NM1*85*2*PRAIRIE*****XX*1497758544",
        "HL*4*3*PT",
        "NM1*QC*1*X*Y****MI*W1",
        f"TRN*2*{claim}",
        f"STC*{status}*20260316*WQ*100",
    ]
    if payer_number:
        body.append(f"REF*1K*{payer_number}")
    return _file("HN", "005010X214", number, ("277", body))


@dataclass
class Paid:
    """One line of an 835: id, code, charge, paid and the CAS segments."""

    line: str
    code: str
    charge: str
    paid: str
    adjustments: list[str] = field(default_factory=list)


def answer_835(
    claim: str,
    lines: list[Paid],
    *,
    status: str = "1",
    payer_number: str = "ICN1",
    trace: str = "EFT1",
    number: int = 700,
    amount: str | None = None,
) -> bytes:
    """An 835 with one claim; `amount` is BPR02, by default what the lines say."""
    charge = sum((Decimal(each.charge) for each in lines), Decimal(0))
    paid = sum((Decimal(each.paid) for each in lines), Decimal(0))
    body = [
        f"BPR*I*{amount or paid}*C*ACH*CCP*01*999999992*DA*1*1512345678**01*999988880*DA*9"
        "*20260330",
        f"TRN*1*{trace}*1999999999",
        "DTM*405*20260330",
        "N1*PR*EXAMPLE HEALTH PLAN",
        "N1*PE*PRAIRIE*XX*1497758544",
        "LX*1",
        f"CLP*{claim}*{status}*{charge}*{paid}**12*{payer_number}*11*1",
        "NM1*QC*1*X*Y****MI*W1",
    ]
    for each in lines:
        body += [f"SVC*HC:{each.code}*{each.charge}*{each.paid}**1", "DTM*472*20260302"]
        body += [*each.adjustments, f"REF*6R*{each.line}"]
    return _file("HP", "005010X221A1", number, ("835", body))
