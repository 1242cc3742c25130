"""The order of modifiers on a line, four at most (section 12)."""

from dataclasses import replace

from services.coding.domain.chart import Chart, Outcome, because, review
from services.coding.domain.ranking import ranked
from services.coding.domain.references import SURGICAL
from services.coding.domain.sources import COVERAGE, GLOBAL_SURGERY, LONG_AGO, OWN
from shared.kernel.rule import rule

_ORDER = (
    "26",
    "TC",
    "24",
    "25",
    "57",
    "58",
    "78",
    "79",
    "51",
    "59",
    "X",
    "76",
    "77",
    "E",
    "F",
    "T",
    "LT",
    "RT",
)
_MOST = 4


_ONE_OF = (
    frozenset({"58", "78", "79"}),
    frozenset({"59", "XE", "XP", "XS", "XU"}),
    frozenset({"GA", "GZ"}),
    frozenset({"JW", "JZ"}),
)
"""Of each of these a line carries one."""


NEVER_REDUCED = frozenset(
    {"11720", "11721", "15002", "15004", "15040", "17004", "96573", "96574", "97597"}
)
"""Procedures that the fee schedule pays in full beside others (multiple procedure indicator 0)."""


@rule("MD-4", since=LONG_AGO, cite=OWN)
def mark_multiple(chart: Chart, outcome: Outcome) -> Outcome:
    """Second and further procedures take 51 only where the payer wants it; add-ons never do."""
    if not chart.facts.policy.multiple_procedures:
        return outcome
    procedures = [
        draft
        for draft in outcome.drafts
        if chart.tables.global_days(draft.code, chart.day) in SURGICAL
        and not chart.tables.add_on(draft.code)
        and draft.code not in NEVER_REDUCED
    ]
    further = ranked(chart, procedures)[1:]
    reason = because("MD-4", "Second or further procedure, the payer wants 51.", OWN)
    drafts = [
        replace(each, modifiers=(*each.modifiers, "51"), reasons=(*each.reasons, reason))
        if any(each is one for one in further)
        else each
        for each in outcome.drafts
    ]
    return outcome.with_drafts(drafts)


@rule("MD-3", since=LONG_AGO, cite=COVERAGE)
def mark_notices(chart: Chart, outcome: Outcome) -> Outcome:
    """A line for which alone a denial is expected says by GA that a notice is signed."""
    if not chart.noticed:
        return outcome
    drafts = []
    for draft in outcome.drafts:
        if draft.procedure_ids and chart.noticed.issuperset(draft.procedure_ids):
            procedures = [chart.procedures[each] for each in draft.procedure_ids]
            signed = [place for each in procedures for place in chart.at(each, "abn_on_file")]
            reason = because("MD-3", "Denial expected, notice signed: GA.", COVERAGE, *signed)
            draft = replace(
                draft, modifiers=(*draft.modifiers, "GA"), reasons=(*draft.reasons, reason)
            )
        drafts.append(draft)
    return outcome.with_drafts(drafts)


@rule("MD-2", since=LONG_AGO, cite=GLOBAL_SURGERY)
def ask_about_contradictions(chart: Chart, outcome: Outcome) -> Outcome:
    """Modifiers that exclude each other on one line are a person's to settle."""
    held = [
        review("modifiers", f"{draft.code}: {' and '.join(sorted(both))} exclude each other.")
        for draft in outcome.drafts
        for group in _ONE_OF
        if len(both := group.intersection(draft.modifiers)) > 1
    ]
    return outcome + Outcome(holds=tuple(held))


@rule("MD-1", since=LONG_AGO, cite=GLOBAL_SURGERY)
def order_modifiers(chart: Chart, outcome: Outcome) -> Outcome:
    """Component, visit, global, distinct, repeated, then anatomy, notices, drugs; four at most."""
    drafts = []
    held = []
    for draft in outcome.drafts:
        if len(draft.modifiers) < 2:
            drafts.append(draft)
            continue
        ordered = tuple(sorted(dict.fromkeys(draft.modifiers), key=_place))
        if len(ordered) > _MOST:
            held.append(review("modifiers", f"{draft.code}: more than four modifiers."))
        drafts.append(replace(draft, modifiers=ordered))
    return outcome.with_drafts(drafts) + Outcome(holds=tuple(held))


def _place(modifier: str) -> tuple[int, str]:
    for place, name in enumerate(_ORDER):
        if modifier == name or (name in "XEFT" and modifier.startswith(name) and modifier != "TC"):
            return place, modifier
    return len(_ORDER), modifier
