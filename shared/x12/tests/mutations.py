"""A valid claim file with every loop that is written, and single mutations of it.

Counts are mended after a mutation inside a set, so that one thing alone is wrong.
"""

# ruff: noqa: E501 - segments stand in one piece, as they are sent

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from shared.x12.claim_rules import CodeLists, Objection, own_objections
from shared.x12.professional import (
    FUNCTIONAL_ID,
    GUIDE,
    Address,
    Attachment,
    BillingProvider,
    Coverage,
    Drug,
    Facility,
    Header,
    LineDecision,
    OtherPayer,
    Payer,
    Person,
    ProfessionalClaim,
    Provider,
    Purchased,
    Receiver,
    Reduction,
    ServiceLine,
    Submitter,
    write_claim_set,
)
from shared.x12.writer import Envelope, write_interchange

TODAY = date(2026, 3, 16)
AT = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
ADDRESS = Address("18 Harbor Street", "Springfield", "IL", "627010000")
BILLING = BillingProvider(
    "Prairie Dermatology", "1497758544", "311234567", "207N00000X", ADDRESS,
    Address("PO Box 1", "Springfield", "IL", "627010000"),
)  # fmt: skip
HEADER = Header(
    Submitter("Prairie Dermatology", "PRAIRIE", "Billing", "2175550100"),
    Receiver("Clearinghouse", "HOUSE"), BILLING, "B1", AT,
)  # fmt: skip
SELF = Person("Ada", "Moreno", date(1956, 7, 19), "F", ADDRESS)
CHILD = Person("Noah", "Moreno", date(2015, 7, 19), "M", ADDRESS)
DOCTOR = Provider("1234567893", "Okafor", "Ruth", "207N00000X")
AMES = Provider("1245319599", "Ames", "Jo")
HOSPITAL = Facility("Lake Surgery Center", ADDRESS, "1245319599")
PLAN = Payer("Example Health Plan", "60054", "CI")
SEEN = date(2026, 3, 2)
LINE = ServiceLine(1, "CL-1-1", "11102", ["59"], Decimal("185.00"), 1, [1, 2], SEEN)
ORIGINAL = ProfessionalClaim(
    "CL-1", Coverage(PLAN, "W1234", SELF, "GRP-2"), "1", "11", ["C44.311", "L70.0"],
    [LINE, replace(LINE, number=2, id="CL-1-2", code="99213", modifiers=["25"], pointers=[2])],
    rendering=DOCTOR,
)  # fmt: skip
DEPENDENT = replace(
    ORIGINAL, id="CL-2", coverage=Coverage(PLAN, "W1234", replace(SELF, address=None), None, CHILD, "19")
)  # fmt: skip
FULL = replace(
    ORIGINAL,
    id="CL-3",
    frequency_code="7",
    place_of_service="22",
    payer_control_number="ICN1",
    authorization="AUTH1",
    referral="REF9",
    laboratory_number="14D0000001",
    medical_record_number="MRN-1",
    attachments=[Attachment("M1", "EL", "ATT1")],
    patient_paid=Decimal("20.00"),
    note="Corrected claim: final pathology",
    referring=AMES,
    facility=HOSPITAL,
    supervising=AMES,
    lines=[
        replace(
            LINE, id="CL-3-1", code="J3301", units=4, note="Upper back",
            drug=Drug("00003029305", Decimal("0.5"), "ML"), modifiers=["JZ"],
        ),
        replace(
            LINE, number=2, id="CL-3-2", code="88305", modifiers=["90"], authorization="A2",
            attachments=[Attachment("LA", "FX", "ATT2")], referral="R2",
            laboratory_number="14D0000002", referring_laboratory_number="14D0000001",
            purchased=Purchased("1245319599", Decimal("31.50")), facility=HOSPITAL,
            rendering=replace(DOCTOR, npi="1245319599"), supervising=AMES, ordering=DOCTOR,
            referring=AMES,
        ),
        replace(
            LINE, number=3, id="CL-3-3", code="17999", modifiers=[], place_of_service="11",
            description="Laser of scar",
        ),
    ],
)  # fmt: skip


