"""Body sites as prose names them, longest term first: "dorsal hand" is one place, not two."""

import re
from dataclasses import dataclass
from functools import cache

from shared.clinical.body_sites import Site, find_site, sites

# Terms of the site table that are everyday words; prose needs more context than one word gives.
_TOO_COMMON = frozenset({"mental", "temporal", "crown", "shaft", "body", "mouth", "arm", "face"})


@dataclass(frozen=True, slots=True)
class SiteMention:
    """A body site and the words that name it, in code points of the text."""

    site: Site
    start: int
    end: int


@cache
def _pattern() -> re.Pattern[str]:
    terms = {
        term.replace("_", " ")
        for site in sites().values()
        for term in (site.id, *site.synonyms)
        if term not in _TOO_COMMON and not term.endswith("_unspecified")
    }
    ordered = sorted(terms, key=lambda term: (-len(term), term))
    alternatives = "|".join(re.escape(term).replace(r"\ ", r"\s+") for term in ordered)
    return re.compile(rf"\b({alternatives})(?:s|es)?\b", re.IGNORECASE)


def sites_in(text: str) -> tuple[SiteMention, ...]:
    """The body sites a text names, in order."""
    return tuple(
        SiteMention(site, found.start(), found.end())
        for found in _pattern().finditer(text)
        if (site := find_site(found.group(1))) is not None
    )


def site_at(text: str, start: int) -> SiteMention | None:
    """The body site whose name begins at a place of the text."""
    found = _pattern().match(text, start)
    site = None if found is None else find_site(found.group(1))
    return None if found is None or site is None else SiteMention(site, found.start(), found.end())
