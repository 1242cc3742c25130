"""Interpretation of a pathology report: what it states, how sure, and what a person must read.

Codes are read first (the behavior digit of ICD-O), then the text with a closed vocabulary and
clause-scoped negation, uncertainty, history and margins. `automatic` only when every word was
understood and nothing contradicts; a report is never guessed. Pathology decides with this, and
coding's preview reads alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from shared.clinical.body_sites import Site, find_site, sites
from shared.clinical.diagnoses import Side, diagnoses, is_malignant
from shared.clinical.histology import (
    SEVERITY,
    Behavior,
    Code,
    CodeMeaning,
    code_at,
    meaning_of,
    term_named,
)
from shared.clinical.report_clauses import Statement
from shared.clinical.report_margins import Margins
from shared.clinical.report_reasons import OWN, ReportReason
from shared.clinical.report_text import read_text

__all__ = [
    "Confidence",
    "Interpretation",
    "Margins",
    "Reading",
    "ReportReason",
    "ReportSpan",
    "Role",
    "interpret",
    "read",
    "same_place",
    "settle",
]

Role: TypeAlias = Literal["diagnosis", "negation", "uncertainty", "history", "margin", "site"]
LONGEST_REPORT = 100_000
"""In code points (own). What is longer is no report of one part and is not read automatically."""

Confidence: TypeAlias = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class ReportSpan:
    """A place of the text, in code points, half-open, and what was read there."""

    start: int
    end: int
    role: Role


@dataclass(frozen=True, slots=True)
class Reading:
    """What a report states, before the lesion it belongs to is known.

    term: the diagnosis of the lexicon. doubts: what makes a person read it. sites, sides: named in
    the text; groups: the anatomic groups that a word without a single site allows ("lip").
    coded_icd10: an ICD-10-CM code the lab sent.
    """

    term: str | None
    behavior: Behavior | None
    confirmed: bool
    margins: Margins
    doubts: tuple[ReportReason, ...] = ()
    grounds: tuple[ReportReason, ...] = ()
    sites: tuple[str, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    sides: tuple[Side, ...] = ()
    coded_icd10: str | None = None
    spans: tuple[ReportSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class Interpretation:
    """A reading settled for one lesion. `icd10` is null where site or side leave it open."""

    decision: Literal["automatic", "review"]
    confirmed: bool
    behavior: Behavior | None
    diagnosis: str | None
    icd10: str | None
    margins: Margins
    confidence: Confidence
    reasons: tuple[ReportReason, ...]
    spans: tuple[ReportSpan, ...]


def interpret(
    text: str,
    codes: Sequence[Code] = (),
    site: str | None = None,
    side: Side | None = None,
    lesion_diagnosis: str | None = None,
) -> Interpretation:
    """Read a report and settle it for a lesion's site and side.

    lesion_diagnosis: the ICD-10-CM code established for the lesion earlier, if any.
    """
    return settle(read(text, codes), site, side, lesion_diagnosis)


def read(text: str, codes: Sequence[Code] = ()) -> Reading:
    """What text and codes state together."""
    too_long = len(text) > LONGEST_REPORT
    stated = read_text("" if too_long else text)
    named = dict.fromkeys((*codes, *stated.codes))
    meanings = [(code, meaning_of(code)) for code in named]
    known = [meaning for _, meaning in meanings if meaning is not None]
    main = stated.main
    grounds, doubts = [], list(stated.doubts)
    if main is not None:
        grounds.append(ReportReason("PI-2", f"The text states {main.term.name}.", OWN))
    for meaning in known:
        grounds.append(
            ReportReason("PI-1", f"A code states {meaning.behavior} behavior.", "ICD-O behavior")
        )
        if main is not None and not _agrees(main, stated.behavior, meaning):
            doubts.append(ReportReason("DX-9", "Text and code disagree.", "interop 9"))
        if meaning.metastatic:
            doubts.append(ReportReason("PI-7", "The code states a metastasis.", OWN))
    if any(meaning is None and code.system != "icd10cm" for code, meaning in meanings):
        doubts.append(ReportReason("PI-1", "A code is not in the curated map.", OWN))
    if too_long:
        doubts.append(ReportReason("PI-10", "Longer than a report is: a person reads it.", OWN))
    if main is None and known:
        doubts.append(ReportReason("PI-3", "A code without a diagnosis in the text.", OWN))
    behavior = stated.behavior if main is not None else _most_severe(known)
    return Reading(
        term=_named(known) if main is None else main.term.name,
        behavior=behavior,
        confirmed=stated.confirmed,
        margins=stated.margins,
        doubts=tuple(doubts),
        grounds=tuple(grounds),
        sites=stated.sites,
        groups=stated.groups,
        sides=stated.sides,
        coded_icd10=next((meaning.icd10 for meaning in known if meaning.icd10), None),
        spans=tuple(ReportSpan(start, end, role) for start, end, role in stated.spans),
    )


def settle(
    reading: Reading, site: str | None, side: Side | None, lesion_diagnosis: str | None = None
) -> Interpretation:
    """What a reading means for a lesion: its code, or why a person must decide."""
    doubts = list(reading.doubts)
    place, place_side, place_doubts = _place(reading, site, side)
    doubts += place_doubts
    icd10: str | None = None
    if reading.term is not None and reading.confirmed:
        term = term_named(reading.term)
        settled = term.kind == "scar" and is_malignant(lesion_diagnosis)
        if not term.automatic and not settled:
            doubts.append(ReportReason("PI-7", f"Coders differ on {term.name}.", OWN))
        found = code_at(term, place, place_side)
        icd10 = None if found is None else found.code
        if found is None and term.automatic:
            doubts.append(ReportReason("PI-6", "The site that decides the code is missing.", OWN))
        elif found is not None and found.side_missing:
            doubts.append(ReportReason("PI-6", "The side that decides the code is missing.", OWN))
        elif _vague(place) and not term.icd10:
            doubts.append(ReportReason("PI-6", "The part of the face is missing.", OWN))
        if icd10 is not None and reading.coded_icd10 not in (None, icd10):
            doubts.append(ReportReason("DX-9", "The lab's ICD-10-CM code differs.", "interop 9"))
        if reading.behavior == "uncertain":
            icd10 = icd10 if term.behavior == "uncertain" else None
    automatic = not doubts and reading.confirmed
    return Interpretation(
        decision="automatic" if automatic else "review",
        confirmed=reading.confirmed,
        behavior=reading.behavior,
        diagnosis=reading.term,
        icd10=icd10,
        margins=reading.margins,
        confidence="high" if automatic else "medium" if reading.confirmed else "low",
        reasons=(*reading.grounds, *doubts),
        spans=reading.spans,
    )


def _agrees(main: Statement, behavior: Behavior | None, meaning: CodeMeaning) -> bool:
    if behavior != meaning.behavior:
        return False
    if meaning.term is not None:
        return _kinds_agree(main.term.kind, meaning.term.kind)
    coded = diagnoses().get(meaning.icd10 or "")
    text_code = diagnoses().get(main.term.icd10)
    if coded is None:
        return True
    if text_code is not None:
        return text_code.code == coded.code
    return _kinds_agree(main.term.kind, coded.kind)


def _kinds_agree(text_kind: str, coded_kind: str) -> bool:
    families = {
        "sebaceous_carcinoma": "other_skin_malignancy",
        "inflamed_seborrheic_keratosis": "seborrheic_keratosis",
    }
    return text_kind == coded_kind or families.get(text_kind) == coded_kind


def _named(known: Sequence[CodeMeaning]) -> str | None:
    """The diagnosis that codes alone name, if they name one."""
    names = {meaning.term.name for meaning in known if meaning.term is not None}
    return names.pop() if len(names) == 1 else None


def _most_severe(known: Sequence[CodeMeaning]) -> Behavior | None:
    return max((meaning.behavior for meaning in known), key=SEVERITY.index, default=None)


def _place(
    reading: Reading, site: str | None, side: Side | None
) -> tuple[str | None, Side | None, list[ReportReason]]:
    """Site and side that count: the lesion's own, else the text's; with contradictions."""
    doubts: list[ReportReason] = []
    named = [sites()[each] for each in reading.sites]
    given = find_site(site)
    if given is None and site is not None:
        doubts.append(ReportReason("PI-6", "The site given is not a known body site.", OWN))
    if given is None and len({(each.group, each.region("removal")) for each in named}) == 1:
        given = named[0]
    elsewhere = given is not None and not (
        all(same_place(given, each) for each in named)
        and all(given.group in allowed for allowed in reading.groups)
    )
    if elsewhere:
        doubts.append(ReportReason("DX-9", "The text names another site.", "interop 5"))
    sides = set(reading.sides)
    if side is None and len(sides) == 1:
        side = reading.sides[0]
    elif side is not None and sides - {side}:
        doubts.append(ReportReason("DX-9", "The text names another side.", "interop 5"))
    elif side is None and len(sides) > 1:
        doubts.append(ReportReason("DX-9", "The text names both sides.", "interop 5"))
    return (None if given is None else given.id), side, doubts


def _vague(place: str | None) -> bool:
    site = find_site(place)
    return site is not None and site.group == "face_unspecified"


def same_place(one: Site, other: Site) -> bool:
    """Whether two sites bill alike, as far as both are stated: same diagnosis and removal group."""
    if one.id == other.id:
        return True
    groups = {one.group, other.group}
    if any(group.startswith("face_unspecified") for group in groups):
        return one.region("removal") == other.region("removal")
    if "eyelid_unspecified" in groups:
        return all(group.startswith("eyelid") for group in groups)
    return len(groups) == 1 and one.region("removal") == other.region("removal")
