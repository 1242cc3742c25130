"""One function per event and command; `HANDLERS` is the table of contents."""

from services.submission.domain.claim import Case
from services.submission.domain.commands import (
    Acknowledge,
    FileTaken,
    HandOver,
    LookAgain,
    PostRemittance,
    PutIntoFile,
    References,
    Release,
    Stopped,
)
from services.submission.handlers.answers import on_acknowledge, on_post_remittance
from services.submission.handlers.filing import (
    on_answered,
    on_file_taken,
    on_hand_over,
    on_put_into_file,
    on_stopped,
)
from services.submission.handlers.hearing import (
    on_claim_coded,
    on_encounter_documented,
    on_look_again,
    on_release,
    on_visit_classified,
)
from shared.bus.stage import Answered, Handlers
from shared.contracts.claim_coded import ClaimCoded
from shared.contracts.encounter_documented import EncounterDocumented
from shared.contracts.visit_classified import VisitClassified

HANDLERS: Handlers[Case, References] = {
    VisitClassified: on_visit_classified,
    EncounterDocumented: on_encounter_documented,
    ClaimCoded: on_claim_coded,
    LookAgain: on_look_again,
    Release: on_release,
    HandOver: on_hand_over,
    Answered: on_answered,
    PutIntoFile: on_put_into_file,
    FileTaken: on_file_taken,
    Stopped: on_stopped,
    Acknowledge: on_acknowledge,
    PostRemittance: on_post_remittance,
}
