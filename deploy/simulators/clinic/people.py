"""Invented patients, providers and plans of an invented town. Nobody here exists."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

_FIRST = {
    "F": (
        "Ada", "Irma", "Noor", "Mae", "Lena", "Vera", "Ines", "Rosa", "Thea", "Nadia", "Opal",
        "Greta", "Juno", "Petra", "Selma", "Wilma", "Yara", "Zora", "Edith", "Flora",
    ),
    "M": (
        "Noah", "Theo", "Otto", "Emil", "Hugo", "Ivan", "Karl", "Lars", "Milo", "Nils", "Oscar",
        "Paul", "Quinn", "Ralf", "Sven", "Tomas", "Uwe", "Victor", "Walter", "Anton",
    ),
}  # fmt: skip
_LAST = (
    "Abelton", "Brackwater", "Calloway", "Dunmore", "Eastlake", "Fernhill", "Gallowby",
    "Harrowgate",
    "Inglewick", "Jasperson", "Kettleby", "Larkspur", "Marrowby", "Netherfield", "Oakhurst",
    "Pemberly", "Quillfeather", "Ravensmoor", "Saltmarsh", "Thornbury", "Underhill", "Valewood",
    "Westerby", "Yarrowdale",
)  # fmt: skip
_STREETS = ("Harbor Street", "Mill Lane", "Prairie Road", "Orchard Court", "Lake Street", "Elm Row")
_ZIPS = ("627010001", "627020003", "627030004", "627040001")
PROVIDERS: tuple[Mapping[str, str], ...] = (
    {"npi": "1234567893", "first_name": "Ruth", "last_name": "Okafor"},
    {"npi": "1245319599", "first_name": "Samuel", "last_name": "Brandt"},
)
_SENIOR = 65


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as the front desk copies it from the card; `share`: how common it is."""

    payer_id: str
    payer_name: str
    plan_name: str
    program: str
    prefix: str
    share: int


_WORKING = (
    Plan("60054", "Example Health Plan", "PPO Choice", "commercial", "W", 75),
    Plan("LAKE1", "Lakeside HMO", "HMO Select", "commercial", "LK", 25),
)
_SENIORS = (
    Plan("MEDB", "Medicare Part B", "", "medicare", "1EG", 75),
    Plan("SILV1", "Silver Prairie Advantage", "Gold HMO-POS", "medicare_advantage", "SP", 25),
)


@dataclass(frozen=True, slots=True)
class Person:
    """A patient with coverage, None where the patient pays everything."""

    patient: Mapping[str, Any]
    coverage: Mapping[str, Any] | None
    age: int

    @property
    def mrn(self) -> str:
        return str(self.patient["mrn"])

    @property
    def member_id(self) -> str | None:
        return None if self.coverage is None else str(self.coverage["member_id"])


def make_person(
    random: Random, number: int, ages: tuple[int, int], today: date, *, insured: bool
) -> Person:
    """A patient of an age between the two, with a plan that fits it."""
    sex = random.choice("FM")
    age = random.randint(*ages)
    birth_date = date(today.year - age - 1, random.randint(1, 12), random.randint(1, 28))
    patient = {
        "mrn": f"MRN{50_000 + number}",
        "first_name": random.choice(_FIRST[sex]),
        "last_name": random.choice(_LAST),
        "birth_date": birth_date.isoformat(),
        "sex": sex,
        "address": {
            "line1": f"{random.randint(2, 980)} {random.choice(_STREETS)}",
            "city": "Springfield",
            "state": "IL",
            "postal_code": random.choice(_ZIPS),
        },
        "phone": f"+1217555{random.randint(1000, 9999)}",
        "email": None,
    }
    coverage = _coverage(random, number, age) if insured else None
    return Person(patient, coverage, age)


def _coverage(random: Random, number: int, age: int) -> Mapping[str, Any]:
    plans = _SENIORS if age >= _SENIOR else _WORKING
    plan = random.choices(plans, [plan.share for plan in plans])[0]
    return {
        "payer_id": plan.payer_id,
        "payer_name": plan.payer_name,
        "member_id": f"{plan.prefix}{700_000_000 + number * 7}",
        "group_number": f"GRP-{random.randint(100, 400)}" if plan.program == "commercial" else None,
        "plan_name": plan.plan_name or None,
        "program": plan.program,
        "relationship": "self",
        "subscriber": None,
    }
