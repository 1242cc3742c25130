"""What is checked before a claim is written, beyond the guide: the rules the guide gate misses.

(x12.md section 3.4, claims.md section 7.) A stop holds that claim, never its batch.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from shared.kernel.cite import Cite
from shared.kernel.rule import rule
from shared.x12.professional import Address, BillingProvider, Person, ProfessionalClaim, ServiceLine

GUIDE = Cite("ASC X12 005010X222A1")
_SINCE = date(2012, 1, 1)

_CODE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]\Z")
_MODIFIER = re.compile(r"[0-9A-Z]{2}\Z")
_DIAGNOSIS = re.compile(r"[A-Z][0-9][0-9A-Z](\.?[0-9A-Z]{1,4})?\Z")
_TAXONOMY = re.compile(r"[0-9A-Z]{9}X\Z")
_LABORATORY = re.compile(r"[0-9]{2}D[0-9]{7}\Z")
_STATE = re.compile(r"[A-Z]{2}\Z")
_POSTAL_CODE = re.compile(r"[0-9]{5}([0-9]{4})?\Z")
_BILLING_POSTAL_CODE = re.compile(r"[0-9]{9}\Z")
_POST_BOX = re.compile(r"\b(P\.?\s*O\.?\s*BOX|POST OFFICE BOX)\b", re.IGNORECASE)
_MEMBER = re.compile(r"[0-9A-Za-z-]{2,80}\Z")
_NDC = re.compile(r"[0-9]{11}\Z")
_DRUG_UNITS = frozenset({"F2", "GR", "ME", "ML", "UN"})
_LARGEST_ID = 20


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a claim may not be written: rule, X12 place, the field that mends it, a sentence."""

    rule: str
    place: str
    field: str
    says: str


Check = Callable[[ProfessionalClaim, BillingProvider, date], Iterator[Stop]]


def stops(claim: ProfessionalClaim, billing: BillingProvider, today: date) -> list[Stop]:
    """Everything that keeps the claim out of a file; empty where it may go."""
    return [stop for check in CHECKS for stop in check(claim, billing, today)]


def is_npi(npi: str) -> bool:
    """Ten digits whose check digit holds (Luhn over 80840 and the number)."""
    if len(npi) != 10 or not npi.isascii() or not npi.isdecimal():
        return False
    total = 0
    for place, digit in enumerate(reversed(f"80840{npi}")):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


@rule("SC-10", since=_SINCE, cite=GUIDE)
def _providers(claim: ProfessionalClaim, billing: BillingProvider, _: date) -> Iterator[Stop]:
    """Every NPI has its check digit, every taxonomy and CLIA number its form."""
    numbers = [("2010AA NM109", "/v1/practice/npi", billing.npi)]
    taxonomies = [("2000A PRV03", "/v1/practice/taxonomy", billing.taxonomy)]
    if claim.rendering:
        numbers.append(("2310B NM109", "/rendering_provider/npi", claim.rendering.npi))
        place = "/v1/practice/providers"
        taxonomies.append(("2310B PRV03", place, claim.rendering.taxonomy))
    if claim.referring:
        numbers.append(("2310A NM109", "/referring_provider/npi", claim.referring.npi))
        if not claim.referring.last_name:
            place = "/referring_provider/last_name"
            yield Stop("SC-10", "2310A NM103", place, "The referring provider has no name.")
    for place, field, npi in numbers:
        if not is_npi(npi):
            yield Stop("SC-10", place, field, "The NPI is not valid.")
    for place, field, taxonomy in taxonomies:
        if taxonomy and not _TAXONOMY.match(taxonomy):
            yield Stop("SC-10", place, field, "The taxonomy code has the wrong form.")
    if claim.laboratory_number and not _LABORATORY.match(claim.laboratory_number):
        yield Stop("SC-10", "2300 REF02", "/v1/practice/clia", "The CLIA number is not valid.")


@rule("SC-1", since=_SINCE, cite=GUIDE)
def _billing(_: ProfessionalClaim, billing: BillingProvider, __: date) -> Iterator[Stop]:
    """The billing address is a street with nine digits of ZIP; the tax id has nine digits."""
    if _POST_BOX.search(f"{billing.address.line1} {billing.address.line2 or ''}"):
        place = "/v1/practice/address/line1"
        yield Stop("SC-1", "2010AA N301", place, "The billing address may not be a post box.")
    if not _BILLING_POSTAL_CODE.match(billing.address.postal_code):
        place = "/v1/practice/address/postal_code"
        yield Stop("SC-1", "2010AA N403", place, "The billing ZIP code needs nine digits.")
    if not re.match(r"[0-9]{9}\Z", billing.tax_id):
        yield Stop("SC-1", "2010AA REF02", "/v1/practice/tax_id", "The tax id needs nine digits.")


@rule("SC-2", since=_SINCE, cite=GUIDE)
def _identity(claim: ProfessionalClaim, _: BillingProvider, __: date) -> Iterator[Stop]:
    """The subscriber who is the patient, or the dependent, has birth date, sex and address."""
    coverage = claim.coverage
    if not _MEMBER.match(coverage.member_id):
        says = "The member id has characters or a length that cannot be sent."
        yield Stop("SC-2", "2010BA NM109", "/coverage/member_id", says)
    patient, loop = (
        (coverage.dependent, "2010CA") if coverage.dependent else (coverage.subscriber, "2010BA")
    )
    if coverage.dependent is None and coverage.relationship_code != "18":
        yield Stop(
            "SC-2", "2000B SBR02", "/coverage/relationship", "A dependent needs a patient loop."
        )
    yield from _person(patient, loop)
    first = min((line.service_on for line in claim.lines), default=None)
    if first is not None and patient.birth_date > first:
        yield Stop(
            "SC-2", f"{loop} DMG02", "/patient/birth_date", "The birth is after the service."
        )


