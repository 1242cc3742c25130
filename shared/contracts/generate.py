"""Writes the JSON Schema of every event and document: `python -m shared.contracts.generate`.

With `--check` nothing is written: exit 1 and the names of the files that no longer fit the models.
"""

import json
import sys
from pathlib import Path

from pydantic import BaseModel

from shared.contracts.documents.claim import CodedClaim
from shared.contracts.documents.denial import Denial
from shared.contracts.documents.encounter import Encounter
from shared.contracts.documents.findings import CheckAnswer
from shared.contracts.documents.result import PathologyResult
from shared.contracts.documents.visit import ClassificationAnswer, Visit, VisitToClassify
from shared.contracts.event import Event
from shared.contracts.events import EVENTS

SCHEMAS = Path(__file__).parent / "schemas"
DOCUMENTS: dict[str, type[BaseModel]] = {
    "visit": Visit,
    "visit_to_classify": VisitToClassify,
    "classification": ClassificationAnswer,
    "encounter": Encounter,
    "check": CheckAnswer,
    "pathology_result": PathologyResult,
    "coded_claim": CodedClaim,
    "denial": Denial,
}


def schemas() -> dict[str, str]:
    """File name -> JSON text of every schema, events under their topic name."""
    models: dict[str, tuple[type[BaseModel], dict[str, object]]] = {
        name: (model, {}) for name, model in DOCUMENTS.items()
    }
    models |= {event.topic: (event, _routing(event)) for event in EVENTS}
    return {
        f"{name}.json": json.dumps(
            model.model_json_schema(mode="serialization" if extra else "validation") | extra,
            indent=2,
            sort_keys=True,
        )
        + "\n"
        for name, (model, extra) in models.items()
    }


def _routing(event: type[Event]) -> dict[str, object]:
    return {
        "x-topic": event.topic,
        "x-emitter": event.owner,
        "x-consumers": list(event.consumers),
    }


def main(check: bool) -> int:
    """Write the schemas, or with `check` compare them with what is committed."""
    wanted = schemas()
    found = {path.name: path.read_text() for path in SCHEMAS.glob("*.json")}
    if check:
        stale = sorted(name for name in wanted | found if wanted.get(name) != found.get(name))
        for name in stale:
            sys.stderr.write(f"shared/contracts/schemas/{name} is stale: run make schemas\n")
        return 1 if stale else 0
    SCHEMAS.mkdir(exist_ok=True)
    for name in found.keys() - wanted.keys():
        (SCHEMAS / name).unlink()
    for name, text in wanted.items():
        (SCHEMAS / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
