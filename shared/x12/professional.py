"""The 837P (005010X222A1): what a claim holds, and its segments in the guide's order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from shared.x12.writer import SetWriter, day, number, plain

GUIDE = "005010X222A1"
FUNCTIONAL_ID = "HC"


@dataclass(frozen=True, slots=True)
class Address:
    line1: str
    city: str
    state: str
    postal_code: str
    line2: str | None = None


@dataclass(frozen=True, slots=True)
class Submitter:
    """Loop 1000A."""

    name: str
    id: str
    contact_name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Receiver:
    """Loop 1000B."""

    name: str
    id: str


@dataclass(frozen=True, slots=True)
class BillingProvider:
    """Loops 2000A, 2010AA and 2010AB."""

    name: str
    npi: str
    tax_id: str
    taxonomy: str | None
    address: Address
    pay_to: Address | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A patient or subscriber. `sex` is F, M or U."""

    first_name: str
    last_name: str
    birth_date: date
    sex: str
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """A rendering, referring, ordering or supervising person."""

    npi: str
    last_name: str | None = None
    first_name: str | None = None
    taxonomy: str | None = None


@dataclass(frozen=True, slots=True)
class Payer:
    name: str
    id: str
    filing_code: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """Loop 2000B: the policy. `dependent` is absent where the patient is the subscriber."""

    payer: Payer
    member_id: str
    subscriber: Person
    group_number: str | None = None
    dependent: Person | None = None
    relationship_code: str = "18"


@dataclass(frozen=True, slots=True)
class Drug:
    """Loop 2410. `unit`: F2, GR, ME, ML or UN; the quantity counts that unit, not HCPCS units."""

    ndc: str
    quantity: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """Loop 2400. `id` is our line id (`REF*6R`)."""

    number: int
    id: str
    code: str
    modifiers: Sequence[str]
    charge: Decimal
    units: int
    pointers: Sequence[int]
    service_on: date
    authorization: str | None = None
    laboratory_number: str | None = None
    drug: Drug | None = None


