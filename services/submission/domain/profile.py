"""What a practice and its payers are: billing identity, filing codes, fees."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from services.submission.domain.change_facts import PayerFacts, Program
from shared.x12.professional import Address, Facility, Provider

AnyProgram = Program | Literal["other"]

FILING_CODES: Mapping[str, str] = {
    "medicare": "MB",
    "medicare_advantage": "16",
    "medicaid": "MC",
    "commercial": "CI",
}
"""SBR09 by program; a payer profile may say otherwise (x12.md section 3.1)."""


@dataclass(frozen=True, slots=True)
class OutsideLaboratory:
    """Who performs tests that the practice buys (modifier 90), and for how much per unit."""

    name: str
    npi: str
    address: Address
    laboratory_number: str
    prices: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PracticeProfile:
    """The billing identity. `charges`: the practice's fee per unit, where coding knew none.

    facilities: by place of service, where the practice works outside its own rooms. descriptions:
    what an unlisted code stands for. supervisors: by the NPI of who is supervised.
    """

    name: str
    npi: str
    tax_id: str
    taxonomy: str | None
    address: Address
    pay_to: Address | None
    contact_name: str
    phone: str
    submitter_id: str
    laboratory_number: str | None = None
    charges: Mapping[str, Decimal] = field(default_factory=dict)
    providers: tuple[Provider, ...] = ()
    facilities: Mapping[str, Facility] = field(default_factory=dict)
    outside_laboratory: OutsideLaboratory | None = None
    descriptions: Mapping[str, str] = field(default_factory=dict)
    supervisors: Mapping[str, str] = field(default_factory=dict)

    def provider(self, npi: str) -> Provider | None:
        """The provider with this NPI, where the profile names one."""
        return next((each for each in self.providers if each.npi == npi), None)


@dataclass(frozen=True, slots=True)
class PayerProfile:
    """One payer by contract. `fees`: what it allows per unit, by code."""

    payer_id: str
    name: str
    program: AnyProgram
    filing_code: str | None
    route: str
    accepts_replacement: bool
    filing_days: int | None = None
    corrected_claim_days: int | None = None
    appeal_days: int | None = None
    fees: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def sbr_filing_code(self) -> str | None:
        """SBR09: the profile's own, else by program; None where neither says."""
        return self.filing_code or FILING_CODES.get(self.program)

    def expected_allowed(self, code: str, units: int, charge: Decimal) -> Decimal | None:
        """What the contract allows for a line: fee times units, never more than the charge."""
        fee = self.fees.get(code)
        return None if fee is None else min(charge, fee * units)

    def facts(self) -> PayerFacts:
        """What of it decides about a change after coding."""
        return PayerFacts(
            program=None if self.program == "other" else self.program,
            accepts_replacement=self.accepts_replacement,
            filing_days=self.filing_days,
            corrected_claim_days=self.corrected_claim_days,
            appeal_days=self.appeal_days,
        )


@dataclass(frozen=True, slots=True)
class Profiles:
    """The profiles of one practice, as far as they exist."""

    practice: PracticeProfile | None
    payers: Mapping[str, PayerProfile]
