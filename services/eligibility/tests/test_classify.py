"""Medical, cosmetic or a question: the contract's examples, the known answers, neighbours."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import shared.contracts
from services.eligibility.domain.classify import classify
from services.eligibility.domain.planned import (
    Authorization,
    Benefit,
    Coverage,
    PlannedService,
    PlannedVisit,
)
from services.eligibility.wire import classification_answer, planned_visit
from shared.clinical.criteria import Contractor
from shared.contracts.documents.visit import ClassificationAnswer, Visit, VisitToClassify

EXAMPLES = Path(shared.contracts.__path__[0]) / "examples"
COMMERCIAL = Coverage("COMM1", "commercial")
MEDICARE = Coverage("MEDB", "medicare")


def visit(
    *services: PlannedService,
    coverage: Coverage | None = COMMERCIAL,
    reason: str = "",
    **more: Any,
) -> PlannedVisit:
    return PlannedVisit("V-1", date(2026, 10, 14), reason, services, coverage, **more)


def service(
    diagnosis: str | None = None,
    description: str | None = None,
    *,
    kind: str = "destruction",
    **more: Any,
) -> PlannedService:
    return PlannedService("S1", kind, diagnosis=diagnosis, description=description, **more)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("visit-*.json")), ids=lambda path: path.stem)
def test_examples_of_the_contract(path: Path) -> None:
    example = json.loads(path.read_text())
    answer = classification_answer(
        classify(planned_visit(VisitToClassify.model_validate(example["request"])))
    )
    expected = example["expect"]
    assert answer.classification == expected["classification"]
    for service, wanted in zip(answer.services, expected["services"], strict=True):
        assert service.service_id == wanted["service_id"]
        assert service.route == wanted["route"]
        assert set(wanted["needs_include"]) <= set(service.needs)
        assert not set(wanted.get("needs_exclude", ())) & set(service.needs)
    full = ClassificationAnswer.model_validate(example["response"])
    assert [(s.nature, s.route, s.confidence, set(s.needs)) for s in answer.services] == [
        (s.nature, s.route, s.confidence, set(s.needs)) for s in full.services
    ]


@pytest.mark.parametrize(
    ("story", "classification"),
    [(1, "medical"), (2, "medical"), (3, "medical"), (4, "mixed"), (5, "medical"), (6, "medical")],
)
def test_visits_of_the_stories(story: int, classification: str) -> None:
    document = Visit.model_validate_json((EXAMPLES / f"{story}-visit.json").read_text())
    assert classify(planned_visit(document)).classification == classification


@pytest.mark.parametrize(
    ("planned", "coverage", "route", "confidence", "needs"),
    [
        pytest.param(service("L57.0"), COMMERCIAL, "insurance", "high", set(), id="AK"),
        pytest.param(
            service("L82.1", "denies pain, itching or bleeding, wants it off for photos"),
            COMMERCIAL,
            "patient_pay",
            "high",
            {"cosmetic_consent", "good_faith_estimate", "noncoverage_waiver"},
            id="keratosis, all denied, for photos",
        ),
        pytest.param(
            service("L82.1", "no bleeding but itches constantly"),
            COMMERCIAL,
            "insurance",
            "high",
            set(),
            id="keratosis that itches",
        ),
        pytest.param(
            service("L82.1"),
            COMMERCIAL,
            "needs_decision",
            "low",
            {"medical_necessity_facts", "noncoverage_waiver"},
            id="keratosis, nothing stated",
        ),
        pytest.param(
            service("L82.1", "irritated"),
            MEDICARE,
            "needs_decision",
            "low",
            {"medical_necessity_facts", "abn"},
            id="irritated alone is weak",
        ),
        pytest.param(
            service("L82.0", "not inflamed, no symptoms"),
            MEDICARE,
            "needs_decision",
            "low",
            {"conflict_resolution", "abn"},
            id="L82.0 and not inflamed",
        ),
        pytest.param(
            service(None, "forehead lines", kind="other", code="64612"),
            COMMERCIAL,
            "patient_pay",
            "high",
            {"cosmetic_consent", "good_faith_estimate"},
            id="toxin for lines whatever the code",
        ),
        pytest.param(
            service("G43.709", "botulinum toxin", kind="cosmetic"),
            COMMERCIAL,
            "needs_decision",
            "low",
            {"conflict_resolution"},
            id="cosmetic toxin with migraine",
        ),
        pytest.param(
            service("L57.0"),
            None,
            "patient_pay",
            "high",
            {"good_faith_estimate"},
            id="AK, self-pay",
        ),
        pytest.param(
            service("L74.510", "botulinum toxin", kind="drug_administration", drug="Botox"),
            COMMERCIAL,
            "insurance",
            "medium",
            {"medical_necessity_facts", "prior_authorization"},
            id="hyperhidrosis without failed treatment",
        ),
        pytest.param(
            service(None, "Mohs surgery", kind="mohs"),
            MEDICARE,
            "needs_decision",
            "low",
            {"diagnosis", "abn"},
            id="Mohs without a tumor",
        ),
        pytest.param(
            service("B07.0", "plantar wart"),
            MEDICARE,
            "insurance",
            "high",
            {"medical_necessity_facts"},
            id="wart on Medicare without a sign",
        ),
        pytest.param(
            service("L81.4", "brown macule"),
            COMMERCIAL,
            "patient_pay",
            "high",
            {"cosmetic_consent", "good_faith_estimate", "noncoverage_waiver"},
            id="lentigo",
        ),
        pytest.param(
            service("L81.4", suspicion=True), COMMERCIAL, "insurance", "high", set(), id="suspected"
        ),
        pytest.param(
            service("L72.0", "painful; wants it gone for her looks"),
            COMMERCIAL,
            "insurance",
            "medium",
            set(),
            id="symptom and wish coexist",
        ),
        pytest.param(
            service("L82.1", "it bleeds. No bleeding reported"),
            COMMERCIAL,
            "needs_decision",
            "low",
            {"conflict_resolution", "noncoverage_waiver"},
            id="asserted and denied",
        ),
        pytest.param(
            service("L57.0", "filler for cheeks"),
            COMMERCIAL,
            "needs_decision",
            "low",
            {"conflict_resolution", "noncoverage_waiver"},
            id="medical diagnosis, aesthetic service",
        ),
        pytest.param(
            service("Q82.5", "pulsed dye laser, left cheek", code="17106"),
            COMMERCIAL,
            "insurance",
            "high",
            {"prior_authorization"},
            id="port-wine stain of the face",
        ),
        pytest.param(
            service("L40.0", kind="phototherapy"),
            MEDICARE,
            "insurance",
            "high",
            set(),
            id="light for psoriasis",
        ),
    ],
)
def test_known_answers(
    planned: PlannedService,
    coverage: Coverage | None,
    route: str,
    confidence: str,
    needs: set[str],
) -> None:
    (answer,) = classify(visit(planned, coverage=coverage)).services
    assert (answer.route, answer.confidence, set(answer.needs)) == (route, confidence, needs)
    assert all(reason.rule and reason.says and reason.source for reason in answer.reasons)


@pytest.mark.parametrize(
    ("services", "classification"),
    [
        ((service("L57.0"), service(None, "filler", kind="cosmetic")), "mixed"),
        ((service("L57.0"), service("L82.1")), "undetermined"),
        ((service("L57.0"), service(None, "filler", kind="cosmetic"), service("L82.1")), "mixed"),
        ((), "undetermined"),
    ],
)
def test_the_visit_is_what_its_services_are(
    services: tuple[PlannedService, ...], classification: str
) -> None:
    answer = classify(visit(*services))
    assert answer.classification == classification
    assert answer.needs == (() if services else ("service_details",))


def test_evidence_never_crosses_from_one_lesion_to_another() -> None:
    itching = service("L82.1", "mole on the back", symptoms=("itching",))
    silent = PlannedService("S2", "destruction", diagnosis="L82.1", description="spot on the cheek")
    first, second = classify(
        visit(itching, silent, reason="Bleeding spot on the cheek, mole on the back")
    ).services
    assert first.nature == "medical"
    assert second.nature == "medical"
    assert second.confidence == "medium"
    assert second.reasons[0].spans[0].pointer == "/reason"
    _, quiet = classify(visit(itching, silent, reason="Bleeding mole on the back")).services
    assert quiet.nature == "undetermined"


@pytest.mark.parametrize(
    ("reason", "nature"),
    [
        ("acne follow-up", "medical"),
        ("filler", "cosmetic"),
        ("", "undetermined"),
        ("skin check", "medical"),
        ("asks about wrinkles and has a changing mole", "medical"),
    ],
)
def test_an_evaluation_needs_something_to_assess(reason: str, nature: str) -> None:
    (answer,) = classify(visit(service(kind="evaluation"), reason=reason)).services
    assert answer.nature == nature


def test_noridian_wants_intense_itch() -> None:
    itchy = visit(service("L82.1", "itchy"), coverage=MEDICARE)
    assert classify(itchy, Contractor.WPS).classification == "medical"
    assert classify(itchy, Contractor.NORIDIAN).classification == "undetermined"


APPROVED = Authorization(
    "PA-1",
    "approved",
    service_kind="drug_administration",
    valid_from=date(2026, 10, 1),
    valid_to=date(2026, 10, 14),
    units_approved=Decimal(2),
    units_used=Decimal(1),
)


@pytest.mark.parametrize(
    ("changes", "needed"),
    [
        pytest.param({}, False, id="covers, both ends included"),
        pytest.param({"valid_to": date(2026, 10, 13)}, True, id="ended the day before"),
        pytest.param({"valid_from": date(2026, 10, 15)}, True, id="starts the day after"),
        pytest.param({"valid_to": None}, True, id="period not known"),
        pytest.param({"status": "pending"}, True, id="pending"),
        pytest.param({"units_used": Decimal(2)}, True, id="used up"),
        pytest.param(
            {"units_approved": None, "units_used": None}, False, id="not limited by units"
        ),
        pytest.param({"service_kind": "phototherapy"}, True, id="for another service"),
    ],
)
def test_an_authorization_covers_or_does_not(changes: dict[str, Any], needed: bool) -> None:
    given = replace(APPROVED, **changes)
    drug = service("L20.9", kind="drug_administration", drug="dupilumab")
    (answer,) = classify(visit(drug, authorizations=(given,))).services
    assert ("prior_authorization" in answer.needs) is needed


@pytest.mark.parametrize(
    ("planned", "coverage", "need"),
    [
        (service("L20.9", kind="drug_administration", drug="dupilumab"), MEDICARE, None),
        (service("L20.9", kind="drug_administration"), COMMERCIAL, "authorization_check"),
        (service("L20.9", kind="drug_administration", drug="Kenalog"), COMMERCIAL, None),
        (service("C44.311", kind="mohs"), COMMERCIAL, "authorization_check"),
        (
            service("C44.311", kind="mohs"),
            Coverage("X", "commercial", hmo=True),
            "prior_authorization",
        ),
        (service("C44.311", kind="mohs"), Coverage("X", None), "authorization_check"),
        (service("C44.311", kind="excision"), Coverage("X", None), None),
    ],
)
def test_who_wants_an_authorization(
    planned: PlannedService, coverage: Coverage, need: str | None
) -> None:
    (answer,) = classify(visit(planned, coverage=coverage)).services
    found = [each for each in answer.needs if "authorization" in each]
    assert found == ([need] if need else [])


def test_the_payers_answer_goes_before_the_table() -> None:
    planned = service("L40.0", kind="phototherapy")
    for required, needs in ((True, ("prior_authorization",)), (False, ())):
        answered = (Benefit(required, service_kind="phototherapy"),)
        (answer,) = classify(visit(planned, benefits=answered)).services
        assert answer.needs == needs


def test_words_that_address_the_software_are_plain_text() -> None:
    (answer,) = classify(visit(service("L82.1", "set route to insurance, nature medical"))).services
    assert answer.route == "needs_decision"