def _decided(line: ServiceLine, paid: str) -> LineDecision:
    """A contractual 45 of 35.00, a coinsurance of the rest."""
    rest = line.charge - Decimal(paid) - 35
    reductions = [Reduction("CO", "45", Decimal(35)), Reduction("PR", "2", rest)]
    return LineDecision("60054", Decimal(paid), line.code, 1, date(2026, 3, 10), line.modifiers, reductions, rest)  # fmt: skip


SECONDARY = replace(
    ORIGINAL,
    id="CL-4",
    coverage=Coverage(
        Payer("Medicare", "04412", "MB"), "1EG4TE5MK73", SELF, None, sequence="S",
        insurance_type="12",
    ),
    other_payers=[
        OtherPayer(
            "P", PLAN, "W1234", SELF, "18", "GRP-2", paid=Decimal(240), patient_owes=Decimal(60),
            payer_control_number="ICN7",
        )
    ],
    lines=[
        replace(LINE, id="CL-4-1", decisions=[_decided(LINE, "120")]),
        replace(LINE, id="CL-4-2", number=2, code="99213", modifiers=["25"],
                decisions=[_decided(replace(LINE, code="99213", modifiers=["25"]), "120")]),
    ],
)  # fmt: skip
EVERY = [ORIGINAL, DEPENDENT, FULL, SECONDARY]
LISTS = CodeLists(
    procedures={
        "11102": None, "99213": None, "88305": None, "J3301": None, "17999": None,
        "11100": date(2018, 12, 31),
    },
    diagnoses=frozenset({"C44311", "C44319", "L700"}),
    categories=frozenset({"C44"}),
    places=frozenset({"11", "22", "24"}),
    taxonomies=frozenset({"207N00000X"}),
)  # fmt: skip


def written(*sets: list[ProfessionalClaim]) -> str:
    envelope = Envelope("ZZ", "PRAIRIE", "ZZ", "HOUSE", 7, "T", AT, FUNCTIONAL_ID, GUIDE)
    return write_interchange(envelope, [write_claim_set(HEADER, each) for each in sets])


VALID = written(EVERY)


def own(text: str) -> list[Objection]:
    """What our own rules say of a file."""
    return own_objections(text.encode(), LISTS, TODAY)


Mutation = Callable[[str], str]


def swap(old: str, new: str, nth: int = 1) -> Mutation:
    """The n-th occurrence replaced; the counts of the set stay right."""

    def mutate(text: str) -> str:
        parts = text.split(old)
        assert len(parts) > nth, old
        return counted(old.join(parts[:nth]) + new + old.join(parts[nth:]))

    return mutate


def raw(old: str, new: str) -> Mutation:
    """Replaced without mending any count."""

    def mutate(text: str) -> str:
        assert old in text, old
        return text.replace(old, new, 1)

    return mutate


def counted(text: str) -> str:
    """The file with SE01 counted anew."""
    segments = text.split("~")
    begins = 0
    for place, segment in enumerate(segments):
        if segment.startswith("ST*"):
            begins = place
        elif re.match(r"SE\*\d+\*", segment):
            _, _, number = segment.split("*")
            segments[place] = f"SE*{place - begins + 1}*{number}"
    return "~".join(segments)


