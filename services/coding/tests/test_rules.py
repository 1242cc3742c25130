"""A case by hand for every rule that no other table names, and the rule book itself."""

from dataclasses import replace
from typing import Any

import pytest

from services.coding import rules
from services.coding.domain.facts import Payer, RoutedService
from services.coding.domain.references import UnitLimit
from services.coding.domain.rulebook import code
from services.coding.rules.page import cases_in, page
from services.coding.wire import Preview, preview_facts

OF_THE_PAGE = {
    "FACT": 2, "BX": 8, "SH": 3, "EX": 10, "DS": 8, "TAG": 1, "MO": 8, "RP": 8, "FL": 4, "GR": 3,
    "IL": 1, "ID": 1, "PH": 2, "PD": 1, "PT": 1, "NL": 4, "DR": 7, "EM": 7, "DX": 12, "NC": 6,
    "AO": 1, "MU": 3,
}  # fmt: skip
"""How many rules the coding rules number under each letter, DR from 0 on."""
FROM_MEMORY = {"BX-7", "EX-5", "DS-7"}

L = {"lesion_id": "L1", "site": "back", "suspicion": True}
NOSE = {"lesion_id": "L1", "site": "nose", "suspicion": True}
CHEEK = {"lesion_id": "L2", "site": "cheek", "suspicion": True, "laterality": "left"}
CYST = {
    "lesion_id": "L1",
    "site": "back",
    "suspicion": False,
    "diagnosis": "L72.0",
    "symptoms": ["painful"],
}
CANCER = {"lesion_id": "L1", "site": "nose", "suspicion": False, "diagnosis": "C44.311"}
ON_BACK = {"lesion_id": "L1", "site": "back", "suspicion": False, "diagnosis": "C44.519"}
AK = {"lesion_id": "L1", "site": "scalp", "suspicion": False, "diagnosis": "L57.0"}
WART = {"lesion_id": "L1", "site": "hand", "suspicion": False, "diagnosis": "B07.8"}
KERATOSIS = {"lesion_id": "L1", "site": "back", "suspicion": False, "diagnosis": "L82.1"}
TAG = {**CYST, "diagnosis": "L91.8"}
ANGIOMA = {**CYST, "diagnosis": "D18.01", "symptoms": ["bleeding"]}
SPECIMEN = {"specimen_id": "S1", "lesion_id": "L1"}

PUNCH = {"kind": "biopsy", "lesion_id": "L1", "technique": "punch"}
SHAVE = {"kind": "shave_removal", "lesion_id": "L1", "diameter_cm": "0.8"}
MOHS = {"kind": "mohs", "lesion_id": "L1", "stages": [{"blocks": 2}]}
LIGHT = {"kind": "photodynamic_therapy", "lesion_id": "L1", "applied_by": "staff"}
FILLER = {"kind": "cosmetic", "service": "filler", "charge": "500.00", "patient_pay": True}
INJECTED = {"kind": "drug_administration", "diagnosis": "L40.0", "route": "subcutaneous"}


def excision(diameter: str, margin: str = "0.2", lesion: str = "L1") -> dict[str, Any]:
    return {
        "kind": "excision",
        "lesion_id": lesion,
        "lesion_diameter_cm": diameter,
        "margin_cm": margin,
    }


def repair(complexity: str, length: str, site: str = "back", **facts: Any) -> dict[str, Any]:
    return {"kind": "repair", "complexity": complexity, "site": site, "length_cm": length} | {
        "lesion_id": "L2" if site == "cheek" else "L1",
        **facts,
    }


def destroyed(lesion_class: str, **facts: Any) -> dict[str, Any]:
    return {"kind": "destruction", "lesion_class": lesion_class, "lesion_id": "L1", **facts}


def flap(area: str, site: str = "nose", **facts: Any) -> dict[str, Any]:
    return {
        "kind": "adjacent_tissue_transfer",
        "site": site,
        "area_sq_cm": area,
        "lesion_id": "L1",
        **facts,
    }


