"""The whole note, read the same way every time: facts with their place and subject."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from services.documentation.domain.encounter import Encounter
from services.documentation.domain.reading.counts import counts, stages
from services.documentation.domain.reading.fact import Fact, FactKind
from services.documentation.domain.reading.procedures import Mention, mentions
from services.documentation.domain.reading.sizes import sizes
from services.documentation.domain.reading.statements import Statement, statements
from services.documentation.domain.reading.techniques import techniques
from shared.clinical.criteria import CRITERIA, Evidence, read_criteria
from shared.clinical.signs import Sign

_DATE = re.compile(
    r"\b(?:date\s+of\s+service|dos|visit\s+date|date\s+of\s+visit)\s*[:=]?\s*"
    r"(?P<date>\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{4})",
    re.IGNORECASE,
)


_NO_SYMPTOM = frozenset({Sign.MALIGNANCY, Sign.FAILED_TREATMENT})


@dataclass(frozen=True, slots=True)
class NoteReading:
    """What was read. signs: criteria per statement, with what the statement says of them."""

    statements: tuple[Statement, ...] = ()
    mentions: tuple[Mention, ...] = ()
    facts: tuple[Fact, ...] = ()
    signs: tuple[tuple[Statement, Evidence], ...] = ()

    def of(self, fact: FactKind) -> tuple[Fact, ...]:
        """The readings of one kind of fact."""
        return tuple(each for each in self.facts if each.fact == fact)

    def done(self, kind: str) -> tuple[Mention, ...]:
        """The mentions of a kind of procedure as done today."""
        return tuple(
            each for each in self.mentions if each.kind == kind and each.standing == "done"
        )


def read_note(encounter: Encounter) -> NoteReading:
    """Read the note of an encounter; nothing where there is none."""
    if not encounter.prose:
        return NoteReading()
    spoken = statements(encounter)
    named = mentions(spoken)
    signs = tuple(_signs(spoken))
    facts = [*_plain_facts(spoken, named), *_sign_facts(signs), *_dates(encounter.prose)]
    several = len(encounter.lesions) > 1
    judged = (
        replace(each, confidence="low")
        if several and len(each.lesion_ids) != 1 and each.fact not in ("date", "procedure")
        else each
        for each in facts
    )
    ordered = tuple(sorted(judged, key=lambda each: (each.start, each.end, each.fact)))
    return NoteReading(spoken, named, ordered, signs)


def _plain_facts(spoken: tuple[Statement, ...], named: tuple[Mention, ...]) -> Iterator[Fact]:
    for statement in spoken:
        if statement.section == "history":
            continue
        for site in statement.sites:
            yield Fact("site", site.site.id, site.start, site.end, statement.lesion_ids)
        for side in statement.sides:
            ids = statement.lesion_ids
            yield Fact("side", side.side, side.start, side.end, ids, role=side.site.site.id)
        yield from sizes(statement)
        yield from counts(statement)
        yield from stages(statement)
    for mention in named:
        if mention.standing != "past":
            yield Fact(
                "procedure",
                mention.kind,
                mention.start,
                mention.end,
                mention.statement.lesion_ids,
                negated=mention.standing == "declined",
                confidence="high" if mention.standing == "done" else "medium",
                kind=mention.kind,
            )
        yield from techniques(mention)


def _signs(spoken: tuple[Statement, ...]) -> Iterator[tuple[Statement, Evidence]]:
    for statement in spoken:
        if statement.section == "history":
            continue
        for evidence in read_criteria(statement.text):
            moved = replace(
                evidence,
                start=evidence.start + statement.start,
                end=evidence.end + statement.start,
            )
            yield statement, moved


def _sign_facts(signs: tuple[tuple[Statement, Evidence], ...]) -> Iterator[Fact]:
    for statement, evidence in signs:
        if not (evidence.present or evidence.denied):
            continue
        kind = _fact_of(evidence.sign)
        if kind is not None:
            yield Fact(
                kind,
                evidence.sign.value,
                evidence.start,
                evidence.end,
                statement.lesion_ids,
                negated=evidence.denied,
            )


def _fact_of(sign: Sign) -> FactKind | None:
    if sign is Sign.APPEARANCE:
        return "intent"
    if sign in (Sign.CHANGE, Sign.STABLE):
        return "change"
    return "symptom" if sign in CRITERIA - _NO_SYMPTOM else None


def _dates(note: str) -> Iterator[Fact]:
    for found in _DATE.finditer(note):
        text = found["date"]
        if "/" in text:
            month, day, year = text.split("/")
            text = f"{year}-{int(month):02d}-{int(day):02d}"
        yield Fact("date", text, found.start("date"), found.end("date"))