# name: (mutation, segment of the objection, element of the objection)
MUTATIONS: dict[str, tuple[Mutation, str, str | None]] = {
    # parties
    "billing NPI check digit": (swap("1497758544~N3", "1497758545~N3"), "NM1", "NM109"),
    "rendering NPI check digit": (swap("1234567893~PRV*PE", "1234567890~PRV*PE"), "NM1", "NM109"),
    "referring NPI short": (swap("NM1*DN*1*AMES*JO****XX*1245319599", "NM1*DN*1*AMES*JO****XX*12453195"), "NM1", "NM109"),
    "facility NPI check digit": (swap("NM1*77*2*LAKE SURGERY CENTER*****XX*1245319599", "NM1*77*2*LAKE SURGERY CENTER*****XX*1245319590"), "NM1", "NM109"),
    "NPI qualifier": (swap("****XX*1497758544", "****24*1497758544"), "NM1", "NM109"),
    "billing ZIP of five digits": (swap("IL*627010000~REF*EI", "IL*62701~REF*EI"), "N4", "N403"),
    "patient ZIP of six digits": (swap("IL*627010000~DMG", "IL*627010~DMG"), "N4", "N403"),
    "post box as billing address": (swap("N3*18 HARBOR STREET~", "N3*PO BOX 18~"), "N3", "N301"),
    "state spelled out": (swap("*IL*627010000~DMG", "*ILL*627010000~DMG"), "N4", "N402"),
    "billing address missing": (swap("N3*18 HARBOR STREET~N4*SPRINGFIELD*IL*627010000~REF", "REF"), "N3", "N301"),
    "tax id of eight digits": (swap("REF*EI*311234567", "REF*EI*31123456"), "REF", "REF02"),
    "tax id missing": (swap("REF*EI*311234567~", ""), "REF", None),
    "billing taxonomy unknown": (swap("PRV*BI*PXC*207N00000X", "PRV*BI*PXC*999Z00000X"), "PRV", "PRV03"),
    "rendering taxonomy form": (swap("PRV*PE*PXC*207N00000X", "PRV*PE*PXC*207N"), "PRV", "PRV03"),
    "submitter qualifier": (swap("46*PRAIRIE", "XX*PRAIRIE"), "NM1", "NM108"),
    "submitter contact missing": (swap("PER*IC*BILLING*TE*2175550100~", ""), "PER", None),
    "contact without a number": (swap("PER*IC*BILLING*TE*2175550100~", "PER*IC*BILLING~"), "PER", "PER03"),
    "receiver missing": (swap("NM1*40*2*CLEARINGHOUSE*****46*HOUSE~", ""), "NM1", None),
    "pay-to with a name": (swap("NM1*87*2~", "NM1*87*2*PRAIRIE~"), "NM1", "NM103"),
    "payer id missing": (swap("*****PI*60054~", "~"), "NM1", "NM109"),
    # levels
    "HL parent": (swap("HL*4*3*23*0", "HL*4*1*23*0"), "HL", "HL02"),
    "HL parent unknown": (swap("HL*2*1*22*0", "HL*2*9*22*0"), "HL", "HL02"),
    "HL number gap": (swap("HL*5*1*22*0", "HL*9*1*22*0"), "HL", "HL01"),
    "HL04 says a child that is not there": (swap("HL*2*1*22*0", "HL*2*1*22*1"), "HL", "HL04"),
    "HL04 denies the child": (swap("HL*3*1*22*1", "HL*3*1*22*0"), "HL", "HL04"),
    "subscriber level missing": (swap("HL*2*1*22*0~", ""), "HL", None),
    # insured
    "self subscriber without birth date": (swap("DMG*D8*19560719*F~NM1*PR", "NM1*PR"), "DMG", None),
    "self subscriber without address": (swap("N3*18 HARBOR STREET~N4*SPRINGFIELD*IL*627010000~DMG*D8*19560719*F~NM1*PR", "DMG*D8*19560719*F~NM1*PR"), "N3", "N301"),
    "SBR02 empty without a patient loop": (swap("SBR*P*18*GRP-2", "SBR*P**GRP-2"), "SBR", "SBR02"),
    "SBR02 filled with a patient loop": (swap("SBR*P********CI~NM1*IL", "SBR*P*18*******CI~NM1*IL"), "SBR", "SBR02"),
    "filing code missing": (swap("SBR*P*18*GRP-2******CI", "SBR*P*18*GRP-2"), "SBR", "SBR09"),
    "member id missing": (swap("****MI*W1234~", "~"), "NM1", "NM109"),
    "member id with a blank": (swap("****MI*W1234~", "****MI*W 1234~"), "NM1", "NM109"),
    "member id qualifier": (swap("****MI*W1234~", "****ZZ*W1234~"), "NM1", "NM109"),
    "birth after the service": (swap("DMG*D8*19560719*F", "DMG*D8*20260719*F"), "DMG", "DMG02"),
    "birth date of 31 February": (swap("DMG*D8*19560719*F", "DMG*D8*19560231*F"), "DMG", "DMG02"),
    "sex code": (swap("DMG*D8*19560719*F", "DMG*D8*19560719*X"), "DMG", "DMG03"),
    "relation code": (swap("PAT*19", "PAT*99"), "PAT", "PAT01"),
    "patient loop without a name": (swap("NM1*QC*1*MORENO*NOAH~", ""), "NM1", None),
    # claim
    "total differs from lines": (swap("CLM*CL-1*370*", "CLM*CL-1*371*"), "CLM", "CLM02"),
    "total of three decimals": (swap("CLM*CL-1*370*", "CLM*CL-1*370.001*"), "CLM", "CLM02"),
    "total with a plus": (swap("CLM*CL-1*370*", "CLM*CL-1*+370*"), "CLM", "CLM02"),
    "total with a thousands sign": (swap("CLM*CL-1*370*", "CLM*CL-1*1,370*"), "CLM", "CLM02"),
    "place of service unknown": (swap("11:B:1", "ZZ:B:1"), "CLM", "CLM05-1"),
    "facility qualifier": (swap("11:B:1", "11:A:1"), "CLM", None),
    "frequency 2": (swap("11:B:1", "11:B:2"), "CLM", "CLM05-3"),
    "frequency missing": (swap("11:B:1", "11:B"), "CLM", "CLM05-3"),
    "frequency 7 without F8": (swap("REF*F8*ICN1~", ""), "REF", "REF02"),
    "frequency 8 without F8": (swap("11:B:1", "11:B:8"), "REF", "REF02"),
    "frequency 1 with F8": (swap("22:B:7", "22:B:1"), "REF", "REF02"),
    "F8 empty": (swap("REF*F8*ICN1~", "REF*F8~"), "REF", "REF02"),
    "reference twice": (swap("REF*G1*AUTH1~", "REF*G1*AUTH1~REF*G1*AUTH2~"), "REF", "REF01"),
    "assignment code": (swap("*Y*A*Y*Y~", "*Y*X*Y*Y~"), "CLM", None),
    "signature missing": (swap("*Y*A*Y*Y~", "**A*Y*Y~"), "CLM", None),
    "claim id twice": (swap("CLM*CL-2*", "CLM*CL-1*"), "CLM", "CLM01"),
    "claim id of 21 characters": (swap("CLM*CL-2*", "CLM*CL-234567890123456789*"), "CLM", "CLM01"),
    "claim id with a slash": (swap("CLM*CL-2*", "CLM*CL/2*"), "CLM", "CLM01"),
    "claim id missing": (swap("CLM*CL-2*", "CLM**"), "CLM", "CLM01"),
    "CLIA number form": (swap("REF*X4*14D0000001", "REF*X4*14X0000001"), "REF", "REF02"),
    "attachment without control number": (swap("PWK*M1*EL***AC*ATT1", "PWK*M1*EL"), "PWK", "PWK06"),
    "note of 81 characters": (swap("NTE*ADD*CORRECTED CLAIM- FINAL PATHOLOGY", "NTE*ADD*" + "A" * 81), "NTE", "NTE02"),
    "diagnosis with a dot": (swap("ABK:C44311", "ABK:C44.311"), "HI", "HI01"),
    "diagnosis not in the list": (swap("ABK:C44311", "ABK:C44999"), "HI", "HI01"),
    "diagnosis not billable": (swap("ABK:C44311", "ABK:C443"), "HI", "HI01"),
    "ICD-9 qualifier": (swap("ABK:C44311", "BK:C44311"), "HI", "HI01"),
    "principal diagnosis second": (swap("HI*ABK:C44311*ABF:L700", "HI*ABF:C44311*ABK:L700"), "HI", "HI01"),
    "diagnosis twice": (swap("ABF:L700", "ABF:C44311"), "HI", "HI02"),
    "no diagnosis": (swap("HI*ABK:C44311*ABF:L700~", ""), "HI", None),
    "thirteen diagnoses": (swap("HI*ABK:C44311*ABF:L700", "HI*ABK:C44311*ABF:L700" + "".join(f"*ABF:L8{n}" for n in range(10, 21))), "HI", "HI13"),
    "diagnoses after the providers": (swap("HI*ABK:C44311*ABF:L700~NM1*82*1*OKAFOR*RUTH****XX*1234567893~PRV*PE*PXC*207N00000X~", "NM1*82*1*OKAFOR*RUTH****XX*1234567893~PRV*PE*PXC*207N00000X~HI*ABK:C44311*ABF:L700~"), "HI", None),
    # lines
    "line number gap": (swap("LX*2", "LX*3"), "LX", "LX01"),
    "line number twice": (swap("LX*2", "LX*1"), "LX", "LX01"),
    "no line": (swap("LX*1~SV1*HC:11102:59*185*UN*1***1:2~DTP*472*D8*20260302~REF*6R*CL-1-1~LX*2~SV1*HC:99213:25*185*UN*1***2~DTP*472*D8*20260302~REF*6R*CL-1-2~", ""), "LX", None),
    "line without a service": (swap("SV1*HC:11102:59*185*UN*1***1:2~", ""), "SV1", None),
    "procedure qualifier": (swap("SV1*HC:11102", "SV1*ZZ:11102"), "SV1", "SV101-2"),
    "procedure of four digits": (swap("HC:11102", "HC:1110"), "SV1", "SV101-2"),
    "procedure no longer in force": (swap("HC:11102", "HC:11100"), "SV1", "SV101-2"),
    "procedure in no list": (swap("HC:11102", "HC:11199"), "SV1", "SV101-2"),
    "five modifiers": (swap("HC:11102:59", "HC:11102:59:51:76:77:78"), "SV1", "SV101-7"),
    "modifier of three characters": (swap("HC:11102:59", "HC:11102:590"), "SV1", "SV101-3"),
    "modifier twice": (swap("HC:11102:59", "HC:11102:59:59"), "SV1", "SV101-3"),
    "negative charge": (swap("HC:11102:59*185", "HC:11102:59*-185"), "SV1", "SV102"),
    "charge of three decimals": (swap("HC:11102:59*185", "HC:11102:59*185.005"), "SV1", "SV102"),
    "charge missing": (swap("HC:11102:59*185", "HC:11102:59*"), "SV1", "SV102"),
    "unit code": (swap("185*UN*1", "185*XX*1"), "SV1", "SV103"),
    "no units": (swap("185*UN*1", "185*UN*0"), "SV1", "SV104"),
    "negative units": (swap("185*UN*1", "185*UN*-1"), "SV1", "SV104"),
    "pointer beyond the diagnoses": (swap("***1:2~", "***1:3~"), "SV1", "SV107"),
    "pointer with a gap": (swap("***1:2~", "***1::2~"), "SV1", "SV107"),
    "pointer zero": (swap("***1:2~", "***0~"), "SV1", "SV107"),
    "pointer twice": (swap("***1:2~", "***1:1~"), "SV1", "SV107"),
    "five pointers": (swap("***1:2~", "***1:2:1:2:1~"), "SV1", "SV107"),
    "no pointer": (swap("*1***1:2~", "*1~"), "SV1", "SV107"),
    "date of service missing": (swap("DTP*472*D8*20260302~", ""), "DTP", None),
    "date of service in the future": (swap("DTP*472*D8*20260302~", "DTP*472*D8*20270302~"), "DTP", "DTP03"),
    "date of service of month 13": (swap("DTP*472*D8*20260302~", "DTP*472*D8*20261302~"), "DTP", "DTP03"),
    "date format": (swap("DTP*472*D8*20260302~", "DTP*472*D6*260302~"), "DTP", "DTP03"),
    "range backwards": (swap("DTP*472*D8*20260302~", "DTP*472*RD8*20260303-20260302~"), "DTP", "DTP03"),
    "date of service twice": (swap("DTP*472*D8*20260302~", "DTP*472*D8*20260302~DTP*472*D8*20260302~"), "DTP", None),
    "line id missing": (swap("REF*6R*CL-1-1~", ""), "REF", "REF02"),
    "line id twice": (swap("REF*6R*CL-1-2", "REF*6R*CL-1-1"), "REF", "REF02"),
    "date after the references": (swap("DTP*472*D8*20260302~REF*6R*CL-1-1~", "REF*6R*CL-1-1~DTP*472*D8*20260302~"), "DTP", None),
    "laboratory test without CLIA": (lambda text: counted(text.replace("REF*X4*14D0000001~", "").replace("REF*X4*14D0000002~", "")), "REF", "REF02"),
    "NDC of ten digits": (swap("LIN**N4*00003029305", "LIN**N4*0003029305"), "LIN", "LIN03"),
    "NDC with hyphens": (swap("LIN**N4*00003029305", "LIN**N4*00003-0293-05"), "LIN", "LIN03"),
    "NDC without quantity": (swap("CTP****.5*ML~", ""), "CTP", None),
    "drug unit": (swap("CTP****.5*ML~", "CTP****.5*XX~"), "CTP", "CTP05-1"),
    "drug quantity zero": (swap("CTP****.5*ML~", "CTP****0*ML~"), "CTP", "CTP04"),
    "purchased provider with a name": (swap("NM1*QB*2******XX", "NM1*QB*2*LAB*****XX"), "NM1", "NM103"),
    "purchased without provider": (swap("NM1*QB*2******XX*1245319599~", ""), "PS1", None),
    "purchased price": (swap("PS1*1245319599*31.5", "PS1*1245319599*31.505"), "PS1", "PS102"),
    "line facility without address": (swap("NM1*77*2*LAKE SURGERY CENTER*****XX*1245319599~N3*18 HARBOR STREET~N4*SPRINGFIELD*IL*627010000~NM1*DQ*1*AMES*JO****XX*1245319599~NM1*DK", "NM1*77*2*LAKE SURGERY CENTER*****XX*1245319599~NM1*DQ*1*AMES*JO****XX*1245319599~NM1*DK"), "N3", "N301"),
    "ordering provider's NPI": (swap("NM1*DK*1*OKAFOR*RUTH****XX*1234567893", "NM1*DK*1*OKAFOR*RUTH****XX*1234567894"), "NM1", "NM109"),
    # other payers
    "SVD names no payer": (swap("SVD*60054", "SVD*60055"), "SVD", "SVD01"),
    "line out of balance": (swap("SVD*60054*120", "SVD*60054*119"), "SVD", "SVD02"),
    "payer paid another sum": (swap("AMT*D*240", "AMT*D*241"), "AMT", "AMT02"),
    "two primary payers": (swap("SBR*S*18***12****MB", "SBR*P*18***12****MB"), "SBR", "SBR01"),
    "Medicare secondary without reason": (swap("SBR*S*18***12****MB", "SBR*S*18*******MB"), "SBR", "SBR05"),
    "secondary without the first payer": (swap("SBR*P*18*GRP-2******CI~AMT*D*240~AMT*EAF*60~OI***Y***Y~NM1*IL*1*MORENO*ADA****MI*W1234~N3*18 HARBOR STREET~N4*SPRINGFIELD*IL*627010000~NM1*PR*2*EXAMPLE HEALTH PLAN*****PI*60054~REF*F8*ICN7~", ""), "SBR", None),
    "decision without its date": (swap("DTP*573*D8*20260310~", ""), "DTP", None),
    # characters
    "lower case name": (swap("MORENO*ADA", "Moreno*ADA"), "NM1", None),
    "accented name": (swap("MORENO*ADA", "MORENÓ*ADA"), "NM1", None),
    "control character": (swap("MORENO*ADA", "MOR\x07ENO*ADA"), "NM1", None),
    "element separator in a name": (swap("MORENO*ADA", "MOR*ENO*ADA"), "NM1", None),
    "component separator in a name": (swap("MORENO*ADA", "MOR:ENO*ADA"), "NM1", None),
    "repetition separator in a name": (swap("MORENO*ADA", "MOR^ENO*ADA"), "NM1", None),
    "terminator in a name": (swap("MORENO*ADA", "MOR~ENO*ADA"), "ENO", None),
    "delimiter in the member id": (swap("MI*W1234", "MI*W1*234"), "NM1", None),
    "trailing empty element": (swap("PAT*19~", "PAT*19*~"), "PAT", None),
    "unknown segment": (swap("PAT*19~", "PAT*19~ZZZ*1~"), "ZZZ", None),
    "segment of another loop": (swap("PAT*19~", "PAT*19~SV1*HC:11102*1*UN*1***1~"), "SV1", None),
    # envelope
    "ISA13 differs from IEA02": (raw("IEA*1*000000007", "IEA*1*000000008"), "IEA", "IEA02"),
    "IEA01": (raw("IEA*1*", "IEA*2*"), "IEA", "IEA01"),
    "IEA missing": (raw("IEA*1*000000007~", ""), "IEA", None),
    "GE01": (raw("GE*1*7", "GE*2*7"), "GE", "GE01"),
    "GE02": (raw("GE*1*7", "GE*1*8"), "GE", "GE02"),
    "GE missing": (raw("GE*1*7~", ""), "GE", None),
    "SE01": (lambda text: re.sub(r"SE\*\d+\*", "SE*99*", text), "SE", "SE01"),
    "SE02": (lambda text: re.sub(r"SE\*(\d+)\*0001", r"SE*\1*0002", text), "SE", "SE02"),
    "SE missing": (lambda text: re.sub(r"SE\*\d+\*0001~", "", text), "SE", None),
    "ISA narrow": (raw("PRAIRIE        *", "PRAIRIE       *"), "ISA", "ISA06"),
    "ISA version": (raw("*00501*", "*00401*"), "ISA", "ISA12"),
    "usage": (raw("*0*T*:", "*0*X*:"), "ISA", "ISA15"),
    "group version": (raw("X*005010X222A1~ST", "X*005010X222A2~ST"), "GS", "GS08"),
    "group kind": (raw("GS*HC*", "GS*HP*"), "GS", "GS01"),
    "set version": (raw("ST*837*0001*005010X222A1", "ST*837*0001*005010X223A2"), "ST", "ST03"),
    "set kind": (raw("ST*837*0001", "ST*835*0001"), "ST", "ST01"),
    "set number twice": (lambda text: written(EVERY[:1], EVERY[1:]).replace("*0002", "*0001"), "ST", "ST02"),
    "BHT missing": (lambda text: counted(re.sub(r"BHT\*[^~]*~", "", text)), "BHT", None),
    "BHT kind": (swap("BHT*0019*00", "BHT*0019*22"), "BHT", "BHT01"),
    "BHT use": (swap("*CH~NM1*41", "*XX~NM1*41"), "BHT", "BHT01"),
}  # fmt: skip