def graft(thickness: str, area: str, site: str) -> dict[str, Any]:
    return {
        "kind": "skin_graft",
        "thickness": thickness,
        "area_sq_cm": area,
        "site": site,
        "lesion_id": "L1",
    }


def charted(name: str, units: int = 1, *modifiers: str, **facts: Any) -> dict[str, Any]:
    charge = {"kind": "other", "code": name, "units": units, "modifiers": list(modifiers)}
    return {**charge, "diagnosis": "L40.0", **facts}


def drug(**facts: Any) -> dict[str, Any]:
    return {**INJECTED, "supplied_by": "practice", "hcpcs": "J1438", **facts}


CASES = [
    pytest.param([excision("0.45", "0.05")], [CYST], "11401", "ready", id="FACT-2 0.55 is 0.6"),
    pytest.param(
        [{**PUNCH, "technique": "tangential"}, PUNCH],
        [L],
        "11104",
        "ready",
        id="BX-3 two samples of one lesion",
    ),
    pytest.param(
        [PUNCH],
        [{"lesion_id": "L1", "site": "ear", "laterality": "left", "suspicion": True}],
        "69100",
        "ready",
        id="BX-4 an ear has its own code",
    ),
    pytest.param([PUNCH, SHAVE], [L], "11301", "ready", id="BX-5 biopsied, then shaved"),
    pytest.param(
        [{**PUNCH, "frozen_section": True}, excision("1.0")],
        [CYST],
        "11104-59 11402",
        "ready",
        id="BX-6 removed after a frozen section",
    ),
    pytest.param(
        [PUNCH, {**MOHS, "prior_biopsy_on": "2026-02-02"}],
        [CANCER],
        "17311",
        "ready",
        id="BX-7 biopsied a month before",
    ),
    pytest.param(
        [PUNCH, {**MOHS, "prior_biopsy_on": "2025-12-01"}],
        [CANCER],
        "11104-59 17311",
        "ready",
        id="BX-7 biopsied too long before",
    ),
    pytest.param(
        [PUNCH, repair("simple", "1.0", closes=["P1"])],
        [L],
        "11104",
        "ready",
        id="BX-8 simple closure of a punch",
    ),
    pytest.param(
        [SHAVE, repair("simple", "1.0", closes=["P1"])],
        [L],
        "11301",
        "ready",
        id="SH-2 closure of a shave",
    ),
    pytest.param(
        [excision("1.0"), excision("2.0")], [CYST], "11403", "ready", id="EX-7 further margin"
    ),
    pytest.param(
        [excision("1.0"), excision("1.0", lesion="L2")],
        [CYST, {**CYST, "lesion_id": "L2"}],
        "11402 11402-59",
        "ready",
        id="EX-8 two cysts of one size",
    ),
    pytest.param(
        [excision("1.0"), flap("8", "back", closes=["P1"])],
        [CYST],
        "14000",
        "ready",
        id="EX-10, FL-4 the flap includes the excision",
    ),
    pytest.param(
        [destroyed("vascular", area_sq_cm="6"), destroyed("vascular", area_sq_cm="4")],
        [ANGIOMA],
        "17107",
        "ready",
        id="DS-3 6 and 4 are 10 sq cm",
    ),
    pytest.param(
        [destroyed("malignant", diameter_cm="0.8")],
        [ON_BACK],
        "17261",
        "ready",
        id="DS-4 0.8 cm on the trunk, no margin",
    ),
    pytest.param(
        [LIGHT, destroyed("premalignant")], [AK], "96567", "ready", id="DS-7 the same keratosis"
    ),
    pytest.param(
        [destroyed("benign", method="cryosurgery", extent="simple")],
        [{"lesion_id": "L1", "site": "penis", "suspicion": False, "diagnosis": "A63.0"}],
        "54056",
        "ready",
        id="DS-8 frozen at the penis",
    ),
    pytest.param(
        [{"kind": "skin_tag_removal", "lesion_id": "L1", "count": 16}],
        [TAG],
        "11200 11201",
        "ready",
        id="TAG-1 the sixteenth tag",
    ),
    pytest.param(
        [MOHS, charted("88305", lesion_id="L1", diagnosis=None)],
        [CANCER],
        "17311",
        "ready",
        id="MO-5 pathology of the tumor itself",
    ),
    pytest.param(
        [MOHS, flap("8", closes=["P1"])],
        [CANCER],
        "14060 17311",
        "ready",
        id="MO-6 a flap after Mohs surgery",
    ),
    pytest.param([MOHS], [NOSE], "17311", "needs_review", id="MO-7 not proven malignant"),
    pytest.param(
        [repair("intermediate", "3"), repair("intermediate", "4.6")],
        [L],
        "12034",
        "ready",
        id="RP-1 3 and 4.6 are 7.6 cm",
    ),
    pytest.param(
        [repair("intermediate", "3"), repair("intermediate", "3", "cheek")],
        [L, CHEEK],
        "12032 12052-59",
        "ready",
        id="RP-2 back and cheek, joined by a pair",
    ),
    pytest.param([repair("simple", "7.6")], [L], "12004", "ready", id="RP-3 7.6 cm"),
    pytest.param([repair("simple", "5.1", "cheek")], [CHEEK], "12014", "ready", id="RP-4 a face"),
    pytest.param(
        [repair("complex", "7.6")], [L], "13101 13102", "ready", id="RP-5 a part of 5 cm further"
    ),
    pytest.param([repair("complex", "1.0")], [L], "12031", "ready", id="RP-5 1.0 cm"),
    pytest.param(
        [SHAVE, repair("intermediate", "1.0", closes=["P1"])],
        [L],
        "11301",
        "ready",
        id="RP-7 layered closure of a shave",
    ),
    pytest.param([repair("intermediate", "2.5")], [L], "12031", "ready", id="RP-8 in layers"),
    pytest.param([flap("10.1")], [CANCER], "14061", "ready", id="FL-1 10.1 sq cm of a nose"),
    pytest.param([flap("60.1")], [CANCER], "14301 14302", "ready", id="FL-2 60.1 sq cm"),
    pytest.param(
        [flap("8"), repair("intermediate", "3", "nose", closes=["P1"])],
        [CANCER],
        "14060",
        "ready",
        id="FL-3 the secondary defect is part of it",
    ),
    pytest.param(
        [graft("full", "20.1", "nose")], [CANCER], "15260 15261", "ready", id="GR-1 20.1 sq cm"
    ),
    pytest.param(
        [graft("split", "100.1", "back")], [ON_BACK], "15100 15101", "ready", id="GR-2 100.1 sq cm"
    ),
    pytest.param(
        [{"kind": "intralesional_injection", "count": 8, "diagnosis": "L91.0"}],
        [],
        "11901",
        "ready",
        id="IL-1 the eighth lesion",
    ),
    pytest.param(
        [
            {
                "kind": "phototherapy",
                "modality": "narrowband_uvb",
                "topical_agent": "tar",
                "diagnosis": "L40.0",
            }
        ],
        [],
        "96910",
        "ready",
        id="PH-1 UVB with tar",
    ),
    pytest.param(
        [
            {
                "kind": "phototherapy",
                "modality": "excimer",
                "area_sq_cm": "250",
                "diagnosis": "L40.0",
            }
        ],
        [],
        "96921",
        "ready",
        id="PH-2 250 sq cm of psoriasis",
    ),
    pytest.param(
        [{**LIGHT, "applied_by": "provider", "debridement": True}],
        [AK],
        "96574",
        "ready",
        id="PD-1 the provider debrided",
    ),
    pytest.param(
        [{"kind": "patch_test", "count": 40, "diagnosis": "L23.9"}],
        [],
        "95044x40",
        "ready",
        id="PT-1 forty tests",
    ),
    pytest.param(
        [{**INJECTED, "supplied_by": "specialty_pharmacy"}],
        [],
        "96372",
        "ready",
        id="DR-1 a biologic under the skin",
    ),
    pytest.param(
        [drug(units="2.5", container="multi_dose")],
        [],
        "96372 J1438x3",
        "ready",
        id="DR-2 two units and a half",
    ),
    pytest.param(
        [{**INJECTED, "supplied_by": "specialty_pharmacy"}, charted("99211")],
        [],
        "96372",
        "ready",
        id="DR-7, NC-1 a nurse's visit beside the injection",
    ),
    pytest.param(
        [destroyed("benign"), {**FILLER}],
        [WART],
        "17110",
        "ready",
        id="MC-1 a filler beside a wart",
    ),
    pytest.param([FILLER], [], "", "patient_pay", id="MC-1 a filler alone"),
    pytest.param(
        [destroyed("benign", patient_pay=True)],
        [KERATOSIS],
        "",
        "patient_pay",
        id="MC-2 a keratosis without a criterion, agreed",
    ),
    pytest.param([destroyed("benign")], [KERATOSIS], "", "needs_review", id="MC-2 and not agreed"),
    pytest.param(
        [destroyed("premalignant", patient_pay=True)],
        [AK],
        "",
        "needs_review",
        id="MC-3 a keratosis that insurance covers, agreed as patient pay",
    ),
    pytest.param(
        [destroyed("benign"), {"kind": "intralesional_injection", "lesion_id": "L1", "count": 1}],
        [WART],
        "17110",
        "ready",
        id="NC-3 one wart frozen and injected",
    ),
    pytest.param(
        [charted("96910"), charted("99211")],
        [],
        "96910",
        "needs_review",
        id="NC-1 a nurse's visit beside light",
    ),
    pytest.param(
        [charted("95044", 4), charted("99211")],
        [],
        "95044x4 99211",
        "needs_review",
        id="NC-5 the pair was withdrawn",
    ),
    pytest.param(
        [charted("17003", 2)], [], "17003x2", "needs_review", id="AO-1 no primary on the claim"
    ),
    pytest.param([charted("11719")], [], "11719", "ready", id="OT-1 a code without a kind"),
    pytest.param([charted("11719", 2)], [], "11719x2", "needs_review", id="MU-1 two of one a day"),
    pytest.param(
        [MOHS, {"kind": "biopsy", "lesion_id": "L2", "technique": "tangential"}],
        [CANCER, CHEEK],
        "11102-59 17311",
        "ready",
        id="RK-1 by value, the biopsy last",
    ),
    pytest.param([], [], "", "needs_review", id="ST-1 nothing documented is a question"),
]


