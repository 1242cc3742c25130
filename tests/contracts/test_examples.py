"""The contract's examples (shared/contracts/examples): an old one may never stop parsing."""

import json
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from shared.contracts.documents.claim import CodedClaim
from shared.contracts.documents.encounter import Encounter, without_prose
from shared.contracts.documents.findings import CheckAnswer
from shared.contracts.documents.result import PathologyResult
from shared.contracts.documents.visit import ClassificationAnswer, Visit, VisitToClassify

EXAMPLES = Path(__file__).parents[2] / "shared" / "contracts" / "examples"
KINDS: dict[str, type[BaseModel]] = {
    "visit": Visit,
    "encounter": Encounter,
    "result": PathologyResult,
    "result-final": PathologyResult,
    "result-corrected": PathologyResult,
    "coded-claim": CodedClaim,
    "coded-claim-v1": CodedClaim,
    "coded-claim-v2": CodedClaim,
}
STORIES = sorted(path.name for path in EXAMPLES.glob("[0-9]-*.json"))


@pytest.mark.parametrize("name", STORIES)
def test_a_story_document_parses_and_survives_the_round_trip(name: str) -> None:
    model = KINDS[name.removesuffix(".json").partition("-")[2]]
    document = model.model_validate_json((EXAMPLES / name).read_bytes())
    assert model.model_validate_json(document.model_dump_json(exclude_unset=True)) == document


@pytest.mark.parametrize(
    ("pattern", "request_model", "response_model"),
    [
        ("visit-*.json", VisitToClassify, ClassificationAnswer),
        ("check-*.json", Encounter, CheckAnswer),
    ],
)
def test_what_if_examples_parse_both_ways(
    pattern: str, request_model: type[BaseModel], response_model: type[BaseModel]
) -> None:
    paths = sorted(EXAMPLES.glob(pattern))
    assert paths
    for path in paths:
        example = json.loads(path.read_text())
        request_model.model_validate(example["request"])
        response_model.model_validate(example["response"])


def test_unknown_fields_are_refused_and_named() -> None:
    visit = json.loads((EXAMPLES / "1-visit.json").read_text())
    visit["patient"]["nickname"] = "x"
    with pytest.raises(ValidationError) as refused:
        Visit.model_validate(visit)
    assert refused.value.errors()[0]["loc"] == ("patient", "nickname")


def test_coverage_null_and_absent_are_told_apart() -> None:
    visit = json.loads((EXAMPLES / "1-visit.json").read_text())
    visit["coverage"] = None
    assert Visit.model_validate(visit).coverage_stated
    del visit["coverage"]
    assert not Visit.model_validate(visit).coverage_stated


def test_repeated_ids_are_refused() -> None:
    encounter = json.loads((EXAMPLES / "1-encounter.json").read_text())
    encounter["lesions"].append(encounter["lesions"][0])
    with pytest.raises(ValidationError, match="lesion_id stands twice"):
        Encounter.model_validate(encounter)


def test_an_encounter_without_prose_holds_none() -> None:
    encounter = Encounter.model_validate_json((EXAMPLES / "1-encounter.json").read_bytes())
    travelling = without_prose(encounter, ()).model_dump_json()
    assert encounter.note is not None
    assert encounter.evaluation is not None
    for prose in (
        encounter.note.text,
        encounter.evaluation.narrative,
        encounter.lesions[0].rationale,
    ):
        assert prose
        assert prose not in travelling
