"""The statements of a note: sentences with their section, and which lesions they speak of."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from services.documentation.domain.encounter import Encounter, Lesion, site_of
from shared.clinical.clauses import sentences
from shared.clinical.site_words import SiteMention, sites_in

_HEADING = re.compile(r"^[ \t]*([A-Za-z][A-Za-z /&]{1,40}):", re.MULTILINE)
_SECTIONS = (
    ("history", re.compile(r"history|hpi|pmh|ros|review of systems|family|allerg|previous", re.I)),
    ("plan", re.compile(r"\bplan\b|follow|instructions|aftercare|return", re.I)),
    ("procedure", re.compile(r"procedure|treatment|operative|excision|biopsy|mohs", re.I)),
    ("exam", re.compile(r"exam|objective|findings|impression|assessment", re.I)),
)
_SIDE = re.compile(r"\b(left|right)\b|(?<![\w.])\(?(L|R)\)?(?=\s+[a-z])", re.IGNORECASE)
_NO_SIDE = re.compile(
    r"\bleft\s+(?:untreated|alone|open|in\s+place|to)\b|\bnothing\s+left\b|\bright\s+away\b|\ball\s+right\b"
    r"|\bleft\s+the\b",
    re.IGNORECASE,
)
_NEAR_WORDS = 3


@dataclass(frozen=True, slots=True)
class Sided:
    """A side, as the words next to a body site give it."""

    side: str
    start: int
    end: int
    site: SiteMention


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of the note. `start` is its place in the note; `lesions` are its subjects."""

    text: str
    start: int
    section: str
    sites: tuple[SiteMention, ...]
    sides: tuple[Sided, ...]
    lesions: tuple[Lesion, ...]

    @property
    def end(self) -> int:
        """Where it ends in the note, exclusive."""
        return self.start + len(self.text)

    @property
    def lesion_ids(self) -> tuple[str, ...]:
        """The ids of its subjects."""
        return tuple(each.lesion_id for each in self.lesions)

    @property
    def of_today(self) -> bool:
        """Whether its section can speak of what was found or done today."""
        return self.section not in ("history", "plan")


def statements(encounter: Encounter) -> tuple[Statement, ...]:
    """The sentences of the note, each with its section and subjects."""
    return tuple(_statements(encounter))


def _statements(encounter: Encounter) -> Iterator[Statement]:
    note = encounter.prose
    before: tuple[Lesion, ...] = ()
    headings = [(found.start(), _section(found.group(1))) for found in _HEADING.finditer(note)]
    starts = [start for start, _ in headings]
    for sentence in sentences(note):
        sites = tuple(
            SiteMention(each.site, each.start + sentence.start, each.end + sentence.start)
            for each in sites_in(sentence.text)
        )
        sides = tuple(_sides(note, sentence.start, sentence.end, sites))
        lesions = _subjects(encounter, sites, sides) or before
        under = bisect_right(starts, sentence.start)
        section = headings[under - 1][1] if under else "other"
        yield Statement(sentence.text, sentence.start, section, sites, sides, lesions)
        before = lesions


def _section(heading: str) -> str:
    return next((name for name, pattern in _SECTIONS if pattern.search(heading)), "other")


def _sides(note: str, start: int, end: int, sites: tuple[SiteMention, ...]) -> Iterator[Sided]:
    sentence = _NO_SIDE.sub(lambda found: "·" * len(found.group()), note[start:end])
    for found in _SIDE.finditer(sentence):
        word = found.group(1) or found.group(2)
        at, until = start + found.start(), start + found.end()
        near = [each for each in sites if _is_near(note, at, until, each)]
        if near:
            nearest = min(near, key=lambda each: min(abs(each.start - until), abs(at - each.end)))
            side = "left" if word[0].lower() == "l" else "right"
            yield Sided(side, at, until, nearest)


def _is_near(note: str, at: int, until: int, site: SiteMention) -> bool:
    """A side before its site within a few words, or right behind it."""
    if site.start >= until:
        between = note[until : site.start]
        return len(between.split()) <= _NEAR_WORDS and not re.search(r"[.;,]", between)
    return note[site.end : at].strip() in (",", "", "(", ", (")


def _subjects(
    encounter: Encounter, sites: tuple[SiteMention, ...], sides: tuple[Sided, ...]
) -> tuple[Lesion, ...]:
    """The listed lesions at the sites a sentence names; the only lesion where it names none."""
    if len(encounter.lesions) == 1:
        return encounter.lesions
    found: list[Lesion] = []
    for mention in sites:
        here = [
            each
            for each in encounter.lesions
            if (site := site_of(each)) is not None and site.id == mention.site.id
        ]
        stated = {each.side for each in sides if each.site == mention}
        agreeing = [each for each in here if each.laterality in stated]
        found += agreeing or here
    return tuple(dict.fromkeys(found))
