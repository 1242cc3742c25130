"""Complete, consistent, necessary: the contract's examples and a table per rule."""

import json
from copy import deepcopy
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import shared.contracts
from services.documentation.domain.check import check
from services.documentation.wire import check_answer, encounter_facts
from shared.contracts.documents.encounter import Encounter
from shared.contracts.documents.findings import CheckAnswer

EXAMPLES = Path(shared.contracts.__path__[0]) / "examples"
LESION = {"lesion_id": "L1", "site": "abdomen", "diagnosis": "L57.0", "suspicion": False}
SUSPECT = {"lesion_id": "L1", "site": "forearm", "laterality": "left", "suspicion": True}


def answered(document: dict[str, Any]) -> CheckAnswer:
    encounter = Encounter.model_validate(document)
    return check_answer(encounter.encounter_id, check(encounter_facts(encounter)))


def encounter(
    *procedures: dict[str, Any],
    lesions: tuple[dict[str, Any], ...] = (LESION,),
    note: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    numbered = [
        {"procedure_id": f"P{number}", **each} for number, each in enumerate(procedures, start=1)
    ]
    specimens = [
        {"specimen_id": f"S{each['procedure_id']}", "procedure_id": each["procedure_id"]}
        for each in numbered
    ]
    return {
        "encounter_id": "E-1",
        "visit_id": None,
        "patient": {"mrn": "M1"},
        "date_of_service": "2026-10-14",
        "rendering_provider": {"npi": "1234567893"},
        "note": None if note is None else {"text": note},
        "evaluation": None,
        "lesions": list(lesions),
        "procedures": numbered,
        "specimens": specimens,
        **more,
    }


def found(document: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (each.rule, each.severity)
        for each in answered(document).findings
        if each.rule != "missing.note"
    }


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("check-*.json")), ids=lambda path: path.stem)
def test_examples_of_the_contract(path: Path) -> None:
    example = json.loads(path.read_text())
    answer = answered(example["request"])
    expected = example["expect"]
    assert answer.blocks is expected["blocks"]
    for wanted in expected["findings_include"]:
        rules = wanted.get("rule_any", [wanted.get("rule")])
        others = {name: value for name, value in wanted.items() if not name.startswith("rule")}
        assert any(
            each.rule in rules
            and all(getattr(each, name) == value for name, value in others.items())
            for each in answer.findings
        ), wanted
    for pattern in expected["must_not_find"]:
        assert not [each for each in answer.findings if fnmatch(each.rule, pattern)]
    full = CheckAnswer.model_validate(example["response"])
    assert answer.complete == full.complete
    assert {
        (f.rule, f.severity, f.field, f.procedure_id, f.lesion_id) for f in answer.findings
    } == {(f.rule, f.severity, f.field, f.procedure_id, f.lesion_id) for f in full.findings}
    ours = {(r.fact, r.value, r.lesion_id) for r in answer.reading}
    assert ours >= {(r.fact, r.value, r.lesion_id) for r in full.reading}


@pytest.mark.parametrize(
    ("story", "rules"),
    [
        (1, set()),
        (2, {"missing.note"}),
        (3, {"missing.note"}),
        (4, {"missing.note"}),
        (5, {"missing.note"}),
        (6, {"missing.note", "missing.lesion_size", "missing.specimen"}),
    ],
)
def test_encounters_of_the_stories(story: int, rules: set[str]) -> None:
    document = json.loads((EXAMPLES / f"{story}-encounter.json").read_text())
    assert {each.rule for each in answered(document).findings} == rules


DESTRUCTION = {
    "kind": "destruction",
    "lesion_id": "L1",
    "lesion_class": "premalignant",
    "method": "cryosurgery",
}
EXCISION = {
    "kind": "excision",
    "lesion_id": "L1",
    "lesion_diameter_cm": 0.8,
    "margin_cm": 0.2,
    "excised_diameter_cm": 1.2,
}
REPAIR = {
    "kind": "repair",
    "complexity": "intermediate",
    "site": "forearm",
    "length_cm": 3.0,
    "closes": ["P1"],
}
DRUG = {
    "kind": "drug_administration",
    "lesion_id": "L1",
    "units": 10,
    "route": "subcutaneous",
    "supplied_by": "practice",
    "wasted_units": 0,
}


