"""A report's text read clause by clause: diagnoses asserted, negated, uncertain or historical."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal, TypeAlias

from shared.clinical.diagnoses import Side
from shared.clinical.histology import SEVERITY, Behavior, Term
from shared.clinical.report_words import Phrase, Scan, scan

Margins: TypeAlias = Literal["clear", "involved", "close", "not_reported"]
SpanRole: TypeAlias = Literal["diagnosis", "negation", "uncertainty", "history", "margin", "site"]

_HEADING = re.compile(
    r"(?:^|(?<=[.;\n]))[^\S\n]*(?P<name>"
    r"clinical (?:history|information|diagnosis|data|impression)|history"
    r"|gross(?: description)?|macroscopic(?: description)?"
    r"|microscopic(?: description| findings)?|(?:previous|prior|original) diagnosis"
    r"|comments?|notes?"
    r"|(?:final |corrected |amended |revised |addendum )?(?:pathologic(?:al)? )?diagnos[ie]s"
    r"|addendum|specimens?(?: submitted)?)\s*:",
    re.IGNORECASE,
)
_SKIPPED = ("clinical", "history", "gross", "macro", "micro", "previous", "prior", "original")
_ASIDE = ("comment", "note")


@dataclass(frozen=True, slots=True)
class Statement:
    """A diagnosis the text names outside of negation and history. `asserted` false: uncertain."""

    term: Term
    asserted: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TextReading:
    """What the text says. `unknown`: places of words that are not in the vocabulary."""

    main: Statement | None
    behavior: Behavior | None
    several: bool
    uncertain: bool
    severe_atypia: bool
    margins: Margins
    sites: tuple[str, ...]
    sides: tuple[Side, ...]
    unknown: tuple[tuple[int, int], ...]
    spans: tuple[tuple[int, int, SpanRole], ...]


def read_text(text: str) -> TextReading:
    """Read the diagnosis sections; comments only for doubt or another diagnosis."""
    statements: list[Statement] = []
    aside: list[Statement] = []
    phrases: list[Phrase] = []
    unknown: list[tuple[int, int]] = []
    uncertain = False
    margins: list[Margins] = []
    for name, start, end in _sections(text):
        if name.startswith(_SKIPPED):
            continue
        found = scan(text, start, end)
        named, doubtful = _statements(found)
        uncertain = uncertain or doubtful or "?" in text[start:end]
        if name.startswith(_ASIDE):
            aside += named
            continue
        statements += named
        phrases += found.phrases
        unknown += found.unknown
        margins += _margins(found.phrases)
    main = _main(statements)
    kinds = {each.term.kind for each in (*statements, *aside)}
    severe = main is not None and _severe_atypia(main, phrases)
    return TextReading(
        main=main,
        behavior=None if main is None else "uncertain" if severe else main.term.behavior,
        several=len(kinds) > 1 or _unnamed_malignancy(main, phrases),
        uncertain=uncertain or any(not each.asserted for each in statements),
        severe_atypia=severe,
        margins=_worst(margins),
        sites=tuple(dict.fromkeys(each.site.id for each in phrases if each.site is not None)),
        sides=_sides(phrases),
        unknown=tuple(sorted(set(unknown))),
        spans=_spans(phrases),
    )


def _sections(text: str) -> list[tuple[str, int, int]]:
    """(heading, start, end) of each section; what stands before a heading is diagnosis."""
    found = [("diagnosis", 0)]
    cuts: list[int] = []
    for match in _HEADING.finditer(text):
        found.append((match.group("name").lower(), match.end()))
        cuts.append(match.start())
    ends = [*cuts, len(text)]
    return [(name, start, end) for (name, start), end in zip(found, ends, strict=True)]


@dataclass(frozen=True, slots=True)
class _Clause:
    """The phrases of a clause and where what governs them stands, found once for all of them.

    A trigger governs what follows it, so its first place counts; one that looks back, its last.
    """

    phrases: Sequence[Phrase]
    margin_segments: frozenset[int]
    negated_from: float
    negated_until: float
    margin_denied_until: float
    historical_from: float
    uncertain_from: float
    uncertain: bool

    @staticmethod
    def of(phrases: Sequence[Phrase]) -> "_Clause":
        segments = _margin_segments(phrases)
        behind = [each for each in phrases if "negation_behind" in each.roles]
        return _Clause(
            phrases,
            segments,
            negated_from=_first(phrases, "negation"),
            negated_until=_last(each for each in behind if each.segment not in segments),
            margin_denied_until=_last(each for each in behind if each.segment in segments),
            historical_from=_first(phrases, "history"),
            uncertain_from=_first(phrases, "uncertainty"),
            uncertain=any("uncertainty_behind" in each.roles for each in phrases),
        )

    def left_out(self, phrase: Phrase) -> bool:
        """Whether a phrase is denied, or told of the past."""
        return (
            self.negated_from < phrase.start
            or phrase.start < self.negated_until
            or self.historical_from < phrase.start
        )

    def doubted(self, phrase: Phrase) -> bool:
        """Whether a phrase is worded as uncertain.

        "melanoma not identified at the margin" may deny the melanoma, or its reaching the edge.
        """
        return (
            self.uncertain
            or self.uncertain_from < phrase.start
            or phrase.start < self.margin_denied_until
        )


def _first(phrases: Iterable[Phrase], role: str) -> float:
    return min((each.start for each in phrases if role in each.roles), default=inf)


def _last(phrases: Iterable[Phrase]) -> float:
    return max((each.start for each in phrases), default=-inf)


def _statements(found: Scan) -> tuple[list[Statement], bool]:
    """The diagnoses named and not denied, and whether anything is worded as uncertain."""
    statements: list[Statement] = []
    doubtful = False
    for clause in map(_Clause.of, _clauses(found.phrases)):
        has_terms = any(each.term is not None for each in clause.phrases)
        for phrase in clause.phrases:
            about_margin = phrase.segment in clause.margin_segments and not has_terms
            if phrase.roles & {"uncertainty", "uncertainty_behind"} and not about_margin:
                doubtful = True
            if phrase.term is not None and not clause.left_out(phrase):
                asserted = not clause.doubted(phrase)
                statements.append(Statement(phrase.term, asserted, phrase.start, phrase.end))
    return statements, doubtful


def _clauses(phrases: Sequence[Phrase]) -> list[list[Phrase]]:
    clauses: dict[int, list[Phrase]] = {}
    for phrase in phrases:
        clauses.setdefault(phrase.clause, []).append(phrase)
    return list(clauses.values())


def _main(statements: Sequence[Statement]) -> Statement | None:
    """The most severe diagnosis; asserted before uncertain, specific before general."""
    return max(
        statements,
        key=lambda each: (
            each.asserted,
            SEVERITY.index(each.term.behavior),
            bool(each.term.icd10),
            -each.start,
        ),
        default=None,
    )


def _severe_atypia(main: Statement, phrases: Sequence[Phrase]) -> bool:
    return main.term.kind == "melanocytic_nevus" and any(
        "grade_severe" in each.roles for each in phrases
    )


def _unnamed_malignancy(main: Statement | None, phrases: Sequence[Phrase]) -> bool:
    """Whether "carcinoma" or the like is asserted beside a diagnosis that is none."""
    if main is not None and main.term.behavior in ("malignant", "in_situ"):
        return False
    return any(
        "malignant" in phrase.roles and not clause.left_out(phrase)
        for clause in map(_Clause.of, _clauses(phrases))
        for phrase in clause.phrases
    )


def _sides(phrases: Sequence[Phrase]) -> tuple[Side, ...]:
    roles = {role for each in phrases for role in each.roles}
    named: tuple[tuple[Side, str], ...] = (("left", "side_left"), ("right", "side_right"))
    return tuple(side for side, role in named if role in roles)


# margins


def _margin_segments(clause: Sequence[Phrase]) -> frozenset[int]:
    """Segments that speak of margins: the one that names them and those after it without a term."""
    first = min((each.segment for each in clause if "margin" in each.roles), default=None)
    if first is None:
        return frozenset()
    named = {each.segment for each in clause if "margin" in each.roles}
    with_terms = {each.segment for each in clause if each.term is not None}
    later = {each.segment for each in clause if each.segment > first} - with_terms
    return frozenset(named | later)


def _margins(phrases: Sequence[Phrase]) -> list[Margins]:
    said: list[Margins] = []
    for clause in _clauses(phrases):
        for each in clause:
            if "excised_involved" in each.roles:
                said.append("involved")
            elif "excised_clear" in each.roles:
                said.append("clear")
        wanted = _margin_segments(clause)
        segments: dict[int, list[Phrase]] = {}
        for each in clause:
            if each.segment in wanted:
                segments.setdefault(each.segment, []).append(each)
        for segment in segments.values():
            said += _segment_margins(segment)
    return said


def _segment_margins(segment: Sequence[Phrase]) -> list[Margins]:
    if any(each.roles & {"margin_unassessable", "uncertainty"} for each in segment):
        return ["not_reported"]
    said: list[Margins] = []
    names_tumor = any(
        each.term is not None or "malignant" in each.roles or "neutral" in each.roles
        for each in segment
    )
    denied_from = min(
        (
            each.start
            for each in segment
            if each.roles & {"negation", "negation_behind"} and "margin_clear" not in each.roles
        ),
        default=inf,
    )
    for each in segment:
        denied = denied_from < each.start
        if "margin_close" in each.roles:
            said.append("close")
        elif "margin_clear" in each.roles:
            said.append("involved" if denied else "clear")
        elif "margin_involved" in each.roles and ("neutral" not in each.roles or names_tumor):
            said.append("clear" if denied else "involved")
    return said


def _worst(said: Sequence[Margins]) -> Margins:
    """Involved wherever one is; an unassessed margin leaves nothing to report."""
    if "involved" in said:
        return "involved"
    if "close" in said:
        return "close"
    return "clear" if "clear" in said and "not_reported" not in said else "not_reported"


_SPAN_ROLES: tuple[tuple[str, SpanRole], ...] = (
    ("uncertainty", "uncertainty"),
    ("uncertainty_behind", "uncertainty"),
    ("negation_behind", "negation"),
    ("negation", "negation"),
    ("term", "diagnosis"),
    ("history", "history"),
    ("margin", "margin"),
    ("margin_clear", "margin"),
    ("margin_involved", "margin"),
    ("margin_close", "margin"),
    ("margin_unassessable", "margin"),
    ("excised_clear", "margin"),
    ("excised_involved", "margin"),
    ("site", "site"),
    ("side_left", "site"),
    ("side_right", "site"),
)


def _spans(phrases: Sequence[Phrase]) -> tuple[tuple[int, int, SpanRole], ...]:
    spans: list[tuple[int, int, SpanRole]] = []
    for phrase in phrases:
        if "neutral" in phrase.roles:
            continue
        role = next((name for key, name in _SPAN_ROLES if key in phrase.roles), None)
        if role is not None:
            spans.append((phrase.start, phrase.end, role))
    return tuple(spans)