@pytest.mark.parametrize(("procedures", "lesions", "lines", "status"), CASES)
def test_rules(
    coded: Any,
    procedures: list[dict[str, Any]],
    lesions: list[dict[str, Any]],
    lines: str,
    status: str,
) -> None:
    found = coded(procedures, lesions)
    assert sorted(found.lines.split()) == sorted(lines.split())
    assert found.status == status


@pytest.mark.parametrize(
    ("facts", "lines", "status"),
    [
        pytest.param({"total_minutes": 30}, "99214", "ready", id="EM-1 time is the higher"),
        pytest.param(
            {"separately_identifiable": False}, "99213", "ready", id="EM-3 alone it is plain"
        ),
        pytest.param(
            {"mdm": None, "total_minutes": 9},
            "",
            "needs_review",
            id="EM-7 too short for a level",
        ),
        pytest.param(
            {"diagnoses": []}, "99213", "needs_review", id="EM-8 a visit without a diagnosis"
        ),
        pytest.param(
            {"diagnoses": ["L70.0", "L20.9"]}, "99213", "ready", id="DX-10 its own diagnoses"
        ),
    ],
)
def test_rules_of_the_visit(
    coded: Any, write: Any, facts: dict[str, Any], lines: str, status: str
) -> None:
    evaluation = write.visit(**facts)
    found = coded(evaluation=evaluation)
    assert (found.lines, found.status) == (lines, status)
    assert found.diagnoses == (" ".join(evaluation["diagnoses"]) if lines else "")


