"""What eligibility does with each input; HANDLERS is the table of contents."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.eligibility import wire
from services.eligibility.domain.case import Case
from services.eligibility.domain.classify import classify
from services.eligibility.domain.commands import RecordAuthorization, RecordVisit
from services.eligibility.domain.planned import Authorization, PlannedVisit
from shared.bus.stage import Asked, Decision, Handlers, Heard
from shared.clinical.criteria import Contractor
from shared.contracts.authorization_changed import AuthorizationChanged
from shared.contracts.encounter_documented import EncounterDocumented
from shared.contracts.event import Event
from shared.kernel.refused import Refused


@dataclass(frozen=True, slots=True)
class References:
    """What the rules read beside the case: the practice's Medicare contractor."""

    contractor: Contractor


def on_record_visit(
    case: Case, asked: Asked[RecordVisit], now: datetime, references: References
) -> Decision[Case]:
    """Classify a new or changed visit; the same document again changes nothing."""
    record = asked.data.record
    if case.visit is not None and case.visit.fingerprint == record.fingerprint:
        return Decision(case, answer=case)
    answer = classify(_with_register(case, asked.data.planned), references.contractor)
    after = replace(case, visit=record, answer=answer)
    return Decision(
        after,
        emit=[wire.visit_classified(after, now)],
        met=[f"visit:{record.visit_id}"],
        answer=after,
    )


def on_record_authorization(
    case: Case, asked: Asked[RecordAuthorization], now: datetime, references: References
) -> Decision[Case]:
    """Keep the payer's answer, and classify again: a need may be met or stand again."""
    command = asked.data
    if case.visit is None or case.answer is None:
        raise Refused("visit-unknown", "no such visit is recorded", "/visit_id")
    before = case.registered(command.authorization_id)
    after = case.with_authorization(command.authorization_id, command.authorization)
    changed = after.registered(command.authorization_id)
    if changed is None or before == changed:
        return Decision(case, answer=case)
    answer = classify(_with_register(after, command.planned), references.contractor)
    emit: list[Event] = [_changed(after, changed, now)]
    if answer != case.answer:
        after = replace(after, answer=answer)
        emit.append(wire.visit_classified(after, now))
    return Decision(after, emit=emit, answer=after)


def on_encounter_documented(
    case: Case, heard: Heard[EncounterDocumented], now: datetime, _: References
) -> Decision[Case]:
    """Count the units of authorizations that the documented procedures used (`EL-22`)."""
    event = heard.data
    served = tuple((each.kind, wire.billed_code(each)) for each in event.encounter.procedures)
    if case.served.get(event.encounter_id) == served:
        return Decision(case)
    after = case.with_served(event.encounter_id, served)
    changes = [
        _changed(after, used, now)
        for known, used in zip(case.authorizations(), after.authorizations(), strict=True)
        if known != used
    ]
    return Decision(after, emit=changes)


def _with_register(case: Case, planned: PlannedVisit) -> PlannedVisit:
    return replace(planned, authorizations=case.authorizations())


def _changed(case: Case, authorization: Authorization, now: datetime) -> AuthorizationChanged:
    if case.visit is None:
        raise AssertionError("an authorization is registered for a visit")
    return AuthorizationChanged(
        case_id=case.case_id,
        practice_id=case.practice_id,
        occurred_at=now,
        visit_id=case.visit.visit_id,
        authorization=wire.authorization_document(authorization),
    )


HANDLERS: Handlers[Case, References] = {
    RecordVisit: on_record_visit,
    RecordAuthorization: on_record_authorization,
    EncounterDocumented: on_encounter_documented,
}
