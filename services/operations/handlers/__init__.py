"""Every event of every service, drawn into the case. Operations emits nothing."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from services.operations.domain.case import Case, Entry
from services.operations.handlers import billing, clinic, sentences
from shared.bus.stage import Decision, Handlers, Heard
from shared.contracts.authorization_changed import AuthorizationChanged
from shared.contracts.claim_accepted import ClaimAccepted
from shared.contracts.claim_coded import ClaimCoded
from shared.contracts.claim_held import ClaimHeld
from shared.contracts.claim_rejected import ClaimRejected
from shared.contracts.claim_submitted import ClaimSubmitted
from shared.contracts.denial_received import DenialReceived
from shared.contracts.documentation_queried import DocumentationQueried
from shared.contracts.encounter_documented import EncounterDocumented
from shared.contracts.event import Event
from shared.contracts.pathology_overdue import PathologyOverdue
from shared.contracts.pathology_returned import PathologyReturned
from shared.contracts.pathology_unmatched import PathologyUnmatched
from shared.contracts.remittance_posted import RemittancePosted
from shared.contracts.visit_classified import VisitClassified

E = TypeVar("E", bound=Event)

_OF_A_CLAIM = (ClaimHeld, ClaimSubmitted, ClaimAccepted, ClaimRejected, RemittancePosted)


def _drawn(
    draw: Callable[[Case, Heard[E]], Case], says: Callable[[E], str]
) -> Callable[[Case, Heard[E], datetime, None], Decision[Case]]:
    """A handler that notes the event in the timeline and draws what it says into the case."""

    def on_event(case: Case, heard: Heard[E], now: datetime, _: None) -> Decision[Case]:
        if any(entry.event_id == heard.event_id for entry in case.timeline):
            return Decision(case)
        event = heard.data
        entry = Entry(
            event_id=heard.event_id,
            cause_id=heard.cause_id,
            type=type(event).__name__,
            service=event.owner,
            occurred_at=event.occurred_at,
            received_at=now,
            says=says(event),
            claim_id=_claim_of(event),
        )
        return Decision(draw(case.with_entry(entry), heard))

    return on_event


def _claim_of(event: Event) -> str | None:
    if isinstance(event, ClaimCoded):
        return event.claim.claim_id
    if isinstance(event, DenialReceived):
        return event.denial.claim_id
    if isinstance(event, _OF_A_CLAIM):
        return event.claim_id
    return None


HANDLERS: Handlers[Case, None] = {
    VisitClassified: _drawn(clinic.visit_classified, sentences.visit_classified),
    AuthorizationChanged: _drawn(clinic.noted, sentences.authorization_changed),
    EncounterDocumented: _drawn(clinic.encounter_documented, sentences.encounter_documented),
    DocumentationQueried: _drawn(clinic.documentation_queried, sentences.documentation_queried),
    PathologyReturned: _drawn(clinic.pathology_returned, sentences.pathology_returned),
    PathologyOverdue: _drawn(clinic.noted, sentences.pathology_overdue),
    PathologyUnmatched: _drawn(clinic.noted, sentences.pathology_unmatched),
    ClaimCoded: _drawn(billing.claim_coded, sentences.claim_coded),
    ClaimHeld: _drawn(billing.claim_held, sentences.claim_held),
    ClaimSubmitted: _drawn(billing.claim_submitted, sentences.claim_submitted),
    ClaimAccepted: _drawn(billing.claim_accepted, sentences.claim_accepted),
    ClaimRejected: _drawn(billing.claim_rejected, sentences.claim_rejected),
    RemittancePosted: _drawn(billing.remittance_posted, sentences.remittance_posted),
    DenialReceived: _drawn(billing.denial_received, sentences.denial_received),
}
