"""The same facts in any order, heard once or often, give the same diagnoses, lines and holds."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.coding import seed, snapshot
from services.coding.domain.case import Case, first_case
from services.coding.domain.claim import differences
from services.coding.domain.references import References
from services.coding.handlers import HANDLERS
from shared.bus.stage import Heard
from shared.contracts.authorization_changed import AuthorizationChanged
from shared.contracts.claim_accepted import ClaimAccepted
from shared.contracts.claim_rejected import ClaimRejected
from shared.contracts.documents.encounter import Encounter, without_prose
from shared.contracts.documents.result import Interpretation, Match, ResultFacts
from shared.contracts.documents.visit import Authorization, ClassifiedService
from shared.contracts.encounter_documented import EncounterDocumented
from shared.contracts.event import Event
from shared.contracts.pathology_returned import PathologyReturned
from shared.contracts.visit_classified import CoverageSummary, VisitClassified
from shared.kernel.ids import case_id, claim_id, derived_id

PRACTICE = "prairie"
CASE = case_id(PRACTICE, "V-1")
NOW = datetime(2026, 3, 12, 15, 0, tzinfo=UTC)


@cache
def references() -> References:
    return References(snapshot.tables(seed.content()))


def encounter_event(version: int, diameter: float) -> EncounterDocumented:
    document = Encounter.model_validate(
        {
            "encounter_id": "E-1",
            "visit_id": "V-1",
            "patient": {"mrn": "M-1"},
            "date_of_service": "2026-03-02",
            "rendering_provider": {"npi": "1234567893"},
            "evaluation": {
                "patient_status": "established",
                "mdm": {"problems": "low", "data": "minimal", "risk": "low"},
                "separately_identifiable": True,
                "diagnoses": ["L70.0"],
            },
            "lesions": [
                {"lesion_id": "L1", "site": "back", "suspicion": True, "diameter_cm": diameter},
                {"lesion_id": "L2", "site": "nose", "suspicion": True},
                {"lesion_id": "L3", "site": "scalp", "suspicion": False, "diagnosis": "L57.0"},
            ],
            "procedures": [
                {
                    "procedure_id": "P1",
                    "kind": "excision",
                    "lesion_id": "L1",
                    "lesion_diameter_cm": diameter,
                    "margin_cm": 0.2,
                },
                {
                    "procedure_id": "P2",
                    "kind": "biopsy",
                    "lesion_id": "L2",
                    "technique": "punch",
                },
                {
                    "procedure_id": "P3",
                    "kind": "destruction",
                    "lesion_class": "premalignant",
                    "lesion_id": "L3",
                    "count": 4,
                },
            ],
            "specimens": [
                {"specimen_id": "S1", "lesion_id": "L1", "procedure_id": "P1"},
                {"specimen_id": "S2", "lesion_id": "L2", "procedure_id": "P2"},
            ],
        }
    )
    return EncounterDocumented(
        **common(version),
        encounter_id="E-1",
        visit_id="V-1",
        encounter_version=version,
        encounter=without_prose(document, ()),
        blocks=False,
    )


def common(minute: int) -> dict[str, Any]:
    at = NOW - timedelta(days=1) + timedelta(minutes=minute)
    return {"case_id": CASE, "practice_id": PRACTICE, "occurred_at": at}


def result_event(
    specimen: str, revision: int, status: str, behavior: str | None, icd10: str | None
) -> PathologyReturned:
    lesion = "L1" if specimen == "S1" else "L2"
    return PathologyReturned(
        **common(revision),
        result=ResultFacts.model_validate(
            {
                "result_id": f"R-{specimen}-{revision}",
                "accession": f"A-{specimen}",
                "lab_id": "LAB1",
                "status": status,
                "specimen_id": specimen,
                "reported_at": NOW - timedelta(hours=10 - revision),
            }
        ),
        match=Match(encounter_id="E-1", specimen_id=specimen, lesion_id=lesion, by="specimen"),
        interpretation=Interpretation(
            decision="automatic", confirmed=True, behavior=behavior, confidence="high"
        ),
        behavior=behavior,
        icd10=icd10,
        revision=revision,
        material_change=True,
    )


def visit_event(minute: int, route: str) -> VisitClassified:
    return VisitClassified(
        **common(minute),
        visit_id="V-1",
        status="arrived",
        scheduled_at=NOW,
        rendering_provider={"npi": "1234567893"},
        classification="medical",
        services=[
            ClassifiedService(
                service_id="SV1",
                kind="excision",
                nature="medical",
                route=route,
                confidence="high",
                needs=["prior_authorization"],
            )
        ],
        coverage=CoverageSummary(payer_id="60054", payer_name="Example", program="commercial"),
        coverage_known=True,
        subject="sealed",
    )


EVENTS: tuple[Event, ...] = (
    visit_event(1, "needs_decision"),
    visit_event(2, "insurance"),
    encounter_event(1, 0.8),
    encounter_event(2, 1.0),
    result_event("S1", 1, "preliminary", "malignant", "C43.59"),
    result_event("S1", 2, "final", "benign", "D22.5"),
    result_event("S1", 3, "corrected", "in_situ", "D03.59"),
    result_event("S2", 1, "final", "malignant", "C44.311"),
    AuthorizationChanged(
        **common(3),
        visit_id="V-1",
        authorization=Authorization(number="AUTH-7", service_kind="excision", status="approved"),
    ),
    ClaimAccepted(
        **common(4),
        claim_id=claim_id(CASE, "E-1"),
        version=1,
        payer_control_number="PCN-1",
        accepted_at=NOW,
        by="payer",
    ),
    ClaimRejected(
        **common(5),
        claim_id=claim_id(CASE, "E-1"),
        version=2,
        rejected_by="payer",
        fix_stage="coding",
        rejected_at=NOW,
    ),
)


def told(events: list[Event]) -> tuple[Case, list[Event]]:
    case, emitted = first_case(CASE, PRACTICE), []
    for event in events:
        heard = Heard(event, derived_id(event.model_dump_json()), None)
        decision = HANDLERS[type(event)](case, heard, NOW, references())
        case = decision.state
        emitted += decision.emit
    return case, emitted


def decided(case: Case) -> Any:
    return {encounter: issued.last.claim for encounter, issued in case.claims.items()}


@cache
def in_order() -> Any:
    return decided(told(list(EVENTS))[0])


@settings(max_examples=80, deadline=None)
@given(st.permutations(EVENTS), st.lists(st.sampled_from(EVENTS), max_size=6), st.randoms())
def test_any_order_and_repetition_decides_alike(
    order: list[Event], repeated: list[Event], chance: Any
) -> None:
    events = [*order, *repeated]
    if repeated:
        for again in repeated:
            events.insert(chance.randrange(len(events)), again)
    case, emitted = told(events)
    (claim,) = decided(case).values()
    (plain,) = in_order().values()
    assert claim.same_content(plain), differences(plain, claim)
    assert claim.holds == plain.holds
    versions = [event.claim.version for event in emitted]
    assert versions == list(range(1, len(versions) + 1))


def test_the_decision_is_the_expected_one() -> None:
    (claim,) = in_order().values()
    assert [(line.code, *line.modifiers, line.units) for line in claim.lines] == [
        ("11602", 1),
        ("11104", "59", 1),
        ("99213", "25", 1),
        ("17000", "59", 1),
        ("17003", 3),
    ]
    assert claim.diagnoses == ("D03.59", "C44.311", "L70.0", "L57.0")
    assert claim.status == "ready"
    assert [(each.number, each.codes) for each in claim.authorizations] == [("AUTH-7", ("11602",))]


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(3)))
def test_the_order_of_procedures_changes_no_line(order: list[int]) -> None:
    event = EVENTS[3]
    assert isinstance(event, EncounterDocumented)
    procedures = tuple(event.encounter.procedures[each] for each in order)
    shuffled = event.model_copy(
        update={"encounter": event.encounter.model_copy(update={"procedures": procedures})}
    )
    events = [shuffled if each is event else each for each in EVENTS]
    (claim,) = decided(told(events)[0]).values()
    (plain,) = in_order().values()
    assert claim.same_content(plain)
