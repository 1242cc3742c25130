"""Rules of who sends, bills, is insured and treated: header, 2000A to 2010CA, providers."""

import re
from collections.abc import Iterator
from datetime import date

from shared.x12.claim_rules import forms
from shared.x12.claim_rules.loops import ClaimLoops, Loop, Node, SetLoops
from shared.x12.numbers import read_date
from shared.x12.objection import CodeLists, Objection, absent, at
from shared.x12.segments import Segment

_STATE = re.compile(r"[A-Z]{2}\Z")
_NINE_DIGITS = re.compile(r"[0-9]{9}\Z")
_POSTAL_CODE = re.compile(r"[0-9]{5}([0-9]{4})?\Z")
_MEDICARE = frozenset({"MA", "MB"})
_RELATIONS = frozenset({"01", "19", "20", "21", "39", "40", "53", "G8"})
_HAS_NPI = {
    "2310A": "referring", "2310B": "rendering", "2310D": "supervising", "2420A": "rendering",
    "2420B": "purchased service", "2420D": "supervising", "2420E": "ordering",
    "2420F": "referring",
}  # fmt: skip


def header_objections(found: SetLoops) -> Iterator[Objection]:
    """Header, submitter and receiver."""
    header = found.header
    bht = header.own.first("BHT")
    if bht is None:
        yield absent("SC-1", "The set has no BHT.", "BHT", "ST", header.own.head)
    elif bht.get(1) != "0019" or bht.get(2) not in ("00", "18") or bht.get(6) != "CH":
        yield at("SC-1", "BHT says 0019, 00 or 18, and CH.", bht, "ST", 1)
    elif not bht.get(3):
        yield at("SC-1", "The batch id is missing.", bht, "ST", 3)
    for loop, role in (("1000A", "submitter"), ("1000B", "receiver")):
        one = header.one(loop)
        if one is None:
            yield absent("SC-1", f"The {role} is missing.", "NM1", loop, header.own.head)
        elif one.head.get(8) != "46" or not one.head.get(9):
            yield at("SC-1", f"The {role} is named by qualifier 46 and id.", one.head, loop, 8)
    submitter = header.one("1000A")
    contact = submitter.first("PER") if submitter else None
    if submitter and contact is None:
        yield absent("SC-1", "The submitter has no contact.", "PER", "1000A", submitter.head)
    elif contact and contact.get(3) not in ("TE", "EM", "FX"):
        yield at("SC-1", "The contact needs a phone, fax or e-mail.", contact, "1000A", 3)


def level_objections(found: SetLoops) -> Iterator[Objection]:
    """HL numbers run on, parents are right, HL04 says whether a child follows."""
    last: dict[str, str] = {}
    for place, node in enumerate(found.levels):
        head, loop = node.own.head, node.own.name
        if head.get(1) != str(place + 1):
            yield at("SC-1", "Levels are numbered from 1 on without a gap.", head, loop, 1)
        parent = {"2000A": "", "2000B": last.get("2000A"), "2000C": last.get("2000B")}.get(loop)
        if parent is None:
            yield at("SC-1", "The level has no place here.", head, loop, 3)
        elif head.get(2) != parent:
            yield at("SC-1", "The level names a wrong parent.", head, loop, 2)
        following = found.levels[place + 1].own.name if place + 1 < len(found.levels) else ""
        child = {"2000A": "2000B", "2000B": "2000C"}.get(loop, "none")
        if head.get(4) != ("1" if following == child else "0"):
            yield at("SC-1", "HL04 differs from whether a child follows.", head, loop, 4)
        last[loop] = head.get(1)


def billing_objections(node: Node, lists: CodeLists) -> Iterator[Objection]:
    """The billing provider: a street, nine digits of ZIP, a valid NPI and tax id."""
    billing = node.one("2010AA")
    if billing is None:
        yield absent("SC-10", "The billing provider is missing.", "NM1", "2010AA", node.own.head)
        return
    yield from _npi(billing, "billing")
    yield from _address(billing, _NINE_DIGITS, "The billing ZIP code needs nine digits.")
    street = billing.first("N3")
    if street and forms.is_post_box(f"{street.get(1)} {street.get(2)}"):
        yield at("SC-1", "The billing address may not be a post box.", street, "2010AA", 1)
    tax = billing.first("REF", "EI") or billing.first("REF", "SY")
    if tax is None:
        yield absent("SC-1", "The tax id is missing.", "REF", "2010AA", billing.head)
    elif not _NINE_DIGITS.match(tax.get(2)):
        yield at("SC-1", "The tax id needs nine digits.", tax, "2010AA", 2)
    yield from _taxonomy(node.own.first("PRV"), "2000A", lists)
    pay_to = node.one("2010AB")
    if pay_to:
        if pay_to.head.get(3):
            yield at("SC-1", "The pay-to address has no name of its own.", pay_to.head, "2010AB", 3)
        yield from _address(pay_to, _POSTAL_CODE, "The ZIP code needs five or nine digits.")


