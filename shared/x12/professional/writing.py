"""The 837P (005010X222A1): its segments in the guide's order, from header to claims."""

from collections.abc import Sequence

from shared.x12.professional.lines import write_line, write_reductions
from shared.x12.professional.parties import (
    write_address,
    write_attachment,
    write_demographics,
    write_facility,
    write_person,
    write_provider,
)
from shared.x12.professional.values import (
    GUIDE,
    BillingProvider,
    Coverage,
    Header,
    OtherPayer,
    ProfessionalClaim,
)
from shared.x12.writer import SetWriter, day, number, plain


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
    write_address(out, billing.address)
    out.add("REF", "EI", billing.tax_id)
    if billing.pay_to:
        out.add("NM1", "87", "2")
        write_address(out, billing.pay_to)


def _subscriber(out: SetWriter, coverage: Coverage, level: int) -> int:
    """Loops 2000B to 2010CA; returns the last HL number used."""
    dependent = coverage.dependent
    level += 1
    subscriber_level = level
    out.add("HL", str(level), "1", "22", "1" if dependent else "0")
    out.add(
        "SBR", coverage.sequence, "" if dependent else "18", _group(coverage.group_number), "",
        coverage.insurance_type or "", "", "", "", coverage.payer.filing_code,
    )  # fmt: skip
    write_person(out, "IL", coverage.subscriber, member_id=coverage.member_id)
    if dependent is None or coverage.subscriber.address is not None:
        write_demographics(out, coverage.subscriber)
    payer = coverage.payer
    out.add("NM1", "PR", "2", plain(payer.name, 60), "", "", "", "", "PI", payer.id)
    if dependent:
        level += 1
        out.add("HL", str(level), str(subscriber_level), "23", "0")
        out.add("PAT", coverage.relationship_code)
        write_person(out, "QC", dependent)
        write_demographics(out, dependent)
    return level


def _group(number: str | None) -> str:
    return plain(number, 50) if number else ""


def _claim(out: SetWriter, claim: ProfessionalClaim, billing: BillingProvider) -> None:
    place = (claim.place_of_service, "B", claim.frequency_code)
    out.add("CLM", claim.id, number(claim.total), "", "", place, "Y", "A", "Y", "Y")
    for attachment in claim.attachments:
        write_attachment(out, attachment)
    if claim.patient_paid is not None:
        out.add("AMT", "F5", number(claim.patient_paid))
    for qualifier, value in (
        ("9F", claim.referral),
        ("G1", claim.authorization),
        ("F8", claim.payer_control_number),
        ("X4", claim.laboratory_number),
        ("EA", claim.medical_record_number),
    ):
        if value:
            out.add("REF", qualifier, value)
    if claim.note:
        out.add("NTE", "ADD", plain(claim.note, 80))
    codes = [code.replace(".", "") for code in claim.diagnoses]
    out.add("HI", *(("ABF" if place else "ABK", code) for place, code in enumerate(codes)))
    _claim_providers(out, claim, billing)
    for other in claim.other_payers:
        _other_payer(out, other)
    for line in claim.lines:
        out.mark(claim.id, line.number)
        write_line(out, line)


def _claim_providers(out: SetWriter, claim: ProfessionalClaim, billing: BillingProvider) -> None:
    if claim.referring:
        write_provider(out, "DN", claim.referring)
    if claim.rendering and claim.rendering.npi != billing.npi:
        write_provider(out, "82", claim.rendering)
    if claim.facility:
        write_facility(out, claim.facility)
    if claim.supervising:
        write_provider(out, "DQ", claim.supervising)


def _other_payer(out: SetWriter, other: OtherPayer) -> None:
    """Loops 2320, 2330A and 2330B."""
    out.add(
        "SBR", other.sequence, other.relationship_code, _group(other.group_number), "",
        other.insurance_type or "", "", "", "", other.payer.filing_code,
    )  # fmt: skip
    write_reductions(out, other.reductions)
    for qualifier, amount in (
        ("D", other.paid),
        ("A8", other.not_covered),
        ("EAF", other.patient_owes),
    ):
        if amount is not None:
            out.add("AMT", qualifier, number(amount))
    out.add("OI", "", "", "Y", "", "", "Y")
    write_person(out, "IL", other.subscriber, member_id=other.member_id)
    if other.subscriber.address is not None:
        write_address(out, other.subscriber.address)
    out.add("NM1", "PR", "2", plain(other.payer.name, 60), "", "", "", "", "PI", other.payer.id)
    if other.decided_on is not None:
        out.add("DTP", "573", "D8", day(other.decided_on))
    if other.payer_control_number:
        out.add("REF", "F8", other.payer_control_number)
