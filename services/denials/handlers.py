"""What denials hears: every fact of a case is kept, and what the payer refused is judged by all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from services.denials.domain.case import Case, Denial, kept
from services.denials.domain.judging import judge
from services.denials.domain.tables import Tables
from services.denials.wire import events
from shared.bus.errors import NotYet
from shared.bus.stage import Decision, Handlers, Heard
from shared.contracts.authorization_changed import AuthorizationChanged
from shared.contracts.claim_accepted import ClaimAccepted
from shared.contracts.claim_coded import ClaimCoded
from shared.contracts.claim_rejected import ClaimRejected
from shared.contracts.claim_submitted import ClaimSubmitted
from shared.contracts.denial_received import DenialReceived
from shared.contracts.encounter_documented import EncounterDocumented
from shared.contracts.event import Event
from shared.contracts.pathology_returned import PathologyReturned
from shared.contracts.remittance_posted import RemittancePosted
from shared.contracts.visit_classified import VisitClassified

E = TypeVar("E", bound=Event)


def on_visit_classified(case: Case, heard: Heard[VisitClassified]) -> Case:
    """Coverage, classes and authorizations as they were told last."""
    return replace(case, visit=events.visit_facts(heard.data, str(heard.event_id)))


def on_authorization_changed(case: Case, heard: Heard[AuthorizationChanged]) -> Case:
    """The last word on an authorization."""
    event = heard.data
    held = events.authorization(event.authorization, str(heard.event_id), event.occurred_at)
    return replace(case, changed_authorizations=kept(case.changed_authorizations, held, "event_id"))


def on_encounter_documented(case: Case, heard: Heard[EncounterDocumented]) -> Case:
    """What the note records; an addendum takes its place."""
    note = events.encounter_note(heard.data, str(heard.event_id))
    return replace(case, notes=kept(case.notes, note, "encounter_id", "version"))


def on_pathology_returned(case: Case, heard: Heard[PathologyReturned]) -> Case:
    """The last revision of each result."""
    result = events.result(heard.data, str(heard.event_id))
    return replace(case, results=kept(case.results, result, "series", "revision"))


def on_claim_coded(case: Case, heard: Heard[ClaimCoded]) -> Case:
    """Every version of a claim: a payer may answer any that was sent."""
    version = events.coded_version(heard.data, str(heard.event_id))
    named = version.claim.claim_id, version.claim.version
    return case if case.version(*named) else replace(case, versions=(*case.versions, version))


def on_claim_submitted(case: Case, heard: Heard[ClaimSubmitted]) -> Case:
    """When a version left."""
    sent = events.submission(heard.data, str(heard.event_id))
    return replace(case, submissions=kept(case.submissions, sent, "event_id"))


def on_claim_accepted(case: Case, heard: Heard[ClaimAccepted]) -> Case:
    """Acceptances prove timely filing; only the payer's does."""
    accepted = events.acceptance(heard.data, str(heard.event_id))
    return replace(case, acknowledgements=kept(case.acknowledgements, accepted, "event_id"))


def on_claim_rejected(case: Case, heard: Heard[ClaimRejected]) -> Case:
    """A rejection is no denial; it is part of the story."""
    rejected = events.rejection(heard.data, str(heard.event_id))
    return replace(case, acknowledgements=kept(case.acknowledgements, rejected, "event_id"))


def on_remittance_posted(case: Case, heard: Heard[RemittancePosted]) -> Case:
    """A payer's answer; the version it answers may still be on its way here."""
    event = heard.data
    if case.version(event.claim_id, event.version) is None:
        raise NotYet(awaited(event.claim_id, event.version))
    remittance = events.remittance(event, str(heard.event_id))
    return replace(case, remittances=kept(case.remittances, remittance, "event_id"))


def awaited(claim_id: str, version: int) -> str:
    """How a version of a claim is named while a remittance waits for it."""
    return f"claim:{claim_id}-{version}"


Keep = Callable[[Case, Heard[E]], Case]
Handler = Callable[[Case, Heard[E], datetime, Tables], Decision[Case]]


def judging(keep: Keep[E]) -> Handler[E]:
    """Keep the fact, then judge anew what payers refused: facts may come in any order."""

    def handle(case: Case, heard: Heard[E], now: datetime, tables: Tables) -> Decision[Case]:
        after, news = judge(keep(case, heard), tables)
        met = (
            [awaited(heard.data.claim.claim_id, heard.data.claim.version)]
            if isinstance(heard.data, ClaimCoded)
            else []
        )
        return Decision(after, emit=[_received(after, each, now) for each in news], met=met)

    return handle


HANDLERS: Handlers[Case, Tables] = {
    VisitClassified: judging(on_visit_classified),
    AuthorizationChanged: judging(on_authorization_changed),
    EncounterDocumented: judging(on_encounter_documented),
    PathologyReturned: judging(on_pathology_returned),
    ClaimCoded: judging(on_claim_coded),
    ClaimSubmitted: judging(on_claim_submitted),
    ClaimAccepted: judging(on_claim_accepted),
    ClaimRejected: judging(on_claim_rejected),
    RemittancePosted: judging(on_remittance_posted),
}


def _received(case: Case, denial: Denial, now: datetime) -> DenialReceived:
    answer = denial.answer
    return DenialReceived(
        case_id=case.case_id,
        practice_id=case.practice_id,
        occurred_at=now,
        version=denial.version,
        denial=events.denial_document(case.case_id, denial),
        next_action=answer.next_action,
        says=answer.says,
    )
