"""What a case waits for, since when, until when, and who has to bring it."""

from dataclasses import dataclass
from datetime import UTC, datetime, time

from services.operations.domain.case import Case, Claim, DenialSeen, EncounterSeen
from services.operations.domain.standing import open_denials, state_of
from shared.kernel.business_days import PRACTICE_ZONE, after_business_days

# Who answers a need of eligibility; the front desk where nobody else does.
_NEED_OF = {
    "prior_authorization": "payer",
    "diagnosis": "provider",
    "medical_necessity_facts": "provider",
    "service_details": "provider",
    "conflict_resolution": "provider",
    "cosmetic_consent": "patient",
    "noncoverage_waiver": "patient",
    "abn": "patient",
    "organization_determination": "payer",
}
_FINAL = frozenset({"final", "corrected"})
# What the next step of a claim is and who takes it, by the state it stands in.
_NEXT = {
    "ready": ("to be sent", "submission"),
    "sent": ("the clearinghouse's acknowledgement", "clearinghouse"),
    "received": ("the clearinghouse's acceptance", "clearinghouse"),
    "accepted_clearinghouse": ("the payer's acceptance", "payer"),
    "accepted_payer": ("the remittance", "payer"),
    "rejected": ("the rejection to be mended", "billing"),
}
# Who lifts a hold of coding; the coder where nobody else does.
_HOLDER = {
    "pathology_pending": "lab",
    "pathology_overdue": "lab",
    "pathology_review": "pathology review",
    "missing_fact": "provider",
    "size_conflict": "provider",
    "count_conflict": "provider",
    "class_conflict": "provider",
    "prior_authorization": "payer",
    "authorization_check": "front desk",
}
# Who mends what submission keeps from leaving, by the stage the mend belongs to.
_MENDER = {"intake": "front desk", "documentation": "provider", "coding": "coder"}
_SAME_DAY_ENDS = time(23, 59, 59)
_DAYS_TO_ANSWER_A_QUERY = 2


@dataclass(frozen=True, slots=True)
class Wait:
    """`due_at` None: no date is set for it."""

    on: str
    since: datetime
    who: str
    due_at: datetime | None = None


def waits_of(case: Case) -> tuple[Wait, ...]:
    """Everything the case waits for, the longest wait first."""
    found = [
        *_before_the_encounter(case),
        *_of_the_encounters(case),
        *(wait for claim in case.claims for wait in _of_a_claim(claim)),
    ]
    return tuple(sorted(found, key=lambda wait: (wait.since, wait.on)))


def _before_the_encounter(case: Case) -> list[Wait]:
    visit = case.visit
    if visit is None or case.encounters or visit.status in ("cancelled", "no_show"):
        return []
    needs = [
        Wait(need.replace("_", " "), visit.heard_at, _NEED_OF.get(need, "front desk"))
        for need in visit.needs
    ]
    signed = Wait(
        "the signed encounter",
        visit.scheduled_at,
        "provider",
        _end_of_day(visit.scheduled_at),
    )
    return [*needs, signed]


def _of_the_encounters(case: Case) -> list[Wait]:
    queries = [
        Wait(
            f"the answer to a documentation query of encounter {query.encounter_id}",
            query.asked_at,
            "provider",
            after_business_days(query.asked_at, _DAYS_TO_ANSWER_A_QUERY),
        )
        for query in case.queries
        if query.open
    ]
    unread = [
        Wait(f"somebody to read result {result.accession}", result.reported_at, "pathology review")
        for result in case.results
        if result.status in _FINAL and not result.read
    ]
    return [*queries, *unread, *(w for each in case.encounters for w in _specimens(case, each))]


def _specimens(case: Case, encounter: EncounterSeen) -> list[Wait]:
    returned = {result.specimen_id for result in case.results if result.status in _FINAL}
    return [
        Wait(f"the result of specimen {specimen.specimen_id}", specimen.since, "lab")
        for specimen in encounter.specimens
        if specimen.specimen_id not in returned
    ]


def _of_a_claim(claim: Claim) -> list[Wait]:
    latest = claim.latest
    state = state_of(claim)
    waits = [_denial(denial) for denial in open_denials(claim)]
    if latest is None:
        return waits
    if latest.status in ("held", "needs_review") and state in ("held", "coded"):
        waits += [
            Wait(
                hold.detail,
                latest.coded_at,
                _HOLDER.get(hold.reason, "coder"),
                datetime.combine(hold.release_on, time(), PRACTICE_ZONE)
                if hold.release_on
                else None,
            )
            for hold in latest.holds
        ] or [Wait("a person to decide", latest.coded_at, "coder")]
    elif state == "held":
        kept = [step for step in claim.steps if step.version == latest.version]
        last = max(kept, key=lambda step: step.at)
        waits.append(Wait(last.says, last.at, _MENDER.get(last.by, "billing")))
    elif latest.status == "ready" and state in _NEXT:
        on, who = _NEXT[state]
        steps = [step.at for step in claim.steps if step.version == latest.version]
        waits.append(Wait(on, max(steps, default=latest.coded_at), who))
    return waits


def _denial(denial: DenialSeen) -> Wait:
    due_at = (
        datetime.combine(denial.due_on, _SAME_DAY_ENDS, PRACTICE_ZONE).astimezone(UTC)
        if denial.due_on
        else None
    )
    action = denial.next_action.replace("_", " ")
    return Wait(f"the denial's next step: {action}", denial.heard_at, "denials", due_at)


def _end_of_day(instant: datetime) -> datetime:
    day = instant.astimezone(PRACTICE_ZONE).date()
    return datetime.combine(day, _SAME_DAY_ENDS, PRACTICE_ZONE)
