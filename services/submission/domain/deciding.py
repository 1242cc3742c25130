"""Versions of a claim: what a new one becomes, and what a waiting one becomes after an answer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from services.submission.domain.change import decide_change
from services.submission.domain.change_facts import (
    Action,
    ChangeFacts,
    ChangeKind,
    ClaimFacts,
    PayerFacts,
)
from services.submission.domain.claim import Claim, Coded, Hold, Step, Version, Visit
from services.submission.domain.lifecycle import State
from services.submission.domain.profile import Profiles
from services.submission.domain.readiness import missing, with_charges

WAITING = "answer_awaited"
"""The hold of a version that waits for what becomes of the one before it."""

_UNKNOWN_PAYER = PayerFacts(program=None, accepts_replacement=False)
_FREQUENCIES: dict[Action, str] = {"new_claim": "1", "replace": "7", "void": "8"}


def decide_version(
    claim: Claim,
    number: int,
    coded: Coded,
    visit: Visit | None,
    profiles: Profiles,
    now: datetime,
    event_id: UUID | None,
) -> Claim:
    """The claim with a newly coded version, in place of those that never left (CH-1)."""
    claim = replace(
        claim,
        versions=tuple(_withdrawn(each, number, now, event_id) for each in claim.versions),
    )
    version = Version(number, coded, "coded", coded.frequency_code)
    version = replace(version, history=(Step("coded", now, "coding", event_id),))
    return _placed(claim, version, visit, profiles, now, "coding", event_id)


def decide_again(
    claim: Claim,
    visit: Visit | None,
    profiles: Profiles,
    now: datetime,
    by: str,
    event_id: UUID | None,
    concerned: Callable[[Version], bool],
) -> Claim:
    """The claim after something new has come; a last version that never left is decided again."""
    version = claim.latest
    if version.was_sent or version.state not in ("held", "ready") or not concerned(version):
        return claim
    return _placed(claim, version, visit, profiles, now, by, event_id)


def _withdrawn(version: Version, by_version: int, now: datetime, event_id: UUID | None) -> Version:
    if version.was_sent or version.state == "withdrawn":
        return version
    gone = replace(version, hold=None, ready_at=None)
    return gone.step("withdrawn", now, f"version {by_version}", event_id)


def _placed(
    claim: Claim,
    version: Version,
    visit: Visit | None,
    profiles: Profiles,
    now: datetime,
    by: str,
    event_id: UUID | None,
) -> Claim:
    decided = _decided(claim, version, visit, profiles, now.date())
    unchanged = decided.state == version.state and decided.hold == version.hold
    if not unchanged:
        decided = decided.step(decided.state, now, by, event_id)
    if decided.state != "ready":
        return claim.with_version(replace(decided, ready_at=None))
    same_bill = unchanged and decided.replaces_number == version.replaces_number
    return claim.with_version(replace(decided, ready_at=version.ready_at if same_bill else now))


def _decided(
    claim: Claim, version: Version, visit: Visit | None, profiles: Profiles, today: date
) -> Version:
    """The version with the state, frequency, number and hold it deserves now; no history yet."""
    coded = version.coded
    if coded.status in ("held", "needs_review"):
        says = f"Coding holds the claim: {coded.hold_reason or coded.status}."
        return _held(version, Hold(f"coding_{coded.status}", says))
    standing = claim.standing()
    billable = coded.status == "ready" and coded.frequency_code != "8" and bool(coded.lines)
    if standing is None:
        if not billable:
            return replace(version, state="coded", hold=None)
        if coded.frequency_code != "1":
            says = "Coding replaces a claim that never left."
            return _held(version, Hold("review", says, "/frequency_code"))
        return _checked(version, coded, "1", None, visit, profiles)
    same = billable and coded.same_bill(standing.coded) and standing.state != "rejected"
    if same:
        return replace(version, state="coded", hold=None)
    answer = decide_change(
        _facts(claim, standing),
        _payer_facts(standing, profiles),
        ChangeFacts(_kind(standing, billable), True, today),
        today,
    )
    if answer.action == "none":
        return replace(version, state="coded", hold=None)
    if answer.action == "wait":
        says = f"{answer.says} Waits for: {answer.wait_for}."
        return _held(version, Hold(WAITING, says))
    frequency_code = _FREQUENCIES.get(answer.action)
    if frequency_code is None:
        return _held(version, Hold(answer.action, answer.says))
    # A void repeats the claim it takes back: the payer compares them.
    content = standing.coded if frequency_code == "8" else coded
    number = _number(claim, standing) if frequency_code in ("7", "8") else None
    return _checked(version, content, frequency_code, number, visit, profiles)


def _kind(standing: Version, billable: bool) -> ChangeKind:
    """What the change is: a rejection as duplicate means a twin that is found first (CH-3)."""
    if standing.state == "rejected" and standing.rejected_as_duplicate:
        return "duplicate_sent"
    return "codes" if billable else "no_billable_line"


def _checked(
    version: Version,
    coded: Coded,
    frequency_code: str,
    replaces_number: str | None,
    visit: Visit | None,
    profiles: Profiles,
) -> Version:
    """Ready, or held by what is missing; the frequency and number it will leave with are set."""
    charged = with_charges(coded, profiles.practice)
    version = replace(
        version,
        coded=replace(charged, status=version.coded.status),
        frequency_code=frequency_code,
        replaces_number=replaces_number,
        payer_id=visit.payer_id if visit else None,
    )
    hold = missing(charged, visit, profiles)
    return _held(version, hold) if hold else replace(version, state="ready", hold=None)


def _held(version: Version, hold: Hold) -> Version:
    return replace(version, state="held", hold=hold)


def _payer_facts(standing: Version, profiles: Profiles) -> PayerFacts:
    payer = profiles.payers.get(standing.payer_id or "")
    return payer.facts() if payer else _UNKNOWN_PAYER


def _facts(claim: Claim, standing: Version) -> ClaimFacts:
    # A version in a file that has not been handed over can no longer be taken out: it is sent.
    state: State = "sent" if standing.state == "batched" else standing.state
    last = standing.postings[-1] if standing.postings else None
    return ClaimFacts(
        state=state,
        frequency_code=standing.frequency_code,
        date_of_service=standing.coded.date_of_service,
        rejected_by=standing.rejected_by,
        remittance_on=last.posted_on if last else None,
        payer_control_number=_number(claim, standing),
        paid=sum((each.paid for each in standing.postings), start=standing.coded.charge * 0),
        unprocessable=bool(last and last.unprocessable),
    )


def _number(claim: Claim, standing: Version) -> str | None:
    """The payer's number to correct: the standing version's, or the earlier one's if it bounced."""
    return claim.latest_number() if standing.state == "rejected" else standing.payer_control_number
