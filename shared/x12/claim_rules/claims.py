"""Rules of loop 2300: ids, totals, frequency, references, diagnoses."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from shared.x12.claim_rules import forms
from shared.x12.claim_rules.loops import ClaimLoops
from shared.x12.objection import CodeLists, Objection, absent, at
from shared.x12.segments import Segment

LARGEST_CLAIM_ID = 20
_MOST_DIAGNOSES = 12
_MOST_LINES = 50
_ICD_10_SINCE = date(2015, 10, 1)
_SENT_LATER = frozenset({"BM", "EL", "EM", "FT", "FX"})
_LONGEST_NOTE = 80


def claim_objections(
    found: ClaimLoops, seen: set[str], first_day: date | None, lists: CodeLists
) -> Iterator[Objection]:
    """What is wrong with the claim above its lines; `seen` collects the ids of the file."""
    own = found.claim.own
    clm = own.head
    yield from _id(clm, seen)
    charges = [forms.money(line.service.get(2)) for line in found.lines if line.service]
    total = forms.money(clm.get(2))
    if total is None:
        yield at("SC-1", "The total is no amount of dollars and cents.", clm, "2300", 2)
    elif None not in charges and total != sum((each or Decimal(0) for each in charges), Decimal(0)):
        yield at("SC-1", "The total differs from the sum of the lines.", clm, "2300", 2)
    if lists.places and clm.part(5, 1) not in lists.places:
        yield at("SC-3", "The place of service is not in the list.", clm, "2300", 5, 1)
    yield from _frequency(found, clm)
    yield from _references(found)
    for note in own.every("NTE"):
        if len(note.get(2)) > _LONGEST_NOTE:
            yield at("SC-1", "A note has at most eighty characters.", note, "2300", 2)
    for attachment in own.every("PWK"):
        if attachment.get(2) in _SENT_LATER and not attachment.get(6):
            says = "An attachment that follows needs its control number."
            yield at("SC-1", says, attachment, "2300", 6)
    yield from _diagnoses(found, first_day, lists)
    if not 1 <= len(found.lines) <= _MOST_LINES:
        yield absent("SC-3", "A claim has one to fifty lines.", "LX", "2400", clm)


def _id(clm: Segment, seen: set[str]) -> Iterator[Objection]:
    claim_id = clm.get(1)
    plain = claim_id.replace("-", "")
    if not plain.isascii() or not plain.isalnum() or len(claim_id) > LARGEST_CLAIM_ID:
        says = "The claim id has at most twenty letters, digits and hyphens."
        yield at("SC-1", says, clm, "2300", 1)
    if claim_id in seen:
        yield at("SC-13", "The claim id stands twice in the file.", clm, "2300", 1)
    seen.add(claim_id)


def _frequency(found: ClaimLoops, clm: Segment) -> Iterator[Objection]:
    frequency = clm.part(5, 3)
    number = found.claim.own.first("REF", "F8")
    if frequency not in ("1", "7", "8"):
        yield at("SC-11", "The frequency is not 1, 7 or 8.", clm, "2300", 5, 3)
    elif frequency == "1" and number is not None:
        yield at("SC-11", "Frequency 1 may not name the payer's number.", number, "2300", 2)
    elif frequency != "1" and (number is None or not number.get(2)):
        says = "Frequency 7 and 8 need the payer's claim number (REF*F8)."
        yield absent("SC-11", says, "REF", "2300", clm, 2)


def _references(found: ClaimLoops) -> Iterator[Objection]:
    own = found.claim.own
    counted = Counter(segment.get(1) for segment in own.every("REF"))
    for segment in own.every("REF"):
        if not segment.get(2):
            yield at("SC-1", "A reference has no value.", segment, "2300", 2)
        if counted[segment.get(1)] > 1:
            yield at("SC-1", "A reference stands twice.", segment, "2300", 1)
            counted[segment.get(1)] = 0
    laboratory = own.first("REF", "X4")
    if laboratory and not forms.is_laboratory_number(laboratory.get(2)):
        yield at("SC-10", "The CLIA number is not valid.", laboratory, "2300", 2)


def _diagnoses(found: ClaimLoops, first_day: date | None, lists: CodeLists) -> Iterator[Objection]:
    his = [each for each in found.claim.own.every("HI") if each.part(1, 1) in _CODES_OF_DIAGNOSES]
    if not his:
        yield absent("SC-3", "The claim has no diagnosis.", "HI", "2300", found.claim.own.head)
        return
    seen: set[str] = set()
    hi = his[0]
    for number in range(1, len(hi.elements) + 1):
        qualifier, code = hi.part(number, 1), hi.part(number, 2)
        says = _diagnosis(number, qualifier, code, first_day, lists)
        if says:
            yield at("SC-3", says, hi, "2300", number)
        elif code in seen:
            yield at("SC-3", "A diagnosis stands twice.", hi, "2300", number)
        seen.add(code)
    if len(hi.elements) > _MOST_DIAGNOSES:
        yield at("SC-3", "A claim has at most twelve diagnoses.", hi, "2300", _MOST_DIAGNOSES + 1)


_CODES_OF_DIAGNOSES = frozenset({"ABK", "ABF", "BK", "BF"})


def _diagnosis(
    number: int, qualifier: str, code: str, first_day: date | None, lists: CodeLists
) -> str | None:
    """What is wrong with a diagnosis, in words."""
    if first_day is not None and first_day < _ICD_10_SINCE:
        return None if qualifier == ("BK" if number == 1 else "BF") else "ICD-9 was in force then."
    if qualifier != ("ABK" if number == 1 else "ABF"):
        return "The first diagnosis is ABK, every other ABF."
    if not forms.is_diagnosis(code):
        return "The diagnosis has not the form of ICD-10-CM without its dot."
    if code[:3] in lists.categories and code not in lists.diagnoses:
        return "The diagnosis is no billable code of ICD-10-CM."
    return None
