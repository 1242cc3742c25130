"""Every event there is. A topic is named here or it does not exist."""

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

EVENTS: tuple[type[Event], ...] = (
    VisitClassified,
    AuthorizationChanged,
    EncounterDocumented,
    DocumentationQueried,
    PathologyReturned,
    PathologyOverdue,
    PathologyUnmatched,
    ClaimCoded,
    ClaimHeld,
    ClaimSubmitted,
    ClaimAccepted,
    ClaimRejected,
    RemittancePosted,
    DenialReceived,
)

BY_TOPIC: dict[str, type[Event]] = {event.topic: event for event in EVENTS}
