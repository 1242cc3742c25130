"""The product's own rules for an 837P, on the segments as they would be sent.

They say what the guide gate (`shared.x12.guide`) misses: x12.md section 3.4, claims.md section 7.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from shared.kernel.cite import Cite
from shared.kernel.rule import rule
from shared.x12.claim_rules.claims import claim_objections
from shared.x12.claim_rules.envelope import envelope_objections
from shared.x12.claim_rules.lines import line_objections, service_span
from shared.x12.claim_rules.loops import ClaimLoops, read_loops
from shared.x12.claim_rules.other_payers import other_payer_objections
from shared.x12.claim_rules.parties import (
    billing_objections,
    header_objections,
    insured_objections,
    level_objections,
    provider_objections,
)
from shared.x12.envelope import TransactionSet, interchanges_of
from shared.x12.objection import CodeLists, Objection
from shared.x12.segments import tokenize

__all__ = ["CodeLists", "Objection", "own_objections"]


@rule("SC-1", since=date(2012, 1, 1), cite=Cite("ASC X12 005010X222A1"))
def own_objections(data: bytes, lists: CodeLists, today: date) -> list[Objection]:
    """A claim file leaves only when structure, parties, codes, lines and totals are right.

    Raises:
        NotX12: the bytes begin with no readable ISA.
    """
    text = data.decode("utf-8", errors="replace").replace("\r", "").replace("\n", "")
    segments = list(tokenize(data))
    begins = [segment.position for segment in segments if segment.id == "ST"]
    found = [_from_set(each, begins) for each in envelope_objections(text, segments)]
    seen: set[str] = set()
    for interchange in interchanges_of(segments):
        for one in interchange.sets:
            found.extend(_in_set(one, seen, lists, today))
    return found


def _from_set(objection: Objection, begins: list[int]) -> Objection:
    """The objection with its position counted from the ST it stands behind."""
    if objection.position is None:
        return objection
    before = [begin for begin in begins if begin <= objection.position]
    return replace(objection, position=objection.position - before[-1] + 1 if before else None)


def _in_set(
    one: TransactionSet, seen: set[str], lists: CodeLists, today: date
) -> Iterator[Objection]:
    """The objections to a set, each with its position counted from ST = 1."""
    loops = read_loops(one)
    begins = one.segments[0].position

    def placed(objection: Objection, claim_id: str | None = None) -> Objection:
        position = None if objection.position is None else objection.position - begins + 1
        return replace(
            objection,
            position=position,
            set_control_number=one.control_number,
            claim_id=claim_id,
        )

    for objection in (*header_objections(loops), *level_objections(loops)):
        yield placed(objection)
    for node in loops.levels:
        if node.own.name == "2000A":
            for objection in billing_objections(node, lists):
                yield placed(objection)
    for claim in loops.claims:
        for objection in _in_claim(claim, seen, lists, today):
            yield placed(objection, claim.id)


def _in_claim(
    claim: ClaimLoops, seen: set[str], lists: CodeLists, today: date
) -> Iterator[Objection]:
    spans = [span for line in claim.lines if (span := service_span(line))]
    first_day = min((span[0] for span in spans), default=None)
    yield from insured_objections(claim, first_day)
    yield from claim_objections(claim, seen, first_day, lists)
    yield from provider_objections(claim.claim.loops, lists)
    diagnoses = claim.claim.own.first("HI")
    pointed = len(diagnoses.elements) if diagnoses else 0
    ids: set[str] = set()
    for number, line in enumerate(claim.lines, 1):
        for objection in line_objections(claim, line, number, pointed, ids, today, lists):
            yield replace(objection, line=number)
        for objection in provider_objections(line.loops, lists):
            yield replace(objection, line=number)
    yield from other_payer_objections(claim)
