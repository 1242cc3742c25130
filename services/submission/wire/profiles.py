"""Profiles of a practice and its payers, as they are put and read over REST."""

from typing import Annotated

from pydantic import Field

from services.submission.domain.profile import OutsideLaboratory, PayerProfile, PracticeProfile
from shared.contracts.documents.base import Count, Document, Flag, Id, Items, Money, Program
from shared.x12 import professional

Npi = Annotated[str, Field(pattern=r"^[0-9]{10}$")]
Short = Annotated[str, Field(min_length=1, max_length=80)]


class AddressDocument(Document):
    line1: Short
    line2: Short | None = None
    city: Short
    state: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    postal_code: Annotated[str, Field(pattern=r"^[0-9]{5}([0-9]{4})?$")]

    def value(self) -> professional.Address:
        return professional.Address(self.line1, self.city, self.state, self.postal_code, self.line2)


class ProviderDocument(Document):
    """`supervised_by`: the NPI of the listed provider who supervises what is billed."""

    npi: Npi
    first_name: Short | None = None
    last_name: Short
    taxonomy: Short | None = None
    supervised_by: Npi | None = None

    def value(self) -> professional.Provider:
        return professional.Provider(self.npi, self.last_name, self.first_name, self.taxonomy)


class FacilityDocument(Document):
    """Where the practice works outside its own rooms, by place of service."""

    place_of_service: Annotated[str, Field(pattern=r"^[0-9]{2}$")]
    name: Short
    npi: Npi | None = None
    address: AddressDocument


class OutsideLaboratoryDocument(Document):
    """Who performs tests billed with modifier 90; `prices`: what the practice pays per unit."""

    name: Short
    npi: Npi
    address: AddressDocument
    clia: Annotated[str, Field(pattern=r"^[0-9]{2}D[0-9]{7}$")]
    prices: Annotated[dict[str, Money], Field(max_length=5_000)] = Field(default_factory=dict)

    def value(self) -> OutsideLaboratory:
        address = self.address.value()
        return OutsideLaboratory(self.name, self.npi, address, self.clia, dict(self.prices))


class PracticeDocument(Document):
    """`PUT /v1/practice`: who bills. `charges`: own fee per unit where coding knew none."""

    name: Short
    npi: Npi
    tax_id: Annotated[str, Field(pattern=r"^[0-9]{9}$")]
    taxonomy: Short | None = None
    address: AddressDocument
    pay_to: AddressDocument | None = None
    contact_name: Short
    phone: Annotated[str, Field(pattern=r"^[0-9]{10}$")]
    submitter_id: Annotated[str, Field(pattern=r"^[0-9A-Z]{2,15}$")]
    clia: Annotated[str, Field(pattern=r"^[0-9]{2}D[0-9]{7}$")] | None = None
    charges: Annotated[dict[str, Money], Field(max_length=20_000)] = Field(default_factory=dict)
    providers: Items[ProviderDocument] = ()
    facilities: Items[FacilityDocument] = ()
    outside_laboratory: OutsideLaboratoryDocument | None = None
    descriptions: Annotated[dict[str, Short], Field(max_length=1_000)] = Field(default_factory=dict)

    def value(self) -> PracticeProfile:
        return PracticeProfile(
            name=self.name,
            npi=self.npi,
            tax_id=self.tax_id,
            taxonomy=self.taxonomy,
            address=self.address.value(),
            pay_to=self.pay_to.value() if self.pay_to else None,
            contact_name=self.contact_name,
            phone=self.phone,
            submitter_id=self.submitter_id,
            laboratory_number=self.clia,
            charges=dict(self.charges),
            providers=tuple(each.value() for each in self.providers),
            facilities={
                each.place_of_service: professional.Facility(
                    each.name, each.address.value(), each.npi
                )
                for each in self.facilities
            },
            outside_laboratory=self.outside_laboratory.value() if self.outside_laboratory else None,
            descriptions=dict(self.descriptions),
            supervisors={
                each.npi: each.supervised_by for each in self.providers if each.supervised_by
            },
        )


class PayerDocument(Document):
    """`PUT /v1/payers/{payer_id}`. `fees`: what the contract allows per unit, by code."""

    name: Short
    program: Program
    filing_code: Annotated[str, Field(pattern=r"^[0-9A-Z]{1,2}$")] | None = None
    route: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")] = "clearinghouse"
    accepts_replacement: Flag
    filing_days: Count | None = None
    corrected_claim_days: Count | None = None
    appeal_days: Count | None = None
    fees: Annotated[dict[str, Money], Field(max_length=20_000)] = Field(default_factory=dict)

    def value(self, payer_id: str) -> PayerProfile:
        return PayerProfile(
            payer_id=payer_id,
            name=self.name,
            program=self.program,
            filing_code=self.filing_code,
            route=self.route,
            accepts_replacement=self.accepts_replacement,
            filing_days=self.filing_days,
            corrected_claim_days=self.corrected_claim_days,
            appeal_days=self.appeal_days,
            fees=dict(self.fees),
        )


class PayerView(PayerDocument):
    payer_id: Id


def practice_document(profile: PracticeProfile) -> PracticeDocument:
    """A practice's profile as it was put."""
    return PracticeDocument(
        name=profile.name,
        npi=profile.npi,
        tax_id=profile.tax_id,
        taxonomy=profile.taxonomy,
        address=_address(profile.address),
        pay_to=_address(profile.pay_to) if profile.pay_to else None,
        contact_name=profile.contact_name,
        phone=profile.phone,
        submitter_id=profile.submitter_id,
        clia=profile.laboratory_number,
        charges=dict(profile.charges),
        providers=tuple(
            ProviderDocument(
                npi=each.npi,
                first_name=each.first_name,
                last_name=each.last_name or "",
                taxonomy=each.taxonomy,
                supervised_by=profile.supervisors.get(each.npi),
            )
            for each in profile.providers
        ),
        facilities=tuple(
            FacilityDocument(
                place_of_service=place,
                name=each.name,
                npi=each.npi,
                address=_address(each.address),
            )
            for place, each in profile.facilities.items()
        ),
        outside_laboratory=_laboratory(profile.outside_laboratory),
        descriptions=dict(profile.descriptions),
    )


def _laboratory(found: OutsideLaboratory | None) -> OutsideLaboratoryDocument | None:
    if found is None:
        return None
    return OutsideLaboratoryDocument(
        name=found.name,
        npi=found.npi,
        address=_address(found.address),
        clia=found.laboratory_number,
        prices=dict(found.prices),
    )


def payer_view(profile: PayerProfile) -> PayerView:
    """A payer's profile as it was put, with its id."""
    return PayerView(
        payer_id=profile.payer_id,
        name=profile.name,
        program=profile.program,
        filing_code=profile.filing_code,
        route=profile.route,
        accepts_replacement=profile.accepts_replacement,
        filing_days=profile.filing_days,
        corrected_claim_days=profile.corrected_claim_days,
        appeal_days=profile.appeal_days,
        fees=dict(profile.fees),
    )


def _address(address: professional.Address) -> AddressDocument:
    return AddressDocument(
        line1=address.line1,
        line2=address.line2,
        city=address.city,
        state=address.state,
        postal_code=address.postal_code,
    )