@pytest.mark.parametrize(
    ("past", "procedures", "lines"),
    [
        pytest.param("2026-02-19", [], "99213", id="GP-1 the eleventh day is free"),
        pytest.param("2026-02-20", [], "99213-24", id="GP-1, GP-2 the tenth day, another problem"),
        pytest.param("2026-02-20", [PUNCH], "11104-79 99213-24-25", id="GP-3, MD-1 another site"),
    ],
)
def test_rules_of_global_periods(
    coded: Any, write: Any, past: str, procedures: list[dict[str, Any]], lines: str
) -> None:
    history = {
        "code": "11402",
        "date_of_service": past,
        "sites": ["scalp"],
        "diagnoses": ["L72.0"],
    }
    found = coded(procedures, [L], evaluation=write.visit(), around={"history": [history]})
    assert sorted(found.lines.split()) == lines.split()
    assert found.status == "ready"


@pytest.mark.parametrize(
    ("procedure", "lesion", "report", "lines", "diagnoses"),
    [
        pytest.param(SHAVE, L, "scc", "11301", "C44.529", id="SH-3 a malignant report"),
        pytest.param(excision("1.0"), L, "benign", "11402", "D22.5", id="EX-2 a benign report"),
        pytest.param(
            excision("1.0"),
            ON_BACK,
            "scar",
            "11602",
            "C44.519",
            id="DX-7, EX-6 no residual of the tumor",
        ),
        pytest.param(PUNCH, L, "dysplastic", "11104", "D22.5", id="DX-8 a dysplastic nevus"),
        pytest.param(
            {**MOHS, "lesion_id": "L1"}, CANCER, None, "17311", "C44.311", id="MO-8 no waiting"
        ),
        pytest.param(excision("1.0"), L, None, "11402", "D49.2", id="PA-1 held until the report"),
    ],
)
def test_rules_of_the_report(
    coded: Any,
    write: Any,
    procedure: dict[str, Any],
    lesion: dict[str, Any],
    report: str | None,
    lines: str,
    diagnoses: str,
) -> None:
    stated = {"diagnosis_text": "Dysplastic nevus with mild atypia.", "codes": []}
    results = []
    if report == "dysplastic":
        results = [write.report("S1", "benign", **stated)]
    elif report is not None:
        results = [write.report("S1", report)]
    found = coded([procedure], [lesion], specimens=[SPECIMEN], around={"results": results})
    assert (found.lines, found.diagnoses) == (lines, diagnoses)
    waits = report is None and procedure["kind"] == "excision"
    assert found.status == ("held" if waits else "ready")


