"""What other services say: who the patient is, what was done, what coding decided."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.submission.domain.claim import Case, Claim, Version
from services.submission.domain.commands import LookAgain, References, Release
from services.submission.domain.deciding import decide_again, decide_version
from services.submission.domain.readiness import PROFILE_REASONS
from services.submission.wire import events as wire
from shared.bus.errors import NotYet
from shared.bus.stage import Asked, Decision, Heard
from shared.contracts.claim_coded import ClaimCoded
from shared.contracts.encounter_documented import EncounterDocumented
from shared.contracts.visit_classified import VisitClassified
from shared.kernel.refused import Refused


def on_visit_classified(
    case: Case, heard: Heard[VisitClassified], now: datetime, references: References
) -> Decision[Case]:
    """Keep payer and sealed patient; what waited for them is decided again."""
    event = heard.data
    known = case.visits.get(event.visit_id)
    if known is None or known.heard_at <= event.occurred_at:
        case = replace(case, visits={**case.visits, event.visit_id: wire.visit(event)})
        case = look_again(case, now, references, f"visit {event.visit_id}", heard.event_id)
    return Decision(case, met=[f"visit:{event.visit_id}"])


def on_encounter_documented(
    case: Case, heard: Heard[EncounterDocumented], now: datetime, references: References
) -> Decision[Case]:
    """Keep what a claim needs of the encounter beyond its codes."""
    event = heard.data
    known = case.encounters.get(event.encounter_id)
    if known is None or known.version < event.encounter_version:
        encounter = wire.encounter(event)
        case = replace(case, encounters={**case.encounters, event.encounter_id: encounter})
    versions = range(1, event.encounter_version + 1)
    return Decision(case, met=[_encounter_fact(event.encounter_id, n) for n in versions])


def on_claim_coded(
    case: Case, heard: Heard[ClaimCoded], now: datetime, references: References
) -> Decision[Case]:
    """Take a version in: ready, held with its reason, or waiting for the answer to the one sent.

    Raises:
        NotYet: the visit or the encounter it was coded from has not been heard.
    """
    event = heard.data
    if event.visit_id is not None and event.visit_id not in case.visits:
        raise NotYet(f"visit:{event.visit_id}")
    encounter = case.encounters.get(event.encounter_id)
    if encounter is None or encounter.version < event.encounter_version:
        raise NotYet(_encounter_fact(event.encounter_id, event.encounter_version))
    document = event.claim
    claim = case.claims.get(document.claim_id) or Claim(
        document.claim_id, event.encounter_id, event.visit_id
    )
    if claim.versions and claim.latest.version >= document.version:
        return Decision(case)
    visit = case.visits.get(event.visit_id or "")
    profiles = references.of(case.practice_id)
    coded = wire.coded(document)
    claim = decide_version(claim, document.version, coded, visit, profiles, now, heard.event_id)
    return Decision(case.with_claim(claim))


def on_look_again(
    case: Case, asked: Asked[LookAgain], now: datetime, references: References
) -> Decision[Case]:
    """Decide again what a missing or changed profile had held."""
    return Decision(look_again(case, now, references, asked.actor or "profile", asked.message_id))


def on_release(
    case: Case, asked: Asked[Release], now: datetime, references: References
) -> Decision[Case]:
    """Decide a held claim again; what is still missing holds it again.

    Raises:
        Refused: its latest version is not held.
    """
    claim = case.claims.get(asked.data.claim_id)
    if claim is None or claim.latest.state != "held":
        raise Refused("claim-not-held", "the latest version of the claim is not held")
    visit = case.visits.get(claim.visit_id or "")
    profiles = references.of(case.practice_id)
    by = asked.actor or "person"
    claim = decide_again(claim, visit, profiles, now, by, asked.message_id, lambda _: True)
    return Decision(case.with_claim(claim), answer=claim.latest.state)


def look_again(
    case: Case, now: datetime, references: References, by: str, event_id: UUID | None
) -> Case:
    """Every claim that a profile or visit may free or change."""
    return again(case, now, references, by, event_id, _of_profile_or_visit)


def again(
    case: Case,
    now: datetime,
    references: References,
    by: str,
    event_id: UUID | None,
    concerned: Callable[[Version], bool],
) -> Case:
    """Decide the last version of each claim again, where it concerns it."""
    profiles = references.of(case.practice_id)
    for claim in case.claims.values():
        visit = case.visits.get(claim.visit_id or "")
        case = case.with_claim(decide_again(claim, visit, profiles, now, by, event_id, concerned))
    return case


def _of_profile_or_visit(version: Version) -> bool:
    return version.hold is None or version.hold.reason in PROFILE_REASONS


def _encounter_fact(encounter_id: str, version: int) -> str:
    return f"encounter:{encounter_id}:{version}"