def without(procedure: dict[str, Any], *fields: str) -> dict[str, Any]:
    return {name: value for name, value in procedure.items() if name not in fields}


@pytest.mark.parametrize(
    ("procedure", "lesion", "expected"),
    [
        pytest.param(DESTRUCTION, LESION, set(), id="complete destruction"),
        pytest.param(EXCISION, SUSPECT, set(), id="complete excision"),
        pytest.param(
            {"kind": "biopsy", "lesion_id": "L1"},
            SUSPECT,
            {("missing.technique", "block")},
            id="biopsy",
        ),
        pytest.param(
            {"kind": "shave_removal", "lesion_id": "L1"},
            SUSPECT,
            {("missing.lesion_size", "block")},
            id="shave",
        ),
        pytest.param(
            without(EXCISION, "lesion_diameter_cm", "margin_cm", "excised_diameter_cm"),
            SUSPECT,
            {("missing.lesion_size", "block"), ("missing.margin", "block")},
            id="excision without sizes",
        ),
        pytest.param(
            without(EXCISION, "margin_cm"),
            SUSPECT,
            {("missing.margin", "warning")},
            id="margin told by total",
        ),
        pytest.param(
            without(DESTRUCTION, "lesion_class", "method"),
            LESION,
            {("missing.lesion_class", "block"), ("missing.method", "query")},
            id="destruction of what and how",
        ),
        pytest.param(
            {**without(DESTRUCTION, "lesion_id"), "site": "scalp", "diagnosis": "L57.0"},
            LESION,
            {("missing.count", "block")},
            id="no lesion, no count",
        ),
        pytest.param(
            {**DESTRUCTION, "lesion_class": "vascular"},
            {**LESION, "diagnosis": "Q82.5"},
            {("missing.area", "block")},
            id="vascular area",
        ),
        pytest.param(
            {"kind": "skin_tag_removal", "site": "neck", "diagnosis": "B07.8"},
            LESION,
            {("missing.count", "block")},
            id="tags",
        ),
        pytest.param(
            {"kind": "mohs", "lesion_id": "L1", "stages": []},
            {**LESION, "diagnosis": "C44.519"},
            {("missing.stages", "block")},
            id="Mohs without stages",
        ),
        pytest.param(
            without(REPAIR, "complexity", "length_cm", "site", "closes"),
            LESION,
            {
                ("missing.complexity", "block"),
                ("missing.length", "block"),
                ("missing.site", "block"),
                ("missing.closes", "query"),
            },
            id="repair",
        ),
        pytest.param(
            {"kind": "skin_graft", "site": "nose", "closes": ["P1"]},
            LESION,
            {("missing.thickness", "block"), ("missing.area", "block")},
            id="graft",
        ),
        pytest.param(
            {"kind": "phototherapy", "diagnosis": "L40.0", "modality": "excimer"},
            LESION,
            {("missing.area", "block")},
            id="excimer area",
        ),
        pytest.param(
            without(DRUG, "units", "route", "supplied_by", "wasted_units"),
            LESION,
            {
                ("missing.units", "block"),
                ("missing.route", "block"),
                ("missing.drug_supply", "block"),
            },
            id="drug",
        ),
        pytest.param(
            {**DRUG, "wasted_units": None},
            LESION,
            {("missing.wastage", "query")},
            id="wastage not told",
        ),
        pytest.param(
            {"kind": "nail", "procedure": "avulsion", "diagnosis": "L60.0"},
            LESION,
            {("missing.digits", "block")},
            id="digits",
        ),
        pytest.param(
            {"kind": "cosmetic", "service": "filler"},
            LESION,
            {("missing.charge", "query")},
            id="price",
        ),
        pytest.param(
            DESTRUCTION,
            {"lesion_id": "L1", "diagnosis": "L57.0"},
            {("missing.site", "block")},
            id="site",
        ),
        pytest.param(
            {"kind": "biopsy", "lesion_id": "L1", "technique": "punch"},
            {"lesion_id": "L1", "site": "forearm"},
            {("missing.diagnosis", "block")},
            id="diagnosis",
        ),
        pytest.param(
            {"kind": "biopsy", "lesion_id": "L1", "technique": "punch"},
            without(SUSPECT, "laterality"),
            {("missing.laterality", "block")},
            id="side where it is coded",
        ),
        pytest.param(
            DESTRUCTION,
            {**LESION, "site": "forearm"},
            set(),
            id="no side is needed for a keratosis",
        ),
    ],
)
def test_required_facts(
    procedure: dict[str, Any], lesion: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    assert found(encounter(procedure, lesions=(lesion,))) == expected


BIOPSY = {"kind": "biopsy", "lesion_id": "L1", "technique": "punch"}
KERATOSIS = {**LESION, "diagnosis": "L82.1"}
BENIGN = {**DESTRUCTION, "lesion_class": "benign"}


@pytest.mark.parametrize(
    ("procedure", "lesion", "note", "expected"),
    [
        pytest.param(
            {**DESTRUCTION, "lesion_id": "L9"},
            LESION,
            None,
            {("conflict.reference", "block")},
            id="dangling",
        ),
        pytest.param(
            {**DESTRUCTION, "lesion_ids": ["L1"], "count": 3},
            LESION,
            None,
            {("conflict.count", "block")},
            id="count against list",
        ),
        pytest.param(
            {**EXCISION, "excised_diameter_cm": 2.0},
            SUSPECT,
            None,
            {("conflict.excised_diameter", "block")},
            id="lesion and margins do not add up",
        ),
        pytest.param(
            DESTRUCTION,
            KERATOSIS,
            None,
            {("conflict.diagnosis", "block"), ("necessity.unsupported", "block")},
            id="class against diagnosis",
        ),
        pytest.param(
            {"kind": "mohs", "lesion_id": "L1", "stages": [{"blocks": 2}]},
            LESION,
            None,
            {("conflict.diagnosis", "block")},
            id="Mohs without a tumor",
        ),
        pytest.param(
            EXCISION,
            {**SUSPECT, "diameter_cm": 1.4},
            None,
            {("conflict.size", "warning")},
            id="two sizes of one band",
        ),
        pytest.param(
            EXCISION,
            {**SUSPECT, "diameter_cm": 2.4},
            None,
            {("conflict.size", "block")},
            id="two sizes of two bands",
        ),
        pytest.param(BIOPSY, SUSPECT, "Punch biopsy of the left forearm.", set(), id="note agrees"),
        pytest.param(
            BIOPSY,
            SUSPECT,
            "Shave biopsy of the left forearm.",
            {("conflict.technique", "block")},
            id="another technique",
        ),
        pytest.param(
            BIOPSY,
            SUSPECT,
            "Punch biopsy of the right forearm.",
            {("conflict.laterality", "block")},
            id="another side",
        ),
        pytest.param(
            BIOPSY,
            SUSPECT,
            "Punch biopsy of the left cheek.",
            {("conflict.site", "block")},
            id="another site",
        ),
        pytest.param(
            BIOPSY,
            SUSPECT,
            "Lesion of the left forearm. Nothing left untreated, all right. Punch biopsy.",
            set(),
            id="left and right that are no sides",
        ),
        pytest.param(
            EXCISION,
            SUSPECT,
            "Excision of a 2.5 cm nodule, left forearm.",
            {("conflict.size", "block")},
            id="against the size the procedure gives",
        ),
        pytest.param(
            EXCISION,
            {**SUSPECT, "diameter_cm": 0.8},
            "Excision of an 18 mm nodule, left forearm.",
            {("conflict.size", "block")},
            id="another size after conversion",
        ),
        pytest.param(
            {**BIOPSY, "technique": "punch"},
            {**SUSPECT, "diameter_cm": 0.8},
            "8 mm papule of the left forearm, 4 mm punch biopsy.",
            set(),
            id="a punch is a tool, not a lesion",
        ),
        pytest.param(
            BIOPSY,
            SUSPECT,
            "Left forearm papule. Patient declined biopsy.",
            {("procedure.not_in_note", "block")},
            id="declined",
        ),
        pytest.param(
            BIOPSY,
            SUSPECT,
            "Left forearm papule. Will schedule a biopsy.",
            {("procedure.not_in_note", "block")},
            id="only planned",
        ),
        pytest.param(
            BIOPSY,
            SUSPECT,
            "Punch biopsy of the left forearm. Cryotherapy to a wart.",
            {("procedure.only_in_note", "query")},
            id="done and not listed",
        ),
        pytest.param(
            BIOPSY,
            SUSPECT,
            "s/p Mohs 2019. Punch biopsy of the left forearm. Electrocautery for hemostasis.",
            set(),
            id="history and haemostasis are none of today's",
        ),
        pytest.param(
            BIOPSY,
            {**SUSPECT, "symptoms": ["bleeding"]},
            "Left forearm papule, no bleeding. Punch biopsy.",
            {("conflict.symptom", "block")},
            id="symptom denied",
        ),
        pytest.param(
            BIOPSY,
            SUSPECT,
            "Date of service: 10/13/2026. Punch biopsy of the left forearm.",
            {("conflict.date", "block")},
            id="another day",
        ),
        pytest.param(
            BENIGN,
            KERATOSIS,
            "Itchy keratosis of the abdomen frozen with liquid nitrogen.",
            {("necessity.only_in_note", "warning")},
            id="reason in the note only",
        ),
        pytest.param(
            BENIGN,
            {**KERATOSIS, "symptoms": ["itching"]},
            "Keratosis of the abdomen, cosmetic removal with liquid nitrogen.",
            {("necessity.reads_cosmetic", "block")},
            id="note says looks",
        ),
        pytest.param(
            {**BENIGN, "patient_pay": True},
            {**KERATOSIS, "symptoms": ["bleeding"]},
            None,
            {("conflict.patient_pay", "query")},
            id="patient pays for a necessary service",
        ),
        pytest.param(
            BENIGN,
            {**KERATOSIS, "diagnosis": "L82.0", "symptoms": ["itching"]},
            "Keratosis of the abdomen, itching, not inflamed. Liquid nitrogen.",
            {("conflict.diagnosis", "block")},
            id="inflamed code, not inflamed",
        ),
        pytest.param(
            BIOPSY,
            SUSPECT,
            "Punch biopsy of the left forearm, size ___ cm.",
            {("text.placeholder", "query")},
            id="unfilled template",
        ),
        pytest.param(
            BIOPSY,
            SUSPECT,
            "DRAFT - not signed. Punch biopsy of the left forearm.",
            {("text.unsigned", "block")},
            id="not signed",
        ),
    ],
)
def test_conflicts_and_necessity(
    procedure: dict[str, Any],
    lesion: dict[str, Any],
    note: str | None,
    expected: set[tuple[str, str]],
) -> None:
    assert found(encounter(procedure, lesions=(lesion,), note=note)) == expected


def keratoses(note: str, count: int) -> set[tuple[str, str]]:
    return found(
        encounter(
            {**DESTRUCTION, "count": count}, lesions=({**LESION, "site": "scalp"},), note=note
        )
    )


@pytest.mark.parametrize(
    ("note", "count"),
    [
        ("Fifteen AKs of the scalp treated with liquid nitrogen.", 15),
        ("Cryotherapy x15 to the scalp.", 15),
        ("Liquid nitrogen, total of 6, scalp.", 6),
        ("Cryotherapy: 4 scalp, 3 forehead.", 7),
        ("3 of 5 lesions of the scalp treated with liquid nitrogen.", 3),
        ("72 year old. 4 actinic keratoses of the scalp frozen, two cycles of 10 seconds.", 4),
    ],
)
def test_counts_are_read(note: str, count: int) -> None:
    assert keratoses(note, count) == set()
    assert keratoses(note, count + 1) == {("conflict.count", "block")}


EVALUATION = {
    "patient_status": "established",
    "mdm": {"problems": "low", "data": "minimal", "risk": "low"},
    "separately_identifiable": True,
    "narrative": "Acne reviewed, retinoid raised.",
    "decision_for_surgery": False,
    "diagnoses": ["L70.0"],
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, set()),
        ({"mdm": None}, {("missing.evaluation_level", "block")}),
        ({"mdm": None, "total_minutes": 25}, set()),
        ({"diagnoses": []}, {("missing.diagnosis", "block")}),
        ({"narrative": None}, {("missing.evaluation_work", "query")}),
        ({"narrative": "Lesion examined, biopsy advised."}, {("evaluation.not_separate", "query")}),
        ({"narrative": None, "separately_identifiable": False}, set()),
        ({"narrative": None, "decision_for_surgery": True}, set()),
    ],
)
def test_an_evaluation_beside_a_procedure(
    changes: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    document = encounter(BIOPSY, lesions=(SUSPECT,), evaluation={**EVALUATION, **changes})
    assert found(document) == expected


def test_a_symptom_of_one_lesion_never_serves_another() -> None:
    other = {**KERATOSIS, "lesion_id": "L2", "site": "back"}
    both = {**without(BENIGN, "lesion_id"), "lesion_ids": ["L1", "L2"]}
    note = "Itchy keratosis of the abdomen. Keratosis of the back. Liquid nitrogen to both."
    answer = answered(encounter(both, lesions=(KERATOSIS, other), note=note))
    unsupported = [each for each in answer.findings if each.rule == "necessity.unsupported"]
    assert [each.lesion_id for each in unsupported] == ["L2"]


def test_every_question_is_neutral_and_offers_the_open_answers() -> None:
    documents = [
        encounter(
            BIOPSY, lesions=(SUSPECT,), note="Shave biopsy of the right cheek, 3 warts frozen."
        ),
        encounter(without(EXCISION, "lesion_diameter_cm", "margin_cm"), REPAIR),
        encounter(BENIGN, lesions=(KERATOSIS,), note="Cosmetic removal, liquid nitrogen."),
    ]
    asked = [each for document in documents for each in answered(document).findings]
    assert asked
    for each in asked:
        assert (each.query is None) is (each.severity == "warning")
        if each.query is None:
            continue
        if each.query.options:
            assert each.query.options[-2:] == ("other", "unable to determine")
        forbidden = ("pay", "bill", "cover", "code", "reimburs", "denial", "insur")
        assert not [word for word in forbidden if word in each.query.question.lower()]


def test_spans_are_code_points() -> None:
    note = "🙂 Shave biopsy of the left forearm."
    answer = answered(encounter(BIOPSY, lesions=(SUSPECT,), note=note))
    (conflict,) = [each for each in answer.findings if each.rule == "conflict.technique"]
    (span,) = conflict.spans
    assert note[span.start : span.end] == "Shave"


def test_facts_may_be_absent_but_ids_not_twice_and_lengths_not_negative() -> None:
    bare = encounter({"kind": "excision"}, lesions=())
    assert ("missing.site", "block") in found(bare)
    for broken in (
        encounter(BIOPSY, lesions=(SUSPECT, SUSPECT)),
        encounter({**EXCISION, "margin_cm": -0.1}),
    ):
        with pytest.raises(ValidationError):
            Encounter.model_validate(broken)


def test_the_same_note_reads_the_same() -> None:
    document = json.loads((EXAMPLES / "1-encounter.json").read_text())
    assert answered(document) == answered(deepcopy(document))
