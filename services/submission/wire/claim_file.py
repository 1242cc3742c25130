"""Claims written as one interchange of 837P sets, judged before anything is stored."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.submission.domain.profile import PracticeProfile
from services.submission.wire.professional import billing_provider
from shared.x12.objection import Objection
from shared.x12.professional import (
    FUNCTIONAL_ID,
    GUIDE,
    Header,
    ProfessionalClaim,
    Receiver,
    Submitter,
    write_claim_set,
)
from shared.x12.writer import Envelope, SetWriter, write_interchange

CLAIMS_PER_SET = 100
"""A 999 rejection costs at most so many claims (BT-1)."""

_QUALIFIER = "ZZ"
_FIRST = 1


@dataclass(frozen=True, slots=True)
class Destination:
    """Who receives the file; usage P, or T for rehearsals."""

    receiver_id: str
    receiver_name: str
    usage: str


@dataclass(frozen=True, slots=True)
class Gated:
    """The sets that may go, the claims in them, and what was objected to in the others (CLM01)."""

    sets: list[SetWriter]
    claims: list[ProfessionalClaim]
    refused: dict[str, list[Objection]]


Judged = Callable[[str, int], Awaitable[list[Objection]]]
"""What is objected to in the text of a file with so many sets."""


def header(
    practice: PracticeProfile, destination: Destination, batch_id: str, written_at: datetime
) -> Header:
    """What stands before the claims of each set."""
    return Header(
        Submitter(practice.name, practice.submitter_id, practice.contact_name, practice.phone),
        Receiver(destination.receiver_name, destination.receiver_id),
        billing_provider(practice),
        batch_id,
        written_at,
    )


def interchange(head: Header, usage: str, number: int, sets: Sequence[SetWriter]) -> str:
    """The file under its control number."""
    envelope = Envelope(
        _QUALIFIER,
        head.submitter.id,
        _QUALIFIER,
        head.receiver.id,
        number,
        usage,
        head.written_at,
        FUNCTIONAL_ID,
        GUIDE,
    )
    return write_interchange(envelope, sets)


def check_writable(claim: ProfessionalClaim, practice: PracticeProfile) -> None:
    """Write the claim alone.

    Raises:
        Unwritable: a value of it may not be sent.
    """
    receiver = Receiver("CLEARINGHOUSE", "CLEARINGHOUSE")
    submitter = Submitter(
        practice.name, practice.submitter_id, practice.contact_name, practice.phone
    )
    at = datetime(2026, 1, 1, tzinfo=UTC)
    write_claim_set(Header(submitter, receiver, billing_provider(practice), "B", at), [claim])


async def gate(
    head: Header, usage: str, claims: Sequence[ProfessionalClaim], judge: Judged
) -> Gated:
    """Write the claims; one that is objected to is taken out, the others are judged again.

    An objection to no claim in particular is to what stands before the claims: it holds them all.
    A file that the guide cannot read is halved until the claim is found.
    """
    left = list(claims)
    refused: dict[str, list[Objection]] = {}
    while left:
        sets = [write_claim_set(head, part) for part in _parts(left)]
        found = await judge(interchange(head, usage, _FIRST, sets), len(sets))
        if not found:
            return Gated(sets, left, refused)
        named = _by_claim(sets, found)
        if not named and len(left) > 1 and all(each.position is None for each in found):
            middle = len(left) // 2
            for half in (left[:middle], left[middle:]):
                named |= (await gate(head, usage, half, judge)).refused
        if not named:
            named = {each.id: list(found) for each in left}
        refused |= named
        left = [each for each in left if each.id not in named]
    return Gated([], [], refused)


def body_hash(sets: Sequence[SetWriter]) -> bytes:
    """The content of the file without control numbers, batch id and time (its BHT)."""
    digest = hashlib.sha256()
    for each in sets:
        digest.update("~".join(each.segments[1:]).encode())
    return digest.digest()


def claims_of(written: SetWriter) -> list[tuple[str, int]]:
    """The claims of a set by CLM01, each with the segment it begins at."""
    return [(mark.claim_id, mark.position) for mark in written.marks if mark.line is None]


def _parts(claims: Sequence[ProfessionalClaim]) -> list[Sequence[ProfessionalClaim]]:
    return [claims[at : at + CLAIMS_PER_SET] for at in range(0, len(claims), CLAIMS_PER_SET)]


def _by_claim(sets: Sequence[SetWriter], found: Sequence[Objection]) -> dict[str, list[Objection]]:
    """The objections to each claim: by its id, or by the mark that its segment stands behind."""
    named: dict[str, list[Objection]] = {}
    for objection in found:
        claim_id = objection.claim_id or _marked(sets, objection)
        if claim_id is not None:
            named.setdefault(claim_id, []).append(objection)
    return named


def _marked(sets: Sequence[SetWriter], objection: Objection) -> str | None:
    number = objection.set_control_number or ""
    place = int(number) - 1 if number.isdecimal() else -1
    if not 0 <= place < len(sets) or objection.position is None:
        return None
    before = [mark for mark in sets[place].marks if mark.position <= objection.position]
    return before[-1].claim_id if before else None