def test_complexity_beside_25(coded: Any, write: Any) -> None:
    """EM-9: G2211 beside a visit with 25 is dropped."""
    found = coded([PUNCH, charted("G2211", diagnosis=None)], [L], evaluation=write.visit())
    assert found.lines == "11104 99213-25"
    assert ("modifier", "bundled") in found.edits


def test_a_reading_that_two_would_bill(coded: Any, write: Any) -> None:
    """OT-2: a reading is charted and its laboratory bills it."""
    around = {"results": [write.report("S1", "benign", billed_by="lab")]}
    procedures = [PUNCH, charted("88305", lesion_id="L1", diagnosis=None)]
    found = coded(procedures, [L], specimens=[SPECIMEN], around=around)
    assert "reading_billed_by_lab" in found.holds


def test_self_pay_and_authorizations(tables: Any, write: Any) -> None:
    """MC-4, AU-1: without coverage the patient pays; a service without its number is said."""
    facts = preview_facts(
        Preview.model_validate({"encounter": write.encounter([{**PUNCH}], [L])}), {}
    )
    alone = code(replace(facts, payer=Payer(self_pay=True)), tables, facts.day)
    assert (alone.status, alone.lines) == ("patient_pay", ())
    assert [each.procedure_id for each in alone.patient_pay_lines] == ["P1"]
    routed = RoutedService(
        service_id=None, kind="biopsy", route="insurance", needs=("prior_authorization",)
    )
    insured = code(replace(facts, payer=Payer(payer_id="ACME"), routed=[routed]), tables, facts.day)
    assert [(each.kind, each.outcome, each.codes) for each in insured.edits] == [
        ("authorization", "warned", ("11104",))
    ]


