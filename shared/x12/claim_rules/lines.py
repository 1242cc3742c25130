"""Rules of loop 2400: numbers, procedures, units, pointers, dates, drugs, bought services."""

from collections.abc import Iterator
from datetime import date

from shared.x12.claim_rules import forms
from shared.x12.claim_rules.loops import ClaimLoops, Node
from shared.x12.numbers import read_decimal
from shared.x12.objection import CodeLists, Objection, absent, at
from shared.x12.segments import Segment

_MODIFIERS = (3, 4, 5, 6)
_DESCRIPTION = 7
_DRUG_UNITS = frozenset({"F2", "GR", "ME", "ML", "UN"})
_MOST_POINTERS = 4


def service_span(line: Node) -> tuple[date, date] | None:
    """First and last day of a line's service."""
    dated = line.own.first("DTP", "472")
    return forms.service_days(dated.get(2), dated.get(3)) if dated else None


def line_objections(
    found: ClaimLoops,
    line: Node,
    number: int,
    diagnoses: int,
    seen: set[str],
    today: date,
    lists: CodeLists,
) -> Iterator[Objection]:
    """What is wrong with the n-th line of a claim with so many diagnoses.

    `seen` collects the line ids of the claim.
    """
    own, service = line.own, line.service
    if own.head.get(1) != str(number):
        yield at("SC-1", "Lines are numbered from 1 on without a gap.", own.head, "2400", 1)
    yield from _dates(line, today)
    yield from _line_id(line, seen)
    if service is None:
        yield absent("SC-3", "The line has no service.", "SV1", "2400", own.head)
        return
    yield from _procedure(service, line, lists)
    yield from _amounts(service, lists)
    yield from _pointers(service, diagnoses)
    laboratory = own.first("REF", "X4")
    if laboratory and not forms.is_laboratory_number(laboratory.get(2)):
        yield at("SC-10", "The CLIA number is not valid.", laboratory, "2400", 2)
    named = laboratory or found.claim.own.first("REF", "X4")
    if forms.is_laboratory_test(service.part(1, 2)) and not named:
        says = "A laboratory test needs the CLIA number (REF*X4)."
        yield absent("SC-10", says, "REF", "2400", own.head, 2)
    yield from _drug(line)
    yield from _purchased(line)


def _dates(line: Node, today: date) -> Iterator[Objection]:
    dated = list(line.own.every("DTP", "472"))
    if len(dated) != 1:
        says = "A line has one date of service."
        yield absent("SC-3", says, "DTP", "2400", line.own.head, 3)
        return
    span = service_span(line)
    if dated[0].get(2) not in ("D8", "RD8") or span is None:
        yield at("SC-3", "The date of service is no date.", dated[0], "2400", 3)
    elif span[1] > today:
        yield at("SC-3", "The service is in the future.", dated[0], "2400", 3)


def _line_id(line: Node, seen: set[str]) -> Iterator[Objection]:
    number = line.own.first("REF", "6R")
    if number is None or not number.get(2):
        says = "The line has no id of ours (REF*6R)."
        yield absent("SC-1", says, "REF", "2400", line.own.head, 2)
        return
    if number.get(2) in seen:
        yield at("SC-13", "A line id stands twice.", number, "2400", 2)
    seen.add(number.get(2))


def _procedure(service: Segment, line: Node, lists: CodeLists) -> Iterator[Objection]:
    code = service.part(1, 2)
    if service.part(1, 1) != "HC" or not forms.is_procedure(code):
        yield at("SC-3", "The code has not the form of CPT or HCPCS.", service, "2400", 1, 2)
    elif lists.procedures:
        span = service_span(line)
        ended = lists.procedures.get(code)
        if code not in lists.procedures:
            yield at("SC-3", "The code is in no list known here.", service, "2400", 1, 2)
        elif ended is not None and span is not None and span[1] > ended:
            says = "The code was not in force on the date of service."
            yield at("SC-3", says, service, "2400", 1, 2)
    modifiers = [service.part(1, component) for component in _MODIFIERS]
    given = [each for each in modifiers if each]
    if not all(forms.is_modifier(each) for each in given) or len(set(given)) != len(given):
        says = "Modifiers have two characters and stand once."
        yield at("SC-3", says, service, "2400", 1, 3)
    if modifiers[: len(given)] != given:
        yield at("SC-3", "A modifier follows an empty one.", service, "2400", 1, 3)
    if forms.is_modifier(service.part(1, _DESCRIPTION)) or len(service.parts(1)) > _DESCRIPTION + 1:
        yield at("SC-3", "A line has at most four modifiers.", service, "2400", 1, _DESCRIPTION)


def _amounts(service: Segment, lists: CodeLists) -> Iterator[Objection]:
    charge = forms.money(service.get(2))
    if charge is None or charge < 0:
        says = "The charge is an amount of dollars and cents, never negative."
        yield at("SC-1", says, service, "2400", 2)
    if service.get(3) not in ("UN", "MJ"):
        yield at("SC-1", "Units are counted as UN, minutes as MJ.", service, "2400", 3)
    units = read_decimal(service.get(4))
    if units is None or units <= 0 or service.get(4).startswith("0"):
        yield at("SC-1", "A line has more than no units.", service, "2400", 4)
    place = service.get(5)
    if place and lists.places and place not in lists.places:
        yield at("SC-3", "The place of service is not in the list.", service, "2400", 5)


def _pointers(service: Segment, diagnoses: int) -> Iterator[Objection]:
    pointers = service.parts(7)
    numbers = [int(each) if each.isdecimal() else 0 for each in pointers]
    usable = all(1 <= each <= diagnoses for each in numbers)
    if not 1 <= len(numbers) <= _MOST_POINTERS or not usable or len(set(numbers)) != len(numbers):
        says = "A line points to one to four diagnoses of the claim, each once, without a gap."
        yield at("SC-5", says, service, "2400", 7)


def _drug(line: Node) -> Iterator[Objection]:
    loop = line.one("2410")
    if loop is None:
        return
    ndc = loop.head.get(3)
    if loop.head.get(2) != "N4" or len(ndc) != 11 or not ndc.isdecimal():
        yield at("SC-9", "The NDC needs eleven digits.", loop.head, "2410", 3)
    quantity = loop.first("CTP")
    if quantity is None:
        yield absent("SC-9", "The NDC has no quantity.", "CTP", "2410", loop.head)
        return
    counted = read_decimal(quantity.get(4))
    if counted is None or counted <= 0:
        yield at("SC-9", "The quantity of the drug is a number above zero.", quantity, "2410", 4)
    if quantity.part(5, 1) not in _DRUG_UNITS:
        yield at("SC-9", "The unit of the drug is F2, GR, ME, ML or UN.", quantity, "2410", 5, 1)


def _purchased(line: Node) -> Iterator[Objection]:
    bought, provider = line.own.first("PS1"), line.one("2420B")
    if bought is None and provider is None:
        return
    if bought is None or provider is None:
        says = "A bought service has its price (PS1) and its provider (NM1*QB)."
        yield absent("SC-1", says, "PS1", "2400", line.own.head)
        return
    price = forms.money(bought.get(2))
    if price is None or price < 0:
        yield at("SC-1", "The price of a bought service is dollars and cents.", bought, "2400", 2)
    if bought.get(1) != provider.head.get(9):
        yield at("SC-1", "PS1 and NM1*QB name different providers.", bought, "2400", 1)