def insured_objections(found: ClaimLoops, first_day: date | None) -> Iterator[Objection]:
    """Subscriber and patient: one of them is the patient, with birth date, sex and address."""
    subscriber = found.subscriber
    if subscriber is None:
        says = "The claim has no subscriber."
        yield absent("SC-2", says, "HL", "2000B", found.claim.own.head)
        return
    yield from _policy(subscriber)
    insured, payer = subscriber.one("2010BA"), subscriber.one("2010BB")
    if insured is None:
        says = "The subscriber has no name."
        yield absent("SC-2", says, "NM1", "2010BA", subscriber.own.head)
    elif insured.head.get(8) != "MI" or not forms.is_member_id(insured.head.get(9)):
        says = "The member id has characters or a length that cannot be sent."
        yield at("SC-2", says, insured.head, "2010BA", 9)
    if payer is None:
        yield absent("SC-2", "The payer is missing.", "NM1", "2010BB", subscriber.own.head)
    elif payer.head.get(8) not in ("PI", "XV") or not payer.head.get(9):
        yield at("SC-2", "The payer is named by PI or XV and its id.", payer.head, "2010BB", 9)
    sbr = subscriber.own.first("SBR")
    relation = sbr.get(2) if sbr else ""
    if found.patient is None:
        if sbr and relation != "18":
            says = "The subscriber is the patient (18), or a patient loop follows."
            yield at("SC-2", says, sbr, "2000B", 2)
        elif insured:
            yield from _patient(insured, first_day)
        return
    if sbr and relation:
        yield at("SC-2", "SBR02 stays empty where a patient loop follows.", sbr, "2000B", 2)
    yield from _dependent(found.patient, first_day)


def provider_objections(loops: list[Loop], lists: CodeLists) -> Iterator[Objection]:
    """Clinicians and facilities of a claim or line: NPI, name, taxonomy, address."""
    for loop in loops:
        name = _HAS_NPI.get(loop.name)
        if name:
            yield from _npi(loop, name)
        if loop.name == "2420B":
            if loop.head.get(3):
                says = "The purchased service provider has no name here."
                yield at("SC-1", says, loop.head, loop.name, 3)
        elif name and not loop.head.get(3):
            yield at("SC-10", f"The {name} provider has no name.", loop.head, loop.name, 3)
        if loop.name in ("2310A", "2420F") and loop.head.get(2) != "1":
            yield at("SC-10", "The referring provider is a person.", loop.head, loop.name, 2)
        if loop.name in ("2310B", "2420A"):
            yield from _taxonomy(loop.first("PRV"), loop.name, lists)
        if loop.name in ("2310C", "2420C"):
            if loop.head.get(9):
                yield from _npi(loop, "facility")
            yield from _address(loop, _POSTAL_CODE, "The ZIP code needs five or nine digits.")


def _policy(subscriber: Node) -> Iterator[Objection]:
    sbr = subscriber.own.first("SBR")
    if sbr is None:
        yield absent("SC-2", "The policy is missing.", "SBR", "2000B", subscriber.own.head)
        return
    if sbr.get(2) not in ("", "18"):
        yield at("SC-2", "SBR02 is 18 or empty.", sbr, "2000B", 2)
    if not sbr.get(9):
        yield at("SC-2", "The filing code is missing.", sbr, "2000B", 9)
    if sbr.get(1) in ("S", "T") and sbr.get(9) in _MEDICARE and not sbr.get(5):
        says = "Medicare as secondary payer needs the reason (insurance type)."
        yield at("SC-12", says, sbr, "2000B", 5)


def _dependent(patient: Node, first_day: date | None) -> Iterator[Objection]:
    relation = patient.own.first("PAT")
    if relation is None or relation.get(1) not in _RELATIONS:
        says = "The patient's relation to the subscriber is missing or no code of the guide."
        yield absent("SC-2", says, "PAT", "2000C", patient.own.head, 1)
    name = patient.one("2010CA")
    if name is None:
        yield absent("SC-2", "The patient has no name.", "NM1", "2010CA", patient.own.head)
    else:
        yield from _patient(name, first_day)


def _patient(loop: Loop, first_day: date | None) -> Iterator[Objection]:
    yield from _address(loop, _POSTAL_CODE, "The ZIP code needs five or nine digits.")
    demographics = loop.first("DMG")
    if demographics is None:
        says = "Birth date and sex are missing."
        yield absent("SC-2", says, "DMG", loop.name, loop.head)
        return
    born = read_date(demographics.get(2))
    if born is None:
        yield at("SC-2", "The birth date is no date.", demographics, loop.name, 2)
    elif first_day is not None and born > first_day:
        yield at("SC-2", "The birth is after the service.", demographics, loop.name, 2)
    if demographics.get(3) not in ("F", "M", "U"):
        yield at("SC-2", "The sex is not F, M or U.", demographics, loop.name, 3)


def _npi(loop: Loop, role: str) -> Iterator[Objection]:
    if loop.head.get(8) != "XX" or not forms.is_npi(loop.head.get(9)):
        yield at("SC-10", f"The NPI of the {role} provider is not valid.", loop.head, loop.name, 9)


def _address(loop: Loop, postal_code: re.Pattern[str], says: str) -> Iterator[Objection]:
    street, place = loop.first("N3"), loop.first("N4")
    if street is None or not street.get(1):
        yield absent("SC-2", "The street is missing.", "N3", loop.name, loop.head, 1)
    if place is None:
        yield absent("SC-2", "City, state and ZIP code are missing.", "N4", loop.name, loop.head)
        return
    if not place.get(1):
        yield at("SC-2", "The city is missing.", place, loop.name, 1)
    if place.get(4) in ("", "US"):
        if not _STATE.match(place.get(2)):
            yield at("SC-2", "The state needs two letters.", place, loop.name, 2)
        if not postal_code.match(place.get(3)):
            yield at("SC-2", says, place, loop.name, 3)


def _taxonomy(prv: Segment | None, loop: str, lists: CodeLists) -> Iterator[Objection]:
    if prv is None:
        return
    code = prv.get(3)
    if not forms.is_taxonomy(code) or (lists.taxonomies and code not in lists.taxonomies):
        yield at("SC-10", "The taxonomy code is not in the list.", prv, loop, 3)
