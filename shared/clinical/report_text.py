"""A report's text read section by section: its diagnosis, margins, places, and what is in doubt."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from shared.clinical.diagnoses import Side
from shared.clinical.histology import SEVERITY, Behavior, Code, Term
from shared.clinical.report_clauses import Clause, Said, Statement, spoken
from shared.clinical.report_conflicts import conflicts
from shared.clinical.report_margins import Margins, margins_of
from shared.clinical.report_reasons import ICD_OUTPATIENT, OWN, ReportReason
from shared.clinical.report_scopes import clauses_of
from shared.clinical.report_sections import Section, sections
from shared.clinical.report_terms import precise
from shared.clinical.report_words import Phrase, scan

SpanRole: TypeAlias = Literal["diagnosis", "negation", "uncertainty", "history", "margin", "site"]


@dataclass(frozen=True, slots=True)
class TextReading:
    """What the text says.

    main: its diagnosis. doubts: what makes a person read it. groups: the anatomic groups that a
    word like "lip" allows, one entry a word. codes: those named in the text.
    """

    main: Statement | None
    behavior: Behavior | None
    confirmed: bool
    margins: Margins
    doubts: tuple[ReportReason, ...]
    sites: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]
    sides: tuple[Side, ...]
    codes: tuple[Code, ...]
    spans: tuple[tuple[int, int, SpanRole], ...]


@dataclass(slots=True)
class _Gathered:
    """What the sections of a text hold, by how they are read."""

    clauses: list[Clause]
    asides: list[Clause]
    placing: list[Phrase]
    codes: list[Code]
    labels: set[str]
    questioned: bool = False


def read_text(text: str) -> TextReading:
    """Read the diagnosis sections; comments only for doubt or another diagnosis."""
    found = _gather(text)
    statements = [each for clause in found.clauses for each in clause.statements()]
    aside = [each for clause in found.asides for each in clause.statements()]
    main = _main([each for each in statements if each.named])
    heard = spoken((*found.clauses, *found.asides))
    if main is not None:
        none_left = any(each.term.name == "no residual tumor" for each in statements)
        precisely = precise(main.term, heard.said, none_left=none_left)
        if precisely is not main.term:
            main = replace(main, term=precisely)
    margins, margins_doubtful = margins_of(found.clauses)
    uncertain = found.questioned or any(
        _worded_uncertain(clause) for clause in (*found.clauses, *found.asides)
    )
    unknown = list(_unknown(found.clauses))
    contrary = list(conflicts(main, statements, aside, heard))
    doubts = [
        *unknown,
        *_worded(main, uncertain=uncertain, margins_doubtful=margins_doubtful),
        *_several(main, statements, aside, found.labels),
        *contrary,
    ]
    sure = not (uncertain or unknown or any(each.rule == "PI-8" for each in contrary))
    phrases = [each for clause in found.clauses for each in clause.phrases]
    placing = [*phrases, *found.placing]
    return TextReading(
        main=main,
        behavior=None if main is None else _behavior(main.term),
        # a word that is not known may doubt or deny what stands elsewhere
        confirmed=main is not None and main.asserted and sure,
        margins=margins,
        doubts=tuple(doubts),
        sites=tuple(dict.fromkeys(each.site.id for each in placing if each.site is not None)),
        groups=tuple(dict.fromkeys(each.groups for each in placing if each.groups)),
        sides=_sides(placing),
        codes=tuple(dict.fromkeys(found.codes)),
        spans=_spans(phrases),
    )


def _gather(text: str) -> _Gathered:
    found = _Gathered([], [], [], [], set())
    for section in sections(text):
        if section.kind != "skipped":
            _gather_section(text, section, found)
    return found


def _gather_section(text: str, section: Section, found: _Gathered) -> None:
    scanned = scan(text, section.start, section.end)
    if section.kind == "specimen":
        found.placing += [each for words in scanned.clauses for each in words.phrases]
        return
    found.questioned = found.questioned or "?" in text[section.start : section.end]
    clauses = clauses_of(scanned.clauses)
    if section.kind == "aside":
        found.asides += clauses
        return
    found.clauses += clauses
    found.codes += scanned.codes
    found.labels.update(scanned.labels)


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


def _behavior(term: Term) -> Behavior | None:
    """Severe atypia is uncertain until a person decides (interop 9, DX-8)."""
    return "uncertain" if term.name == "dysplastic nevus, severe" else term.behavior


def _worded_uncertain(clause: Clause) -> bool:
    """Whether a clause doubts something other than a margin alone."""
    if clause.roles.isdisjoint(_DOUBTING):
        return False
    return any(
        each.roles & _DOUBTING
        and not (each.segment in clause.margin_segments and not clause.has_term)
        for each in clause.phrases
    )


_DOUBTING = frozenset({"uncertainty", "uncertainty_behind"})


def _unknown(clauses: Sequence[Clause]) -> Iterator[ReportReason]:
    places = sorted(place for clause in clauses for place in clause.words.unknown)
    for start, end in places[:3]:
        yield ReportReason("PI-4", f"The word at {start}-{end} is not in the lexicon.", OWN)


def _worded(
    main: Statement | None, *, uncertain: bool, margins_doubtful: bool
) -> Iterator[ReportReason]:
    if uncertain or (main is not None and main.said is Said.DOUBTED):
        yield ReportReason("DX-3", "Worded as uncertain: not confirmed.", ICD_OUTPATIENT)
    if main is None:
        yield ReportReason("PI-3", "No diagnosis of the lexicon is stated.", OWN)
    elif main.term.name == "dysplastic nevus, severe":
        yield ReportReason("DX-8", "Severe atypia: a person decides.", OWN)
    if margins_doubtful:
        yield ReportReason("PI-9", "How near the margin is, is no statement of it.", OWN)


def _several(
    main: Statement | None,
    statements: Sequence[Statement],
    aside: Sequence[Statement],
    labels: set[str],
) -> Iterator[ReportReason]:
    kinds = {each.term.kind for each in (*statements, *aside) if each.named}
    if main is not None and main.residual and main.term.behavior in ("malignant", "in_situ"):
        kinds.discard("scar")  # the scar of the procedure that left the residue
    if len(kinds) > 1:
        yield ReportReason("PI-5", "More than one diagnosis is stated.", OWN)
    if len(labels) > 1:
        yield ReportReason("PI-5", "More than one part is reported.", OWN)


def _sides(phrases: Sequence[Phrase]) -> tuple[Side, ...]:
    roles = {role for each in phrases for role in each.roles}
    named: tuple[tuple[Side, str], ...] = (("left", "side_left"), ("right", "side_right"))
    return tuple(side for side, role in named if role in roles)


_SPAN_ROLES: tuple[tuple[str, SpanRole], ...] = (
    ("uncertainty", "uncertainty"),
    ("uncertainty_behind", "uncertainty"),
    ("negation_behind", "negation"),
    ("negation", "negation"),
    ("term", "diagnosis"),
    ("history", "history"),
    ("treated", "history"),
    ("work_of", "history"),
    ("margin", "margin"),
    ("margin_clear", "margin"),
    ("margin_involved", "margin"),
    ("margin_close", "margin"),
    ("margin_near", "margin"),
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
