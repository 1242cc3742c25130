"""What a report says of its margins."""

from collections.abc import Iterator, Sequence
from math import inf
from typing import Literal, TypeAlias

from shared.clinical.report_clauses import Clause
from shared.clinical.report_words import Phrase

Margins: TypeAlias = Literal["clear", "involved", "close", "not_reported"]
Said: TypeAlias = Margins | Literal["near"]
"""`near`: a distance so worded that a person reads it, as "to within 0.2 mm of the margin"."""


_SPEAKING = frozenset(
    {
        "margin",
        "margin_close",
        "margin_clear",
        "margin_involved",
        "excised_clear",
        "excised_involved",
    }
)


def margins_of(clauses: Sequence[Clause]) -> tuple[Margins, bool]:
    """The margins stated, and whether their wording leaves a person to decide.

    Involved wherever one is; an unassessed margin leaves nothing to report.
    """
    said = {each for clause in clauses for each in _said(clause)}
    doubtful = "near" in said
    if "involved" in said:
        return "involved", doubtful
    if "close" in said:
        return "close", doubtful
    clear = "clear" in said and not said & {"not_reported", "near"}
    return ("clear" if clear else "not_reported"), doubtful


def _said(clause: Clause) -> Iterator[Said]:
    if clause.roles.isdisjoint(_SPEAKING):
        return
    segments: dict[int, list[Phrase]] = {}
    for phrase in clause.phrases:
        segments.setdefault(phrase.segment, []).append(phrase)
    for number, segment in segments.items():
        yield from _of_excision(segment, in_margin=number in clause.margin_segments)
        if number in clause.margin_segments:
            yield from _of_segment(segment)


def _of_excision(segment: Sequence[Phrase], *, in_margin: bool) -> Iterator[Said]:
    """`completely excised`, `transected at the base`, with their denials."""
    doubted = any(each.roles & {"uncertainty", "uncertainty_behind"} for each in segment)
    denied_from = _denied_from(segment)
    for each in segment:
        turned = denied_from < each.start
        if doubted and each.roles & {"excised_clear", "excised_involved"}:
            if not in_margin:
                yield "not_reported"
        elif "excised_involved" in each.roles:
            yield "clear" if turned else "involved"
        elif "excised_clear" in each.roles:
            yield "involved" if turned else "clear"


def _of_segment(segment: Sequence[Phrase]) -> Iterator[Said]:
    roles = {role for each in segment for role in each.roles}
    if roles & {"margin_unassessable", "uncertainty", "uncertainty_behind"}:
        yield "not_reported"
        return
    if "margin_near" in roles:
        yield "near"
        return
    if "margin_close" in roles:
        yield "close"
        return
    if "distance" in roles:
        yield "clear"  # measured from the margin, so not at it
        return
    denied_from = _denied_from(segment)
    freed_from = _first_of(segment, "negation")
    denied_until = max(
        (each.start for each in segment if "negation_behind" in each.roles), default=-inf
    )
    verdicts = [each for each in segment if each.roles & {"margin_clear", "margin_involved"}]
    for each in verdicts:
        if "margin_clear" in each.roles:
            denied = denied_from < each.start or each.start < denied_until
            yield "involved" if denied else "clear"
        else:  # "free of involvement" denies it too
            denied = freed_from < each.start or each.start < denied_until
            yield "clear" if denied else "involved"
    if not verdicts and "touch" in roles and _names_tumor(segment):
        # "tumor at the margin" says it reaches; "clear at the margin" was read above
        denied = denied_from < inf or denied_until > -inf
        yield "clear" if denied else "involved"


def _denied_from(segment: Sequence[Phrase]) -> float:
    return min(
        (
            each.start
            for each in segment
            if "negation" in each.roles and "margin_clear" not in each.roles
        ),
        default=inf,
    )


def _first_of(segment: Sequence[Phrase], role: str) -> float:
    return min((each.start for each in segment if role in each.roles), default=inf)


def _names_tumor(segment: Sequence[Phrase]) -> bool:
    return any(each.term is not None or each.roles & {"malignant", "object"} for each in segment)