@dataclass(frozen=True, slots=True)
class ProfessionalClaim:
    """Loop 2300 with its lines. `id` is CLM01, `payer_control_number` goes to `REF*F8`."""

    id: str
    coverage: Coverage
    frequency_code: str
    place_of_service: str
    diagnoses: Sequence[str]
    lines: Sequence[ServiceLine]
    payer_control_number: str | None = None
    authorization: str | None = None
    laboratory_number: str | None = None
    rendering: Provider | None = None
    referring: Provider | None = None

    @property
    def total(self) -> Decimal:
        """CLM02: the sum of the lines."""
        return sum((line.charge for line in self.lines), Decimal(0))


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before the claims of a set."""

    submitter: Submitter
    receiver: Receiver
    billing: BillingProvider
    batch_id: str
    written_at: datetime


def write_claim_set(header: Header, claims: Sequence[ProfessionalClaim]) -> SetWriter:
    """One 837P set with these claims of one billing provider.

    Raises:
        Unwritable: a value that may not be sent.
    """
    out = SetWriter("837", GUIDE)
    written = header.written_at
    out.add("BHT", "0019", "00", header.batch_id, day(written), written.strftime("%H%M"), "CH")
    submitter, receiver = header.submitter, header.receiver
    out.add("NM1", "41", "2", plain(submitter.name, 60), "", "", "", "", "46", submitter.id)
    out.add("PER", "IC", plain(submitter.contact_name, 60), "TE", submitter.phone)
    out.add("NM1", "40", "2", plain(receiver.name, 60), "", "", "", "", "46", receiver.id)
    _billing_provider(out, header.billing)
    level = 1
    for claim in claims:
        out.mark(claim.id)
        level = _subscriber(out, claim.coverage, level)
        _claim(out, claim, header.billing)
    return out


def _billing_provider(out: SetWriter, billing: BillingProvider) -> None:
    out.add("HL", "1", "", "20", "1")
    if billing.taxonomy:
        out.add("PRV", "BI", "PXC", billing.taxonomy)
    out.add("NM1", "85", "2", plain(billing.name, 60), "", "", "", "", "XX", billing.npi)
    _address(out, billing.address)
    out.add("REF", "EI", billing.tax_id)
    if billing.pay_to:
        out.add("NM1", "87", "2")
        _address(out, billing.pay_to)


def _subscriber(out: SetWriter, coverage: Coverage, level: int) -> int:
    """Loops 2000B to 2010CA; returns the last HL number used."""
    dependent = coverage.dependent
    level += 1
    subscriber_level = level
    out.add("HL", str(level), "1", "22", "1" if dependent else "0")
    out.add(
        "SBR", "P", "" if dependent else "18", plain(coverage.group_number, 50)
        if coverage.group_number else "", "", "", "", "", "", coverage.payer.filing_code,
    )  # fmt: skip
    _person(out, "IL", coverage.subscriber, member_id=coverage.member_id)
    if dependent is None or coverage.subscriber.address is not None:
        _demographics(out, coverage.subscriber)
    out.add(
        "NM1", "PR", "2", plain(coverage.payer.name, 60), "", "", "", "", "PI", coverage.payer.id
    )
    if dependent:
        level += 1
        out.add("HL", str(level), str(subscriber_level), "23", "0")
        out.add("PAT", coverage.relationship_code)
        _person(out, "QC", dependent)
        _demographics(out, dependent)
    return level


def _person(out: SetWriter, role: str, person: Person, member_id: str | None = None) -> None:
    names = ("NM1", role, "1", plain(person.last_name, 60), plain(person.first_name, 35))
    if member_id is None:
        out.add(*names)
    else:
        out.add(*names, "", "", "", "MI", member_id)


def _demographics(out: SetWriter, person: Person) -> None:
    if person.address is not None:
        _address(out, person.address)
    out.add("DMG", "D8", day(person.birth_date), person.sex)


def _address(out: SetWriter, address: Address) -> None:
    out.add("N3", plain(address.line1, 55), plain(address.line2, 55) if address.line2 else "")
    out.add("N4", plain(address.city, 30), address.state, address.postal_code)


def _claim(out: SetWriter, claim: ProfessionalClaim, billing: BillingProvider) -> None:
    place = (claim.place_of_service, "B", claim.frequency_code)
    out.add("CLM", claim.id, number(claim.total), "", "", place, "Y", "A", "Y", "Y")
    if claim.authorization:
        out.add("REF", "G1", claim.authorization)
    if claim.payer_control_number:
        out.add("REF", "F8", claim.payer_control_number)
    if claim.laboratory_number:
        out.add("REF", "X4", claim.laboratory_number)
    codes = [code.replace(".", "") for code in claim.diagnoses]
    out.add("HI", *(("ABF" if place else "ABK", code) for place, code in enumerate(codes)))
    if claim.referring:
        _provider(out, "DN", claim.referring)
    if claim.rendering and claim.rendering.npi != billing.npi:
        _provider(out, "82", claim.rendering)
        if claim.rendering.taxonomy:
            out.add("PRV", "PE", "PXC", claim.rendering.taxonomy)
    for line in claim.lines:
        out.mark(claim.id, line.number)
        _line(out, line)


def _provider(out: SetWriter, role: str, provider: Provider) -> None:
    out.add(
        "NM1", role, "1", plain(provider.last_name or "", 60),
        plain(provider.first_name, 35) if provider.first_name else "",
        "", "", "", "XX", provider.npi,
    )  # fmt: skip


def _line(out: SetWriter, line: ServiceLine) -> None:
    out.add("LX", str(line.number))
    pointers = [str(pointer) for pointer in line.pointers]
    out.add(
        "SV1", ("HC", line.code, *line.modifiers), number(line.charge), "UN", str(line.units),
        "", "", pointers,
    )  # fmt: skip
    out.add("DTP", "472", "D8", day(line.service_on))
    if line.authorization:
        out.add("REF", "G1", line.authorization)
    out.add("REF", "6R", line.id)
    if line.laboratory_number:
        out.add("REF", "X4", line.laboratory_number)
    if line.drug:
        out.add("LIN", "", "N4", line.drug.ndc)
        out.add("CTP", "", "", "", number(line.drug.quantity), line.drug.unit)
