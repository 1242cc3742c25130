"""Generated schemas stand in the repository; what no longer fits the models fails here."""

import json

import jsonschema

from shared.contracts.event import Event
from shared.contracts.events import BY_TOPIC, EVENTS
from shared.contracts.generate import SCHEMAS, schemas

SERVICES = {
    "eligibility",
    "documentation",
    "pathology",
    "coding",
    "submission",
    "denials",
    "operations",
}


def test_committed_schemas_are_the_generated_ones() -> None:
    committed = {path.name: path.read_text() for path in SCHEMAS.glob("*.json")}
    assert committed == schemas()


def test_every_schema_is_a_valid_schema() -> None:
    for path in SCHEMAS.glob("*.json"):
        jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text()))


def test_events_name_one_owner_and_known_consumers() -> None:
    assert len(BY_TOPIC) == len(EVENTS)
    for event in EVENTS:
        assert issubclass(event, Event)
        assert event.owner in SERVICES
        assert set(event.consumers) <= SERVICES - {event.owner}
        assert "operations" in event.consumers
