"""One plain sentence per event: what a billing manager reads. Ids, codes and money, no patient."""

from decimal import Decimal

from shared.contracts.authorization_changed import AuthorizationChanged
from shared.contracts.claim_accepted import ClaimAccepted
from shared.contracts.claim_coded import ClaimCoded
from shared.contracts.claim_held import ClaimHeld
from shared.contracts.claim_rejected import ClaimRejected
from shared.contracts.claim_submitted import ClaimSubmitted
from shared.contracts.denial_received import DenialReceived
from shared.contracts.documentation_queried import DocumentationQueried
from shared.contracts.encounter_documented import EncounterDocumented
from shared.contracts.pathology_overdue import PathologyOverdue
from shared.contracts.pathology_returned import PathologyReturned
from shared.contracts.pathology_unmatched import PathologyUnmatched
from shared.contracts.remittance_posted import RemittancePosted
from shared.contracts.visit_classified import VisitClassified

_STATUS = {
    "ready": "ready to send",
    "held": "held",
    "needs_review": "in review",
    "patient_pay": "for the patient to pay",
    "no_charge": "without a charge",
}
_FREQUENCY = {"1": "an original", "7": "a replacement", "8": "a void"}


def visit_classified(event: VisitClassified) -> str:
    said = f"Visit {event.visit_id} is {event.status.replace('_', ' ')} and {event.classification}"
    return f"{said}; it needs {_listed(event.needs)}." if event.needs else f"{said}."


def authorization_changed(event: AuthorizationChanged) -> str:
    authorization = event.authorization
    of = authorization.code or (authorization.service_kind or "a service").replace("_", " ")
    return f"The authorization of {of} is {authorization.status}."


def encounter_documented(event: EncounterDocumented) -> str:
    done = len(event.encounter.procedures)
    said = f"Encounter {event.encounter_id} was signed with {_counted(done, 'procedure')}"
    if event.encounter_version > 1:
        said = f"Encounter {event.encounter_id} was amended (version {event.encounter_version})"
    return f"{said}; documentation has to be completed first." if event.blocks else f"{said}."


def documentation_queried(event: DocumentationQueried) -> str:
    if event.state == "closed":
        return f"The question about {event.field} was answered."
    return f"The provider was asked about {event.field} ({event.rule})."


def pathology_returned(event: PathologyReturned) -> str:
    means = event.behavior.replace("_", " ") if event.behavior else "to be read by a person"
    code = f", {event.icd10}" if event.icd10 else ""
    return (
        f"A {event.result.status} result of specimen {event.match.specimen_id} came:"
        f" {means}{code} (revision {event.revision})."
    )


def pathology_overdue(event: PathologyOverdue) -> str:
    return f"The result of specimen {event.specimen_id} is overdue ({event.level})."


def pathology_unmatched(event: PathologyUnmatched) -> str:
    return f"Result {event.result_id} of {event.lab_id} has found no specimen in three days."


def claim_coded(event: ClaimCoded) -> str:
    claim = event.claim
    codes = _listed([line.code for line in claim.lines]) or "no line"
    said = f"Version {claim.version} of claim {claim.claim_id} is {_STATUS[claim.status]}: {codes}"
    if claim.version > 1 and claim.changes:
        return f"{said}. {claim.changes[-1].what.rstrip('.')}."
    return f"{said}."


def claim_held(event: ClaimHeld) -> str:
    if not event.held:
        return f"Version {event.version} may leave: what held it is mended."
    return f"Version {event.version} is kept from leaving: {event.says}"


def claim_submitted(event: ClaimSubmitted) -> str:
    return (
        f"Version {event.version} was sent to {event.payer_id} as"
        f" {_FREQUENCY[event.frequency_code]} over {dollars(event.charge)}."
    )


def claim_accepted(event: ClaimAccepted) -> str:
    number = f" under {event.payer_control_number}" if event.payer_control_number else ""
    return f"The {event.by} accepted version {event.version}{number}."


def claim_rejected(event: ClaimRejected) -> str:
    by = {"interchange": "interchange check", "group": "group check"}.get(
        event.rejected_by, event.rejected_by
    )
    reason = f": {event.reasons[0].says.rstrip('.')}" if event.reasons else ""
    return f"The {by} rejected version {event.version}{reason}."


def remittance_posted(event: RemittancePosted) -> str:
    kind = {"reversal": "took back", "predetermination": "estimated"}.get(event.post_as, "paid")
    denied = sum(line.denied for line in event.lines)
    said = f"{event.payer_id} {kind} {dollars(abs(event.paid))} of {dollars(abs(event.charge))}"
    return f"{said} and denied {_counted(denied, 'line')}." if denied else f"{said}."


def denial_received(event: DenialReceived) -> str:
    denial = event.denial
    where = f"line {denial.line}" if denial.line else "the claim"
    return (
        f"{dollars(denial.denied_amount)} of {where} was denied"
        f" ({denial.group_code} {denial.carc}): {denial.root_cause.replace('_', ' ')}."
    )


def dollars(amount: Decimal) -> str:
    """An amount as people write it."""
    return f"${amount:,.2f}"


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in names)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
