"""What a professional claim holds: values of the 837P's loops, named as the guide names them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

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
class Facility:
    """Loops 2310C and 2420C: where the service was given, or the outside laboratory's site."""

    name: str
    address: Address
    npi: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """PWK: what follows by which way, under our control number (PWK06)."""

    report_type: str
    transmission: str
    control_number: str


@dataclass(frozen=True, slots=True)
class Payer:
    name: str
    id: str
    filing_code: str


Responsibility = Literal["P", "S", "T"]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Loop 2000B: the policy. `dependent` is absent where the patient is the subscriber.

    `sequence` is SBR01; `insurance_type` (SBR05) says why Medicare is secondary.
    """

    payer: Payer
    member_id: str
    subscriber: Person
    group_number: str | None = None
    dependent: Person | None = None
    relationship_code: str = "18"
    sequence: Responsibility = "P"
    insurance_type: str | None = None


@dataclass(frozen=True, slots=True)
class Drug:
    """Loop 2410. `unit`: F2, GR, ME, ML or UN; the quantity counts that unit, not HCPCS units."""

    ndc: str
    quantity: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Reduction:
    """One CAS reason of another payer: positive reduced what it paid."""

    group_code: str
    reason: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class LineDecision:
    """Loop 2430: what another payer, named by its id in 2330B, decided of a line."""

    payer_id: str
    paid: Decimal
    code: str
    units: int
    decided_on: date
    modifiers: Sequence[str] = ()
    reductions: Sequence[Reduction] = ()
    patient_owes: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OtherPayer:
    """Loops 2320 to 2330B: a payer before or after this one, and what it decided of the claim."""

    sequence: Responsibility
    payer: Payer
    member_id: str
    subscriber: Person
    relationship_code: str
    group_number: str | None = None
    insurance_type: str | None = None
    paid: Decimal | None = None
    not_covered: Decimal | None = None
    patient_owes: Decimal | None = None
    reductions: Sequence[Reduction] = ()
    decided_on: date | None = None
    payer_control_number: str | None = None


@dataclass(frozen=True, slots=True)
class Purchased:
    """PS1 and 2420B: a service bought from a provider, and its price."""

    npi: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """Loop 2400. `id` is our line id (`REF*6R`).

    `description` goes to SV101-7 of an unlisted code; `laboratory_number` is the CLIA number of
    who performed the test, `referring_laboratory_number` of the laboratory that sent it there.
    """

    number: int
    id: str
    code: str
    modifiers: Sequence[str]
    charge: Decimal
    units: int
    pointers: Sequence[int]
    service_on: date
    description: str | None = None
    place_of_service: str | None = None
    attachments: Sequence[Attachment] = ()
    authorization: str | None = None
    referral: str | None = None
    laboratory_number: str | None = None
    referring_laboratory_number: str | None = None
    note: str | None = None
    purchased: Purchased | None = None
    drug: Drug | None = None
    rendering: Provider | None = None
    facility: Facility | None = None
    supervising: Provider | None = None
    ordering: Provider | None = None
    referring: Provider | None = None
    decisions: Sequence[LineDecision] = ()


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
    referral: str | None = None
    laboratory_number: str | None = None
    medical_record_number: str | None = None
    attachments: Sequence[Attachment] = ()
    patient_paid: Decimal | None = None
    note: str | None = None
    rendering: Provider | None = None
    referring: Provider | None = None
    facility: Facility | None = None
    supervising: Provider | None = None
    other_payers: Sequence[OtherPayer] = ()

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
