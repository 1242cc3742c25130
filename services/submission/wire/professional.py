"""A version of a claim with its opened subject, as the claim of an 837P."""

from services.submission.domain.claim import (
    Claim,
    Coded,
    CodedLine,
    DrugGiven,
    Encounter,
    Version,
    Visit,
    line_id,
    patient_control_number,
)
from services.submission.domain.profile import PayerProfile, PracticeProfile
from services.submission.domain.readiness import (
    is_bought,
    needs_laboratory_number,
    rendering_of,
)
from shared.contracts.documents import visit as documents
from shared.x12.professional import (
    Address,
    BillingProvider,
    Coverage,
    Drug,
    Facility,
    Payer,
    Person,
    ProfessionalClaim,
    Provider,
    Purchased,
    ServiceLine,
)
from shared.x12.writer import Unwritable

_CORRECTED = "CORRECTED CLAIM"
_RELATIONSHIPS = {"self": "18", "spouse": "01", "child": "19", "other": "G8"}


def billing_provider(practice: PracticeProfile) -> BillingProvider:
    """The practice as loop 2000A names it."""
    return BillingProvider(
        practice.name,
        practice.npi,
        practice.tax_id,
        practice.taxonomy,
        practice.address,
        practice.pay_to,
    )


def professional_claim(
    claim: Claim,
    version: Version,
    visit: Visit,
    encounter: Encounter,
    subject: documents.Subject,
    practice: PracticeProfile,
    payer: PayerProfile,
) -> ProfessionalClaim:
    """The claim to write.

    Raises:
        Unwritable: the subject names no coverage, or a drug's NDC lacks its quantity.
    """
    coded = version.coded
    whole = _claim_authorization(coded)
    return ProfessionalClaim(
        id=patient_control_number(claim.claim_id, version.version),
        coverage=_coverage(subject, payer),
        frequency_code=version.frequency_code,
        place_of_service=coded.place_of_service,
        diagnoses=coded.diagnoses,
        lines=[
            _line(
                claim,
                version,
                line,
                encounter,
                None if whole else _authorization(coded, line),
                practice,
            )
            for line in coded.lines
        ],
        payer_control_number=version.replaces_number,
        authorization=whole,
        laboratory_number=practice.laboratory_number if needs_laboratory_number(coded) else None,
        note=_CORRECTED if version.frequency_code == "7" else None,
        facility=practice.facilities.get(coded.place_of_service),
        supervising=_supervisor(coded, practice),
        rendering=rendering_of(coded, visit, practice),
        referring=Provider(
            coded.referring.npi, coded.referring.last_name, coded.referring.first_name
        )
        if coded.referring
        else None,
    )


def _claim_authorization(coded: Coded) -> str | None:
    """`REF*G1` of the claim, where one number covers every line."""
    codes = {line.code for line in coded.lines}
    for each in coded.authorizations:
        if not each.codes or codes <= set(each.codes):
            return each.number
    return None


def _authorization(coded: Coded, line: CodedLine) -> str | None:
    return next((each.number for each in coded.authorizations if line.code in each.codes), None)


def _line(
    claim: Claim,
    version: Version,
    line: CodedLine,
    encounter: Encounter,
    authorization: str | None,
    practice: PracticeProfile,
) -> ServiceLine:
    laboratory = practice.outside_laboratory if is_bought(line) else None
    return ServiceLine(
        number=line.number,
        id=line_id(claim.claim_id, version.version, line.number),
        code=line.code,
        modifiers=line.modifiers,
        charge=line.charge,
        units=line.units,
        pointers=line.pointers,
        service_on=version.coded.date_of_service,
        authorization=authorization,
        drug=_drug(line, encounter),
        description=practice.descriptions.get(line.code),
        laboratory_number=laboratory.laboratory_number if laboratory else None,
        referring_laboratory_number=practice.laboratory_number if laboratory else None,
        purchased=Purchased(laboratory.npi, laboratory.prices[line.code] * line.units)
        if laboratory
        else None,
        facility=Facility(laboratory.name, laboratory.address, laboratory.npi)
        if laboratory
        else None,
    )


def _supervisor(coded: Coded, practice: PracticeProfile) -> Provider | None:
    """Who supervised a service billed incident-to, as the practice's list says."""
    npi = practice.supervisors.get(coded.rendering.npi)
    return practice.provider(npi) if npi else None


def _drug(line: CodedLine, encounter: Encounter) -> Drug | None:
    """The NDC of a drug line; wasted units (JW) are the same drug and repeat its NDC."""
    given = next(
        (
            drug
            for procedure_id in line.procedure_ids
            if (drug := encounter.drugs.get(procedure_id)) and drug.hcpcs == line.code
        ),
        None,
    )
    return _complete(given) if given else None


def _complete(given: DrugGiven) -> Drug:
    if given.quantity is None or given.unit is None:
        raise Unwritable("2410 CTP04", "The NDC lacks its quantity or unit.")
    return Drug(given.ndc.replace("-", ""), given.quantity, given.unit)


def _coverage(subject: documents.Subject, payer: PayerProfile) -> Coverage:
    policy = subject.coverage
    if policy is None:
        raise Unwritable("2010BA NM109", "The visit names no policy.")
    patient = _patient(subject.patient)
    billed = Payer(payer.name, payer.payer_id, payer.sbr_filing_code or "")
    relationship = _RELATIONSHIPS[policy.relationship]
    if policy.relationship == "self":
        return Coverage(billed, policy.member_id, patient, policy.group_number)
    if policy.subscriber is None:
        raise Unwritable("2010BA NM103", "The policy names no subscriber.")
    holder = policy.subscriber
    subscriber = Person(holder.first_name, holder.last_name, holder.birth_date, holder.sex)
    return Coverage(
        billed, policy.member_id, subscriber, policy.group_number, patient, relationship
    )


def _patient(patient: documents.Patient) -> Person:
    address = patient.address
    postal_code = address.postal_code.replace("-", "")
    return Person(
        patient.first_name,
        patient.last_name,
        patient.birth_date,
        patient.sex,
        Address(address.line1, address.city, address.state.upper(), postal_code),
    )
