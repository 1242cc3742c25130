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
    TakenBack,
)
from services.submission.handlers.answers import on_acknowledge, on_post_remittance
from services.submission.handlers.filing import (
    on_answered,
    on_file_taken,
    on_hand_over,
    on_put_into_file,
    on_stopped,
    on_taken_back,
)
from services.submission.handlers.hearing import (
    on_claim_coded,
    on_encounter_documented,
    on_look_again,
    on_release,
    on_visit_classified,
)
from services.submission.handlers.holding import telling_holds
from shared.bus.stage import Answered, Handlers
from shared.contracts.claim_coded import ClaimCoded
from shared.contracts.encounter_documented import EncounterDocumented
from shared.contracts.visit_classified import VisitClassified

HANDLERS: Handlers[Case, References] = {
    VisitClassified: telling_holds(on_visit_classified),
    EncounterDocumented: on_encounter_documented,
    ClaimCoded: telling_holds(on_claim_coded),
    LookAgain: telling_holds(on_look_again),
    Release: telling_holds(on_release),
    HandOver: on_hand_over,
    Answered: on_answered,
    PutIntoFile: on_put_into_file,
    FileTaken: on_file_taken,
    Stopped: telling_holds(on_stopped),
    TakenBack: on_taken_back,
    Acknowledge: telling_holds(on_acknowledge),
    PostRemittance: telling_holds(on_post_remittance),
}
