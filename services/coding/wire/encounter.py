"""An encounter as the rules know it. Shapes are alike, so an adapter maps it."""

from pydantic import TypeAdapter

from services.coding.domain.documented import Encounter
from shared.contracts.documents.encounter import Encounter as EncounterDocument
from shared.contracts.documents.encounter import EncounterFacts

_ENCOUNTER = TypeAdapter(Encounter)


def encounter_of(document: EncounterDocument | EncounterFacts) -> Encounter:
    """The documented facts; prose is left behind."""
    return _ENCOUNTER.validate_python(document.model_dump())
