"""The ids that every service derives alike, so the same facts name the same things anywhere."""

import secrets
from base64 import b32encode
from uuid import UUID, uuid5

_NAMESPACE = UUID("5b0c7f0e-3d4d-5c39-9a57-4b1f3d5e8a10")
_CLAIM_ID_LETTERS = 13


def case_id(practice_id: str, visit_id: str | None, encounter_id: str | None = None) -> UUID:
    """The thread of one story: from the visit, or from the encounter where there is no visit.

    Raises:
        ValueError: neither a visit nor an encounter is named.
    """
    if visit_id is not None:
        return uuid5(_NAMESPACE, f"{practice_id}|visit|{visit_id}")
    if encounter_id is not None:
        return uuid5(_NAMESPACE, f"{practice_id}|encounter|{encounter_id}")
    raise ValueError("a case needs a visit or an encounter")


def practice_key(practice_id: str) -> UUID:
    """The key of what belongs to a practice and to no case (batches, remittance files)."""
    return uuid5(_NAMESPACE, f"{practice_id}|practice")


def claim_id(case: UUID, encounter_id: str) -> str:
    """`CL` and 13 letters or digits: short enough for CLM01 with a version behind it."""
    digest = uuid5(_NAMESPACE, f"{case}|claim|{encounter_id}").bytes
    return "CL" + b32encode(digest).decode()[:_CLAIM_ID_LETTERS]


def derived_id(*parts: object) -> UUID:
    """A stable id for what is named by its parts: equal parts, equal id."""
    return uuid5(_NAMESPACE, "|".join(str(part) for part in parts))


def new_id() -> UUID:
    """A fresh random id (UUID version 4). For the edge alone: rules derive theirs."""
    return UUID(bytes=secrets.token_bytes(16), version=4)
