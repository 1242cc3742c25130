"""Which stage mends a rejection: the table of the page first, then the seed table."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from services.submission.domain.code_tables import CodeTables
from shared.kernel.cite import Cite
from shared.kernel.rule import rule
from shared.x12.claim_status import Status

FixStage = Literal["intake", "documentation", "coding", "follow_up"]
_STAGES: tuple[FixStage, ...] = ("intake", "documentation", "coding", "follow_up")

_INTAKE = {*range(29, 35), 88, 90, 91, 97, 116, 125, *range(155, 159), 164, 171, 286, 479} | {
    48, 84, 93, 94, 252
}  # fmt: skip
_CODING = {249, 254, 255, 258, 453, 454, 475, 476, 477, 488, 507, 218, 544}
_DOCUMENTATION = {265, 269, *range(294, 302), 311}
_FOLLOW_UP = {24, 128, *range(142, 146), 153, 496, 562, 677, 54, 78, 464, 495, 535, 178, 400} | {
    481, 511, 512, 684
}  # fmt: skip
_BY_ENTITY = frozenset({91, 125, 153, 562})
_ENTITY_STAGE: dict[str, FixStage] = {
    "IL": "intake", "QC": "intake", "85": "follow_up", "87": "follow_up",
    "82": "coding", "77": "coding", "DN": "coding", "DK": "coding",
}  # fmt: skip
_SAYS_NOTHING_ALONE = 21

STATUS_LIST = Cite("Claim status code list (code source 508)")


def _stage_of(status: Status, codes: CodeTables) -> FixStage | None:
    """The stage of one status, or None where the code alone says nothing."""
    number = int(status.status) if status.status.isdecimal() else -1
    if number == _SAYS_NOTHING_ALONE:
        return None
    if number in _BY_ENTITY and status.entity in _ENTITY_STAGE:
        return _ENTITY_STAGE[status.entity]
    sets: tuple[tuple[set[int], FixStage], ...] = (
        (_INTAKE, "intake"),
        (_DOCUMENTATION, "documentation"),
        (_CODING, "coding"),
        (_FOLLOW_UP, "follow_up"),
    )
    for numbers, stage in sets:
        if number in numbers:
            return stage
    listed = codes.statuses.get(status.status)
    return next((stage for stage in _STAGES if listed and listed.owner_stage == stage), None)


@rule("RJ-1", since=date(2012, 1, 1), cite=STATUS_LIST)
def fix_stage(statuses: Iterable[Status], codes: CodeTables) -> FixStage:
    """The first status that names a cause says which stage mends it; none: follow-up reviews."""
    for status in statuses:
        stage = _stage_of(status, codes)
        if stage is not None:
            return stage
    return "follow_up"
