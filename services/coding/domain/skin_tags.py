"""Skin tags."""

import math

from services.coding.domain.chart import Chart, Draft, Outcome, because, missing
from services.coding.domain.documented import SkinTagRemoval
from services.coding.domain.sources import CPT_DESTRUCTION, LONG_AGO
from shared.kernel.rule import rule

_FIRST = 15
_STEP = 10


@rule("TAG-1", since=LONG_AGO, cite=CPT_DESTRUCTION)
def skin_tags(chart: Chart) -> Outcome:
    """Up to fifteen tags, then an add-on for each further ten or part."""
    removals = chart.of(SkinTagRemoval)
    held = tuple(missing(each, "number of skin tags") for each in removals if not each.count)
    counted = [each for each in removals if each.count]
    if not counted:
        return Outcome(holds=held)
    number = sum(each.count or 0 for each in counted)
    evidence = [place for each in counted for place in chart.at(each, "count")]
    reason = because("TAG-1", f"{number} skin tags removed.", CPT_DESTRUCTION, *evidence)
    ids = tuple(each.procedure_id for each in counted)
    targets = tuple(target for each in counted for target in chart.targets(each))
    distinct = all(each.distinct for each in counted) or None
    drafts = [Draft("11200", 1, ids, targets, (reason,), distinct=distinct)]
    if number > _FIRST:
        further = math.ceil((number - _FIRST) / _STEP)
        drafts.append(Draft("11201", further, ids, targets, (reason,), distinct=distinct))
    return Outcome(drafts=tuple(drafts), holds=held)