def _person(person: Person, loop: str) -> Iterator[Stop]:
    if person.sex not in ("F", "M", "U"):
        yield Stop("SC-2", f"{loop} DMG03", "/patient/sex", "The sex is not F, M or U.")
    if person.address is None:
        yield Stop("SC-2", f"{loop} N301", "/patient/address", "The patient's address is missing.")
    else:
        yield from _patient_address(person.address, loop)


def _patient_address(address: Address, loop: str) -> Iterator[Stop]:
    if not _STATE.match(address.state):
        place = "/patient/address/state"
        yield Stop("SC-2", f"{loop} N402", place, "The state needs two letters.")
    if not _POSTAL_CODE.match(address.postal_code):
        place = "/patient/address/postal_code"
        yield Stop("SC-2", f"{loop} N403", place, "The ZIP code needs five or nine digits.")


@rule("SC-11", since=_SINCE, cite=GUIDE)
def _frequency(claim: ProfessionalClaim, _: BillingProvider, __: date) -> Iterator[Stop]:
    """A replacement or void carries the payer's number, an original never does."""
    if claim.frequency_code not in ("1", "7", "8"):
        says = "The frequency is not 1, 7 or 8."
        yield Stop("SC-11", "2300 CLM05-3", "/frequency_code", says)
    elif (claim.frequency_code == "1") == bool(claim.payer_control_number):
        says = "Frequency 7 and 8 need the payer's claim number, frequency 1 may not have one."
        yield Stop("SC-11", "2300 REF02", "/payer_control_number", says)


@rule("SC-3", since=_SINCE, cite=GUIDE)
def _codes(claim: ProfessionalClaim, _: BillingProvider, today: date) -> Iterator[Stop]:
    """Codes, modifiers and diagnoses have their form, dates of service are not in the future."""
    if not 1 <= len(claim.diagnoses) <= 12:
        yield Stop("SC-3", "2300 HI", "/diagnoses", "A claim has one to twelve diagnoses.")
    for place, diagnosis in enumerate(claim.diagnoses):
        if not _DIAGNOSIS.match(diagnosis):
            yield Stop(
                "SC-3", "2300 HI", f"/diagnoses/{place}", "The diagnosis has no ICD-10-CM form."
            )
    if not 1 <= len(claim.lines) <= 50:
        yield Stop("SC-3", "2400 LX", "/lines", "A claim has one to fifty lines.")
    for place, line in enumerate(claim.lines):
        field = f"/lines/{place}"
        if not _CODE.match(line.code):
            yield Stop("SC-3", "2400 SV101-2", f"{field}/code", "The code has not its form.")
        if len(line.modifiers) > 4 or not all(_MODIFIER.match(each) for each in line.modifiers):
            says = "A line has at most four modifiers of two characters."
            yield Stop("SC-3", "2400 SV101-3", f"{field}/modifiers", says)
        if line.service_on > today:
            yield Stop("SC-3", "2400 DTP03", "/date_of_service", "The service is in the future.")


@rule("SC-5", since=_SINCE, cite=GUIDE)
def _lines(claim: ProfessionalClaim, _: BillingProvider, __: date) -> Iterator[Stop]:
    """Every line has a charge, units and one to four pointers to diagnoses of the claim."""
    seen: set[str] = set()
    for place, line in enumerate(claim.lines):
        field = f"/lines/{place}"
        if line.number != place + 1:
            yield Stop("SC-1", "2400 LX01", f"{field}/number", "Lines are numbered from 1 on.")
        if line.charge <= 0 or line.charge != round(line.charge, 2):
            says = "The charge is positive dollars and cents."
            yield Stop("SC-1", "2400 SV102", f"{field}/charge", says)
        if line.units < 1:
            yield Stop("SC-1", "2400 SV104", f"{field}/units", "A line has at least one unit.")
        yield from _pointers(line, field, len(claim.diagnoses))
        if line.id in seen:
            yield Stop("SC-13", "2400 REF02", f"{field}/number", "A line id stands twice.")
        seen.add(line.id)
        if line.drug and not (_NDC.match(line.drug.ndc) and line.drug.unit in _DRUG_UNITS):
            says = "The NDC needs eleven digits and a unit of F2, GR, ME, ML or UN."
            yield Stop("SC-9", "2410 LIN03", f"{field}/drug", says)


def _pointers(line: ServiceLine, field: str, diagnoses: int) -> Iterator[Stop]:
    pointers = list(line.pointers)
    usable = all(1 <= each <= diagnoses for each in pointers)
    if not 1 <= len(pointers) <= 4 or not usable or len(set(pointers)) != len(pointers):
        says = "A line points to one to four diagnoses of the claim, each once."
        yield Stop("SC-5", "2400 SV107", f"{field}/diagnosis_pointers", says)


@rule("SC-1", since=_SINCE, cite=GUIDE)
def _claim_id(claim: ProfessionalClaim, _: BillingProvider, __: date) -> Iterator[Stop]:
    """The claim's id has at most twenty letters, digits and hyphens."""
    if not re.match(r"[0-9A-Za-z-]+\Z", claim.id) or len(claim.id) > _LARGEST_ID:
        yield Stop("SC-1", "2300 CLM01", "/claim_id", "The claim id cannot be sent.")


CHECKS: tuple[Check, ...] = (
    _claim_id,
    _providers,
    _billing,
    _identity,
    _frequency,
    _codes,
    _lines,
)
"""The scrub, in running order."""
