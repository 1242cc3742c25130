"""Body sites and the group each belongs to in every code family (coding-rules, section 1).

Always ask by family: a forehead is face when removed and repaired in layers, but shares a group
with neck and hands for complex repairs and flaps.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

from shared.clinical.tables import items, rows

Family: TypeAlias = Literal[
    "removal", "simple_repair", "intermediate_repair", "complex_repair", "split_graft", "mohs"
]
"""`complex_repair` also serves adjacent tissue transfer and full-thickness grafts."""

_COLUMN: dict[Family, str] = {
    "removal": "excision_region",
    "simple_repair": "simple_repair_region",
    "intermediate_repair": "intermediate_repair_region",
    "complex_repair": "complex_repair_region",
    "split_graft": "split_graft_region",
    "mohs": "mohs_region",
}


@dataclass(frozen=True, slots=True)
class Site:
    """One body site.

    regions: family -> region group, in the words of the code table. group: the anatomic group of
    ICD-10-CM. has_side: a body has two of it. coded_by_side: ICD-10-CM has a digit for the side.
    """

    id: str
    synonyms: tuple[str, ...]
    regions: tuple[tuple[Family, str], ...]
    group: str
    has_side: bool
    coded_by_side: bool
    modifiers: tuple[str, ...]
    ambiguous: bool

    def region(self, family: Family) -> str:
        """The site's group in a code family."""
        return dict(self.regions)[family]


@cache
def sites() -> dict[str, Site]:
    """Every known site by its id."""
    return {row["site_id"]: _site(row) for row in rows("body_sites.csv")}


@cache
def _sites_by_term() -> dict[str, Site]:
    terms: dict[str, Site] = {}
    for site in sites().values():
        for term in (site.id, *site.synonyms):
            terms.setdefault(_plain(term), site)
    return terms


def find_site(term: str | None) -> Site | None:
    """The site a term names, by id or synonym; None where the term is absent or not known."""
    return None if term is None else _sites_by_term().get(_plain(term))


def _plain(term: str) -> str:
    return " ".join(term.lower().replace("_", " ").split())


def _site(row: dict[str, str]) -> Site:
    return Site(
        id=row["site_id"],
        synonyms=items(row["synonyms"]),
        regions=tuple((family, row[column]) for family, column in _COLUMN.items()),
        group=row["icd10_anatomic_group"],
        has_side=row["laterality_applies"] == "yes",
        coded_by_side=row["icd10_lateral"] == "yes",
        modifiers=items(row["anatomic_modifiers"]),
        ambiguous=row["region_ambiguous"] == "yes",
    )
