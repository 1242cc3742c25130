"""The order of modifiers on a line, four at most (section 12)."""

from dataclasses import replace

from services.coding.domain.chart import Chart, Outcome, review
from services.coding.domain.sources import GLOBAL_SURGERY, LONG_AGO
from shared.kernel.rule import rule

_ORDER = ("24", "25", "57", "58", "78", "79", "59", "X", "76", "77", "E", "F", "T", "LT", "RT")
_MOST = 4


@rule("MD-1", since=LONG_AGO, cite=GLOBAL_SURGERY)
def order_modifiers(chart: Chart, outcome: Outcome) -> Outcome:
    """Visit, global, distinct, repeated, then anatomy, then notices and drugs; four at most."""
    drafts = []
    held = []
    for draft in outcome.drafts:
        ordered = tuple(sorted(dict.fromkeys(draft.modifiers), key=_place))
        if len(ordered) > _MOST:
            held.append(review("modifiers", f"{draft.code}: more than four modifiers."))
        drafts.append(replace(draft, modifiers=ordered))
    return replace(outcome, drafts=tuple(drafts)) + Outcome(holds=tuple(held))


def _place(modifier: str) -> tuple[int, str]:
    for place, name in enumerate(_ORDER):
        if modifier == name or (name in "XEFT" and modifier.startswith(name) and modifier != "TC"):
            return place, modifier
    return len(_ORDER), modifier
