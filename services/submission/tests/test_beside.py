"""What a claim carries beside its codes: facility, outside laboratory, description, supervisor."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.submission.domain.claim import (
    Claim,
    Coded,
    CodedLine,
    Encounter,
    Name,
    Version,
    Visit,
)
from services.submission.domain.profile import (
    OutsideLaboratory,
    PayerProfile,
    PracticeProfile,
    Profiles,
)
from services.submission.domain.readiness import missing
from services.submission.seed import read_code_lists
from services.submission.tests.support import NOW, VISIT
from services.submission.wire import claim_file
from services.submission.wire.claim_file import Destination
from services.submission.wire.professional import professional_claim
from shared.contracts.documents.visit import Subject
from shared.contracts.documents.visit import Visit as VisitDocument
from shared.x12.judging import judge
from shared.x12.professional import Address, Facility, Provider, write_claim_set

ADDRESS = Address("800 Hospital Drive", "Springfield", "IL", "627020001")
DOCTOR, ASSISTANT = "1234567893", "1245319599"
PRACTICE = PracticeProfile(
    "Prairie Dermatology", "1497758544", "311234567", "207N00000X", ADDRESS, None, "Billing",
    "2175550100", "PRAIRIE", "14D0000001",
    providers=(
        Provider(DOCTOR, "Okafor", "Ruth", "207N00000X"),
        Provider(ASSISTANT, "Brandt", "Sam", "363A00000X"),
    ),
    facilities={"22": Facility("Springfield Hospital", ADDRESS, "1245319599")},
    outside_laboratory=OutsideLaboratory(
        "Lake Laboratory", "1245319599", ADDRESS, "14D0000009", {"88305": Decimal("31.50")}
    ),
    descriptions={"17999": "Laser of a scar"},
    supervisors={ASSISTANT: DOCTOR},
)  # fmt: skip
PAYER = PayerProfile("60054", "Plan", "commercial", None, "clearinghouse", True)
LINE = CodedLine(1, "17000", (), 1, (1,), Decimal(90))
CODED = Coded("ready", "1", date(2026, 3, 2), "11", Name(DOCTOR), None, (), ("L57.0",), (LINE,))
READ = VisitDocument.model_validate(VISIT)
SUBJECT = Subject(patient=READ.patient, coverage=READ.coverage)
SEEN = Visit(NOW, "sealed", True, "60054", Name(DOCTOR, "Ruth", "Okafor"))


@pytest.mark.parametrize(
    ("coded", "practice", "reason", "field"),
    [
        ({"place_of_service": "24"}, {}, "facility_missing", "/v1/practice/facilities"),
        ({"place_of_service": "10"}, {}, None, None),
        ({"place_of_service": "22"}, {}, None, None),
        ({"lines": (replace(LINE, code="88305", modifiers=("90",)),)}, {}, None, None),
        ({"lines": (replace(LINE, code="88304", modifiers=("90",)),)}, {},
         "outside_laboratory_missing", "/v1/practice/outside_laboratory"),
        ({"lines": (replace(LINE, code="88305", modifiers=("90",)),)},
         {"outside_laboratory": None}, "outside_laboratory_missing",
         "/v1/practice/outside_laboratory"),
        ({"lines": (replace(LINE, code="96999"),)}, {}, "description_missing",
         "/v1/practice/descriptions"),
        ({"lines": (replace(LINE, code="17999"),)}, {}, None, None),
        ({"rendering": Name(ASSISTANT)}, {"supervisors": {ASSISTANT: "1999999999"}},
         "supervisor_missing", "/v1/practice/providers"),
    ],
)  # fmt: skip
def test_what_is_missing_beside_the_codes_is_named(
    coded: dict, practice: dict, reason: str | None, field: str | None
):
    profiles = Profiles(replace(PRACTICE, **practice), {"60054": PAYER})
    hold = missing(replace(CODED, **coded), SEEN, profiles)
    assert (hold and hold.reason, hold and hold.field) == (reason, field)


def test_it_is_written_in_its_loops_and_passes_the_gate():
    lines = (
        replace(LINE, code="17999"),
        replace(LINE, number=2, code="88305", modifiers=("90",), units=2),
    )
    coded = replace(CODED, place_of_service="22", rendering=Name(ASSISTANT), lines=lines)
    version = Version(2, coded, "ready", "7", replaces_number="ICN1")
    claim = professional_claim(
        Claim("CLABC", "E-1", "V-1"), version, SEEN, Encounter(1), SUBJECT, PRACTICE, PAYER
    )
    head = claim_file.header(PRACTICE, Destination("HOUSE", "House", "T"), "B1", NOW)
    text = claim_file.interchange(head, "T", 1, [write_claim_set(head, [claim])])
    for segment in (
        "NTE*ADD*CORRECTED CLAIM",
        "NM1*77*2*SPRINGFIELD HOSPITAL*****XX*1245319599",
        "NM1*DQ*1*OKAFOR*RUTH****XX*1234567893",
        "SV1*HC:17999:::::LASER OF A SCAR*90*UN*1***1",
        "REF*X4*14D0000009",
        "REF*F4*14D0000001",
        "PS1*1245319599*63",
        "NM1*QB*2******XX*1245319599",
    ):
        assert f"{segment}~" in text
    assert judge(text, 1, read_code_lists(), date(2026, 3, 16)) == []
