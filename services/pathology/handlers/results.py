"""Results and what persons decide about them."""

from dataclasses import replace
from datetime import datetime

from services.pathology.domain.case import Attached, Case, Settlement
from services.pathology.domain.commands import (
    MatchResult,
    RecordResult,
    References,
    SettleResult,
    UnmatchResult,
)
from services.pathology.domain.matching import Unplaced
from services.pathology.domain.revisions import DECIDABLE, effective
from services.pathology.handlers.telling import take_waiting, told
from shared.bus.errors import Transient
from shared.bus.stage import Asked, Decision
from shared.clinical.diagnoses import diagnoses
from shared.kernel.refused import Refused


def on_record_result(
    case: Case, asked: Asked[RecordResult], now: datetime, references: References
) -> Decision[Case]:
    """Attach a result to its specimen; the same result again changes nothing."""
    report, known = asked.data.report, references.of(case.practice_id)
    if case.knows(report) or report.identity in case.detached:
        return Decision(case)
    placed = known.place(report, case)
    if isinstance(placed, Unplaced) or placed.case_id != case.case_id:
        # The specimen changed since the result was routed here: it is routed again.
        raise Transient("the result belongs elsewhere")
    after = case.with_attached(report, placed.specimen_ids, placed.by)
    return told(take_waiting(after, known), now)


def on_match_result(
    case: Case, asked: Asked[MatchResult], now: datetime, references: References
) -> Decision[Case]:
    """Attach an unmatched result where a person says, whatever the rules found in the way."""
    known = references.of(case.practice_id)
    waiting = [
        each
        for each in known.in_order
        if each.result_id == asked.data.result_id and not case.knows(each)
    ]
    if not waiting:
        raise Refused("result-not-waiting", "the result is not in the unmatched queue")
    specimen_ids = (asked.data.specimen_id, *asked.data.also)
    for place, specimen_id in enumerate(specimen_ids):
        if case.specimen(specimen_id) is None:
            pointer = "/specimen_id" if place == 0 else f"/also/{place - 1}"
            raise Refused("specimen-unknown", "the case has no such specimen", pointer)
    after = case
    for report in waiting:
        after = after.with_attached(report, specimen_ids, "person")
    return told(take_waiting(after, known), now)


def on_unmatch_result(
    case: Case, asked: Asked[UnmatchResult], now: datetime, references: References
) -> Decision[Case]:
    """Take a result away from its specimen: what it changed is reversed, and it waits again."""
    result_id = asked.data.result_id
    if not any(each.report.result_id == result_id for each in case.attached):
        raise Refused("not-matched", "the result is not matched to a specimen of this case")
    reversed_ = told(case.taken_back(result_id), now)
    # A report of the series that stands beside it counts again.
    again = told(reversed_.state.without(result_id), now)
    return replace(again, emit=[*reversed_.emit, *again.emit])


def on_settle_result(
    case: Case, asked: Asked[SettleResult], now: datetime, references: References
) -> Decision[Case]:
    """Keep what a person decided a result to mean, and tell it as a revision."""
    decided = asked.data.decided
    counting = [each for each in _effective(case) if each.report.result_id == asked.data.result_id]
    if not counting:
        raise Refused("result-superseded", "another report of the same part counts, or none does")
    known = None if decided.icd10 is None else diagnoses().get(decided.icd10)
    if known is not None and known.behavior != decided.behavior:
        raise Refused("behavior-conflict", f"{known.code} is {known.behavior}", "/behavior")
    after = case
    for each in counting:
        if each.report.status not in DECIDABLE:
            raise Refused("nothing-to-decide", f"a {each.report.status} report has no diagnosis")
        specimen = case.specimen(each.specimen_id)
        if specimen is not None:
            after = after.with_settlement(
                Settlement(
                    series=each.series,
                    content_hash=each.report.content_hash,
                    site=specimen.site,
                    laterality=specimen.laterality,
                    decided=decided,
                    actor=asked.actor,
                    at=now,
                )
            )
    return told(after, now)


def _effective(case: Case) -> list[Attached]:
    """The report that counts of every series."""
    series = sorted({each.series for each in case.attached})
    found = [effective(each for each in case.attached if each.series == one) for one in series]
    return [each for each in found if each is not None]
