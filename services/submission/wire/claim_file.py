"""Claims written as one interchange of 837P sets, judged by the guide before anything is stored."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.submission.domain.profile import PracticeProfile
from services.submission.wire.professional import billing_provider
from shared.x12.guide import Finding, guide_findings
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
    """The sets that may go, the claims in them, and what the guide said of the others (CLM01)."""

    sets: list[SetWriter]
    claims: list[ProfessionalClaim]
    refused: dict[str, Finding]


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


def gate(head: Header, usage: str, claims: Sequence[ProfessionalClaim]) -> Gated:
    """Write the claims; one that the guide objects to is taken out, the others are judged again."""
    left = list(claims)
    refused: dict[str, Finding] = {}
    while left:
        sets = [write_claim_set(head, part) for part in _parts(left)]
        findings = _findings(head, usage, sets)
        if not findings:
            return Gated(sets, left, refused)
        found = _by_claim(sets, findings)
        if not found:  # an objection to no claim in particular: each is judged alone
            found = {each.id: alone[0] for each in left if (alone := _alone(head, usage, each))}
        if not found:
            raise RuntimeError("the guide refuses the file and none of its claims")
        refused |= found
        left = [each for each in left if each.id not in found]
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


def _alone(head: Header, usage: str, claim: ProfessionalClaim) -> list[Finding]:
    return _findings(head, usage, [write_claim_set(head, [claim])])


def _findings(head: Header, usage: str, sets: Sequence[SetWriter]) -> list[Finding]:
    return guide_findings(interchange(head, usage, _FIRST, sets), len(sets))


def _parts(claims: Sequence[ProfessionalClaim]) -> list[Sequence[ProfessionalClaim]]:
    return [claims[at : at + CLAIMS_PER_SET] for at in range(0, len(claims), CLAIMS_PER_SET)]


def _by_claim(sets: Sequence[SetWriter], findings: Sequence[Finding]) -> dict[str, Finding]:
    """The first finding of each claim whose segments an objection names."""
    found: dict[str, Finding] = {}
    for finding in findings:
        number = finding.set_control_number or ""
        place = int(number) - 1 if number.isdecimal() else -1
        if not 0 <= place < len(sets) or finding.position is None:
            continue
        before = [mark for mark in sets[place].marks if mark.position <= finding.position]
        if before:
            found.setdefault(before[-1].claim_id, finding)
    return found