def test_a_limit_by_line(tables: Any, write: Any) -> None:
    """MU-3: a limit by line is a question, as the line may be split."""
    asked = Preview.model_validate({"encounter": write.encounter([charted("11719", 2)])})
    (edition,) = tables.limits
    by_line = replace(edition, rows={**edition.rows, "11719": UnitLimit(1, "1")})
    claim = code(
        preview_facts(asked, {}),
        replace(tables, limits=(by_line,)),
        asked.encounter.date_of_service,
    )
    assert claim.status == "needs_review"
    assert [each.rule for each in claim.edits] == ["MU-3"]


def test_a_release_carried_forward(coded: Any, tables: Any, write: Any) -> None:
    """RD-1, RD-2: the last release is carried forward and said; an official one is asked for."""
    (line,) = coded([PUNCH], [L]).claim.lines
    assert "RD-1" in [each.rule for each in line.rationale]
    assert {(each.table, each.name) for each in coded([PUNCH], [L]).claim.releases} >= {
        ("NCCI pairs", "2024Q3"),
        ("unit limits", "2024Q3"),
    }
    official = replace(
        tables, releases=tuple(replace(each, official=True) for each in tables.releases)
    )
    asked = Preview.model_validate({"encounter": write.encounter([PUNCH], [L])})
    claim = code(preview_facts(asked, {}), official, asked.encounter.date_of_service)
    assert [each.reason for each in claim.holds] == ["reference_release"]


def test_every_rule_of_the_page_is_in_the_book() -> None:
    numbered = {
        f"{letters}-{number}"
        for letters, last in OF_THE_PAGE.items()
        for number in range(1, last + 1)
    }
    known = {each.id for each in rules.entries()}
    assert (numbered | {"DR-0"}) - known == set()
    assert {each.id for each in rules.entries() if not each.verified} == FROM_MEMORY


def test_rules_that_share_a_function_have_sentences_of_their_own() -> None:
    said = rules.sentences()
    assert rules.shared_rules() <= said.keys() <= {each.id for each in rules.entries()}
    assert len(set(said.values())) == len(said)


def test_every_rule_has_a_case(request: pytest.FixtureRequest) -> None:
    """The book says the cases as the tests name them now."""
    cases = cases_in(request.path.parent)
    assert [each.id for each in rules.entries() if each.id not in cases] == []
    assert page(rules.entries()).count("\n| ") >= len(rules.entries())


@pytest.mark.parametrize(("procedures", "lesions", "lines", "status"), CASES)
def test_every_reason_points_to_a_fact_of_the_request(
    coded: Any,
    write: Any,
    procedures: list[dict[str, Any]],
    lesions: list[dict[str, Any]],
    lines: str,
    status: str,
) -> None:
    body = {"encounter": write.encounter(procedures, lesions)}
    claim = coded(procedures, lesions).claim
    for line in claim.lines:
        for reason in line.rationale:
            assert reason.evidence, reason
            for pointer in reason.evidence:
                assert _at(body, pointer) is not None, (reason, pointer)
    for found in (*claim.missed, *claim.unsupported):
        assert found.reason.evidence, found


def _at(body: Any, pointer: str) -> Any:
    here = body
    for step in pointer.split("/")[1:]:
        here = here[int(step)] if isinstance(here, list) else here.get(step)
    return here


def test_every_rule_that_a_claim_names_is_in_the_book(coded: Any) -> None:
    known = {each.id for each in rules.entries()}
    named = set()
    for case in CASES:
        procedures, lesions, *_ = case.values
        claim = coded(procedures, lesions).claim
        named |= {reason.rule for line in claim.lines for reason in line.rationale}
        named |= {each.rule for line in claim.lines for each in line.considered}
        named |= {edit.rule for edit in claim.edits}
        named |= {each.reason.rule for each in (*claim.missed, *claim.unsupported)}
    assert named <= known
