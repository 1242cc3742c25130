"""The form of numbers and identifiers: what can be said of them without asking anybody."""

import re
from datetime import date
from decimal import Decimal

from shared.x12.numbers import read_date, read_decimal

_MONEY = re.compile(r"-?(0|[1-9][0-9]{0,9})?(\.[0-9]{1,2})?\Z", re.ASCII)
_TAXONOMY = re.compile(r"[0-9A-Z]{9}X\Z")
_LABORATORY = re.compile(r"[0-9]{2}D[0-9]{7}\Z")
_POST_BOX = re.compile(r"\bP\.?\s*O\.?\s*BOX\b|\bPOST OFFICE BOX\b|\bPOB\b", re.IGNORECASE)
_DIAGNOSIS = re.compile(r"[A-TV-Z][0-9][0-9A-Z][0-9A-Z]{0,4}\Z")
_PROCEDURE = re.compile(r"([0-9]{4}[0-9A-Z]|[A-V][0-9]{4})\Z")
_MODIFIER = re.compile(r"[0-9A-Z]{2}\Z")
_MEMBER = re.compile(r"[0-9A-Z-]{2,80}\Z", re.IGNORECASE)


def is_npi(npi: str) -> bool:
    """Ten digits whose check digit holds (Luhn over 80840 and the number)."""
    if len(npi) != 10 or not npi.isascii() or not npi.isdecimal():
        return False
    total = 0
    for place, digit in enumerate(reversed(f"80840{npi}")):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def money(text: str) -> Decimal | None:
    """Dollars and cents as X12 writes them, or None."""
    return read_decimal(text) if text and _MONEY.match(text) else None


def is_post_box(text: str) -> bool:
    """Whether an address line names a post box."""
    return bool(_POST_BOX.search(text))


def is_taxonomy(text: str) -> bool:
    """Ten characters that end in X."""
    return bool(_TAXONOMY.match(text))


def is_laboratory_number(text: str) -> bool:
    """A CLIA number: ten characters, D in third place."""
    return bool(_LABORATORY.match(text))


def is_diagnosis(text: str) -> bool:
    """ICD-10-CM as it is sent: three to seven characters, no dot."""
    return bool(_DIAGNOSIS.match(text))


def is_procedure(text: str) -> bool:
    """CPT or HCPCS Level II."""
    return bool(_PROCEDURE.match(text))


def is_modifier(text: str) -> bool:
    """Two letters or digits."""
    return bool(_MODIFIER.match(text))


def is_member_id(text: str) -> bool:
    """Two to eighty letters, digits and hyphens."""
    return bool(_MEMBER.match(text))


def is_laboratory_test(code: str) -> bool:
    """Whether the code lies in the pathology and laboratory section (CPT 80047 to 89398)."""
    return len(code) == 5 and code.isascii() and code.isdecimal() and 80047 <= int(code) <= 89398


def service_days(qualifier: str, text: str) -> tuple[date, date] | None:
    """The first and last day of a `DTP*472`, or None where it is no date or range."""
    first, _, last = text.partition("-") if qualifier == "RD8" else (text, "", text)
    begins, ends = read_date(first), read_date(last)
    return (begins, ends) if begins and ends and begins <= ends else None
