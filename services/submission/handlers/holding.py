"""What keeps a version from leaving is told, and that it is mended, whichever input caused it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Any

from services.submission.domain.claim import Case, Hold, Version
from services.submission.domain.commands import References
from services.submission.domain.fix_stages import FixStage
from shared.bus.stage import Decision
from shared.contracts.claim_held import ClaimHeld

_OF_CODING = "coding_"  # told by coding itself, on ClaimCoded
_FIX_STAGES: dict[str, FixStage] = {
    "no_visit": "intake",
    "coverage_missing": "intake",
    "coverage_unknown": "intake",
    "review": "coding",
}
"""Who mends a hold; what is not named is set-up or follow-up."""

Handler = Callable[[Case, Any, datetime, References], Decision[Case]]


def telling_holds(handler: Handler) -> Handler:
    """The handler, whose decision also tells every hold it set or lifted."""

    @wraps(handler)
    def told(case: Case, given: Any, now: datetime, references: References) -> Decision[Case]:  # noqa: ANN401 - whatever the handler takes
        decision = handler(case, given, now, references)
        events = _changed(case, decision.state, now)
        return replace(decision, emit=(*decision.emit, *events))

    return told


def _changed(before: Case, after: Case, now: datetime) -> Iterator[ClaimHeld]:
    for claim in after.claims.values():
        known = before.claims.get(claim.claim_id)
        for version in claim.versions:
            was = known.find(version.version) if known else None
            old, new = _hold(was), _hold(version)
            told = new or old
            gone = new is None and version.state in ("withdrawn", "coded")
            if old == new or told is None or gone:
                continue
            yield ClaimHeld(
                case_id=after.case_id,
                practice_id=after.practice_id,
                occurred_at=now,
                claim_id=claim.claim_id,
                version=version.version,
                held=new is not None,
                reason=told.reason,
                says=told.says,
                field=told.field,
                fix_stage=told.stage or _FIX_STAGES.get(told.reason, "follow_up"),
                changed_at=now,
            )


def _hold(version: Version | None) -> Hold | None:
    if version is None or version.hold is None or version.hold.reason.startswith(_OF_CODING):
        return None
    return version.hold
