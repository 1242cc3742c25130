"""The what-if interpretation."""

from fastapi import APIRouter

from services.pathology import wire
from services.pathology.api.asking import Reader

reads = APIRouter(prefix="/v1", tags=["results"])


@reads.post("/interpret")
def interpret(asked: wire.InterpretRequest, _: Reader) -> wire.InterpretAnswer:
    """Read a report as a what-if: stores nothing, emits nothing."""
    return wire.interpret(asked)
