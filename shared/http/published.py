"""What every operation of an OpenAPI document may answer beside its own: a problem document."""

from typing import Any

from fastapi import FastAPI

from shared.http.problems import MEDIA_TYPE

_NAME = "Problem"
_TEXT = {"type": "string"}
_PROBLEM: dict[str, Any] = {
    "title": _NAME,
    "description": "RFC 9457. `code` is a refusal's own; `errors` points at the fields concerned.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "request_id"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "request_id": _TEXT,
        "code": _TEXT,
        "errors": {"type": "array", "items": {"type": "object", "additionalProperties": True}},
    },
}
_RESPONSE = {
    "description": "Whatever is refused or fails",
    "content": {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{_NAME}"}}},
}
# FastAPI publishes an answer of its own for a 422, which `install_problems` replaces.
_NEVER_GIVEN = ("HTTPValidationError", "ValidationError")


def publish_problems(app: FastAPI) -> None:
    """Let the app's OpenAPI document tell the problem document as every operation's `default`."""
    made = app.openapi

    def published() -> dict[str, Any]:
        document = made()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        if _NAME not in schemas:
            schemas[_NAME] = _PROBLEM
            for name in _NEVER_GIVEN:
                schemas.pop(name, None)
            for path_item in document.get("paths", {}).values():
                for operation in path_item.values():
                    _declare(operation["responses"])
        return document

    app.openapi = published  # type: ignore[method-assign]


def _declare(responses: dict[str, Any]) -> None:
    schema = responses.get("422", {}).get("content", {}).get("application/json", {}).get("schema")
    if schema == {"$ref": f"#/components/schemas/{_NEVER_GIVEN[0]}"}:
        del responses["422"]
    responses["default"] = _RESPONSE
