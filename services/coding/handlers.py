"""What coding does with each event, command and timer: keep the fact, code again, tell a change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from uuid import UUID

from services.coding import wire
from services.coding.domain.case import Case
from services.coding.domain.claim import (
    PATHOLOGY_PENDING,
    Change,
    Claim,
    Version,
    differences,
)
from services.coding.domain.pending import ALERT_AFTER, REVIEW_AFTER
from services.coding.domain.references import References
from services.coding.domain.rulebook import code
from shared.bus.stage import Asked, Decision, Due, Handlers, Heard
from shared.contracts.authorization_changed import AuthorizationChanged
from shared.contracts.claim_accepted import ClaimAccepted
from shared.contracts.claim_coded import ClaimCoded
from shared.contracts.claim_rejected import ClaimRejected
from shared.contracts.denial_received import DenialReceived
from shared.contracts.encounter_documented import EncounterDocumented
from shared.contracts.pathology_returned import PathologyReturned
from shared.contracts.visit_classified import VisitClassified
from shared.kernel.business_days import PRACTICE_ZONE, first_business_day
from shared.kernel.ids import claim_id

ALERT, REVIEW, WAITED = "pathology_alert", "pathology_review", "pathology_waited"


_DUE = {
    ALERT: "Day 7 without a final report.",
    REVIEW: "Day 14 without a final report.",
    WAITED: "The practice waits no longer for the report.",
}


@dataclass(frozen=True, slots=True)
class Recode:
    """Code the case again: fees or tables changed, or a person asks."""


@dataclass(frozen=True, slots=True)
class _Cause:
    """What made coding decide again: its id and a sentence."""

    id: str
    why: str


def on_visit_classified(
    case: Case, heard: Heard[VisitClassified], now: datetime, references: References
) -> Decision[Case]:
    """Keep who pays for what; code again where an encounter is known."""
    known = case.with_visit(wire.visit_of(heard.data))
    return _decide(known, now, references, _cause(heard.event_id, "The visit was classified."))


def on_authorization_changed(
    case: Case, heard: Heard[AuthorizationChanged], now: datetime, references: References
) -> Decision[Case]:
    """Keep the authorization; its number goes on the claim once approved."""
    known = case.with_authorization(wire.authorization_of(heard.data))
    return _decide(known, now, references, _cause(heard.event_id, "An authorization changed."))


def on_encounter_documented(
    case: Case, heard: Heard[EncounterDocumented], now: datetime, references: References
) -> Decision[Case]:
    """Keep the highest version of the encounter and code it."""
    event = heard.data
    known = case.with_encounter(wire.documented_of(event))
    why = f"Encounter {event.encounter_id}, version {event.encounter_version}, was documented."
    return _decide(known, now, references, _cause(heard.event_id, why))


def on_pathology_returned(
    case: Case, heard: Heard[PathologyReturned], now: datetime, references: References
) -> Decision[Case]:
    """Keep the report; code again if it changes the diagnosis or what was billed."""
    result = heard.data.result
    known = case.with_result(wire.result_of(heard.data))
    why = f"{result.status.capitalize()} pathology, result {result.result_id}."
    return _decide(known, now, references, _cause(heard.event_id, why))


def on_claim_accepted(
    case: Case, heard: Heard[ClaimAccepted], now: datetime, references: References
) -> Decision[Case]:
    """Once the payer took a version, later ones replace it; a clearinghouse only passes it on."""
    if heard.data.by != "payer":
        return Decision(case)
    return Decision(case.with_answer(wire.accepted_of(heard.data)))


def on_claim_rejected(
    case: Case, heard: Heard[ClaimRejected], now: datetime, references: References
) -> Decision[Case]:
    """A rejected version was never adjudicated: it replaces nothing and is replaced by nothing."""
    return Decision(case.with_answer(wire.rejected_of(heard.data)))


def on_denial_received(
    case: Case, heard: Heard[DenialReceived], now: datetime, references: References
) -> Decision[Case]:
    """Keep the denial; a claim changes only when a fact behind it does."""
    denial = heard.data.denial
    return Decision(case.with_denial(denial.denial_id, denial.root_cause))


def on_hold_due(case: Case, due: Due, now: datetime, references: References) -> Decision[Case]:
    """A report is late: on day 7 it is said, on day 14 a person is asked; or the wait is over."""
    why = next(says for kind, says in _DUE.items() if due.kind.startswith(kind))
    cause = _Cause(f"timer:{due.kind}", why)
    return _decide(case, now, references, cause)


def on_recode(
    case: Case, asked: Asked[Recode], now: datetime, references: References
) -> Decision[Case]:
    """Decide again by the tables and fees of now."""
    cause = _Cause(str(asked.message_id or f"request:{asked.actor}"), "Coded again on request.")
    return _decide(case, now, references, cause)


HANDLERS: Handlers[Case, References] = {
    VisitClassified: on_visit_classified,
    AuthorizationChanged: on_authorization_changed,
    EncounterDocumented: on_encounter_documented,
    PathologyReturned: on_pathology_returned,
    ClaimAccepted: on_claim_accepted,
    ClaimRejected: on_claim_rejected,
    DenialReceived: on_denial_received,
    Recode: on_recode,
    ALERT: on_hold_due,
    REVIEW: on_hold_due,
    WAITED: on_hold_due,
}


def _cause(event_id: UUID, why: str) -> _Cause:
    return _Cause(str(event_id), why)


def _decide(case: Case, now: datetime, references: References, cause: _Cause) -> Decision[Case]:
    """Code every encounter of the case; tell those whose decision changed."""
    emitted: list[ClaimCoded] = []
    timers: dict[str, datetime | None] = {}
    today = now.astimezone(PRACTICE_ZONE).date()
    for encounter_id in sorted(case.encounters):
        claim = code(case.facts(encounter_id, references), references.tables, today)
        timers |= _timers(encounter_id, claim, now)
        issued = case.claims.get(encounter_id)
        if issued is not None and claim.same_content(issued.last.claim):
            continue
        version = _next_version(case, encounter_id, claim, cause)
        case = case.with_claim(encounter_id, version)
        emitted.append(_coded(case, encounter_id, version, now))
    return Decision(case, emit=emitted, timers=timers)


def _next_version(case: Case, encounter_id: str, claim: Claim, cause: _Cause) -> Version:
    issued = case.claims.get(encounter_id)
    frequency = case.frequency(encounter_id, claim)
    if issued is None:
        return Version(claim_id(case.case_id, encounter_id), 1, frequency, claim, ())
    last = issued.last
    what = differences(last.claim, claim)
    why = cause.why
    if last.frequency != frequency:
        what = f"{what}; frequency {last.frequency} -> {frequency}"
    if frequency == "7":
        why = f"{why} The payer has the claim: corrected claim with the payer's control number."
    elif frequency == "8":
        why = f"{why} Nothing billable is left of a claim the payer has: void."
    change = Change(last.version, what, why, cause.id)
    return Version(last.claim_id, last.version + 1, frequency, claim, (*last.changes, change))


def _coded(case: Case, encounter_id: str, version: Version, now: datetime) -> ClaimCoded:
    documented = case.encounters[encounter_id]
    return ClaimCoded(
        case_id=case.case_id,
        practice_id=case.practice_id,
        occurred_at=now,
        encounter_id=encounter_id,
        encounter_version=documented.version,
        visit_id=documented.encounter.visit_id,
        claim=wire.claim_document(version, case.case_id),
    )


def _timers(encounter_id: str, claim: Claim, now: datetime) -> Mapping[str, datetime | None]:
    """When a hold is looked at again, at the start of the day.

    The laboratory is asked on the business day that follows the seventh day or is it; a person on
    the fourteenth; a wait of the practice's own ends on its day.
    """
    holds = [hold for hold in claim.holds if hold.reason == PATHOLOGY_PENDING]
    last = claim.date_of_service + REVIEW_AFTER
    waits = [day for hold in holds if (day := hold.release_on) is not None and day < last]
    days = {
        ALERT: first_business_day(claim.date_of_service + ALERT_AFTER) if holds else None,
        REVIEW: last if holds else None,
        WAITED: min(waits, default=None),
    }
    found: dict[str, datetime | None] = {}
    for kind, day in days.items():
        due = None if day is None else datetime.combine(day, time(), PRACTICE_ZONE).astimezone(UTC)
        found[f"{kind}:{encounter_id}"] = due if due is not None and due > now else None
    return found
