"""The rule book: every rule of coding with its sentence, source, start and test cases.

The rules stand on the functions that decide by them (`shared.kernel.rule`). Where several stand on
one function, or one on several, `sentences.csv` says each in its own words. `cases.json` and
`docs/rules.md` are generated: `python -m services.coding.rules --write`.
"""

import csv
import importlib
import json
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from services.coding import domain
from shared.kernel.rule import Rule, rules_of

HERE = Path(__file__).parent
CASES = HERE / "cases.json"
_SENTENCES = HERE / "sentences.csv"

SECTIONS: Mapping[str, str] = {
    "FACT": "Facts",
    "BX": "Biopsy",
    "SH": "Shave removal",
    "EX": "Excision",
    "DS": "Destruction",
    "TAG": "Skin tags",
    "MO": "Mohs surgery",
    "RP": "Repair",
    "FL": "Flaps",
    "GR": "Grafts",
    "IL": "Injections",
    "ID": "Drainage",
    "PH": "Light",
    "PD": "Photodynamic therapy",
    "PT": "Patch tests",
    "NL": "Nails",
    "DR": "Drugs",
    "EM": "Visits",
    "GP": "Global periods",
    "MD": "Modifiers",
    "DX": "Diagnosis",
    "NC": "NCCI pairs",
    "AO": "Add-ons",
    "MU": "Unit limits",
    "MC": "Medical or cosmetic",
    "AU": "Authorization",
    "PA": "Waiting for pathology",
    "OT": "Charted codes",
    "MS": "Missed",
    "SU": "Unsupported",
    "CH": "Charges compared",
    "RK": "Rank",
    "RD": "Reference data",
    "ST": "Status",
}
"""What the letters of a rule's id stand for, in the order of the page."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule as the book shows it.

    sources: all that it cites. verified: False where something of it is from memory. cases: the
    test cases that hold it, in their words.
    """

    id: str
    section: str
    says: str
    sources: tuple[str, ...]
    verified: bool
    since: date
    cases: tuple[str, ...]


@cache
def entries() -> tuple[Entry, ...]:
    """Every rule, by section and number."""
    found: dict[str, list[Rule]] = {}
    for each in _attached():
        found.setdefault(each.id, []).append(each)
    said, cases = sentences(), known_cases()
    book = [
        Entry(
            id=rule_id,
            section=section_of(rule_id),
            says=said.get(rule_id, rules[0].says),
            sources=tuple(dict.fromkeys(each.cite.text for each in rules)),
            verified=all(each.cite.verified for each in rules),
            since=min(each.since for each in rules),
            cases=cases.get(rule_id, ()),
        )
        for rule_id, rules in found.items()
    ]
    return tuple(sorted(book, key=lambda each: place_of(each.id)))


def find(rule_id: str) -> Entry | None:
    """The rule of that id; None where the book has none."""
    return next((each for each in entries() if each.id == rule_id), None)


def section_of(rule_id: str) -> str:
    """The section of a rule, by the letters of its id."""
    return SECTIONS[rule_id.partition("-")[0]]


def place_of(rule_id: str) -> tuple[int, int]:
    """Where a rule stands in the book."""
    letters, _, number = rule_id.partition("-")
    return list(SECTIONS).index(letters), int(number)


@cache
def sentences() -> Mapping[str, str]:
    """The sentences of rules that share a function with others, by rule."""
    with _SENTENCES.open(newline="") as file:
        return {row["rule"]: row["says"] for row in csv.DictReader(file)}


def known_cases() -> Mapping[str, tuple[str, ...]]:
    """Test cases by rule, as they were last generated."""
    return {rule: tuple(cases) for rule, cases in json.loads(CASES.read_text()).items()}


def shared_rules() -> frozenset[str]:
    """Rules whose function has several, or that stand on several: each needs its own sentence."""
    places: dict[str, int] = {}
    crowded: set[str] = set()
    for rules in _by_function():
        for each in rules:
            places[each.id] = places.get(each.id, 0) + 1
        if len(rules) > 1:
            crowded.update(each.id for each in rules)
    return frozenset(crowded | {rule for rule, number in places.items() if number > 1})


def _attached() -> Iterator[Rule]:
    for rules in _by_function():
        yield from rules


def _by_function() -> Iterator[tuple[Rule, ...]]:
    """The rules of every function of the domain, module by module."""
    for found in sorted(pkgutil.iter_modules(domain.__path__), key=lambda each: each.name):
        module = importlib.import_module(f"{domain.__name__}.{found.name}")
        for value in vars(module).values():
            if callable(value) and getattr(value, "__module__", "") == module.__name__:
                rules = rules_of(value)
                if rules:
                    yield rules
