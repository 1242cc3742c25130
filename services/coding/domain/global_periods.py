"""Global periods of earlier surgery: related care is included, unrelated care says so."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from services.coding.domain.chart import Chart, Draft, Outcome, Target, because, review
from services.coding.domain.claim import Edit, Hold
from services.coding.domain.evaluation import FAMILY
from services.coding.domain.references import SURGICAL, GlobalPeriod, PastService
from services.coding.domain.sources import GLOBAL_SURGERY, LONG_AGO
from shared.clinical.body_sites import find_site
from shared.clinical.diagnoses import behavior_of, kind_of
from shared.kernel.rule import rule

_ONE_OF_IT = ("nose", "neck")
"""Sites whose side may be said, and whose own is no side: without one they are compared whole."""
_AFTERCARE = ("Z48", "Z09", "Z47")
_COMPLICATION = "complication"
_NO_TUMOR = ("inflammatory", "infectious", "encounter", "cosmetic")
_OPERATED = frozenset(
    {
        "abscess",
        "cellulitis",
        "hidradenitis",
        "molluscum",
        "nail_disorder",
        "onychomycosis",
        "pilonidal",
        "viral_wart",
    }
)
"""Diseases among them that minor surgery is done for."""
_PHYSICIAN_ALONE = "Office care of a complication is part of the surgery."


def apply_global_periods(chart: Chart, outcome: Outcome) -> Outcome:
    """Read today's lines against the surgery whose period runs."""
    running = tuple(each for each in chart.facts.history if _running(chart, each))
    before = tuple(each for each in chart.facts.history if _on_the_eve(chart, each))
    if not running and not before:
        return outcome
    drafts: list[Draft] = []
    extra = Outcome()
    for draft in outcome.drafts:
        if chart.tables.codes[draft.code].family == FAMILY:
            kept, said = _visit(chart, draft, running, before)
        elif running and chart.tables.global_days(draft.code, chart.day) in SURGICAL:
            kept, said = _procedure(chart, draft, running)
        else:
            kept, said = draft, Outcome()
        extra = extra + said
        if kept is not None:
            drafts.append(kept)
    return outcome.with_drafts(drafts) + extra


@rule("GP-1", since=LONG_AGO, cite=GLOBAL_SURGERY)
def _running(chart: Chart, past: PastService) -> bool:
    """Calendar days: surgery on 1 March with ten days covers 11 March and not 12 March."""
    days = max((each.after for each in _periods(chart, past)), default=0)
    return timedelta(0) < chart.day - past.date_of_service <= timedelta(days=days)


def _on_the_eve(chart: Chart, past: PastService) -> bool:
    """Whether surgery of the next day includes today: a period of 90 days begins the day before."""
    days = max((each.before for each in _periods(chart, past)), default=0)
    return timedelta(0) < past.date_of_service - chart.day <= timedelta(days=days)


def _periods(chart: Chart, past: PastService) -> list[GlobalPeriod]:
    """The period of a code; an add-on takes that of its primary."""
    codes = {past.code} | chart.tables.primaries(past.code, past.date_of_service)
    days = {chart.tables.global_days(each, past.date_of_service) for each in codes}
    return [chart.tables.globals[each] for each in days if each in chart.tables.globals]


@rule("GP-2", since=LONG_AGO, cite=GLOBAL_SURGERY)
def _visit(
    chart: Chart, visit: Draft, running: tuple[PastService, ...], before: tuple[PastService, ...]
) -> tuple[Draft | None, Outcome]:
    """A visit is unrelated only where it is separate and has a diagnosis of its own: 24."""
    evaluation = chart.encounter.evaluation
    if before and evaluation is not None and evaluation.decision_for_surgery:
        return _decided(visit)
    around = (*running, *before)
    separate = None if evaluation is None else evaluation.separately_identifiable
    own, doubtful = _own_diagnoses(chart, visit.diagnoses or (), around)
    if separate and not own and doubtful:
        asks = "Visit inside a global period of surgery whose diagnosis is not recorded."
        return visit, Outcome(holds=(review("global_period", asks),))
    if separate is None and (own or doubtful):
        asks = "Evaluation: whether it was separate from the surgery is not charted."
        return None, Outcome(holds=(Hold("missing_fact", asks),))
    if separate and own:
        if chart.tables.add_on(visit.code):
            return visit, Outcome()
        says = "Unrelated problem inside a global period: 24."
        return _marked(visit, "24", "GP-2", says)
    first = around[0]
    says = f"Included in the global period of {first.code} of {first.date_of_service}."
    return None, _included(first, visit, "GP-2", says)


@rule("EM-5", since=LONG_AGO, cite=GLOBAL_SURGERY)
def _decided(visit: Draft) -> tuple[Draft, Outcome]:
    """The visit that decides for major surgery of the next day takes 57."""
    says = "Decision for a 90-day procedure of the next day: 57."
    if "57" in visit.modifiers:
        return visit, Outcome()
    return _marked(visit, "57", "EM-5", says)


def _own_diagnoses(
    chart: Chart, diagnoses: Iterable[str], around: Iterable[PastService]
) -> tuple[list[str], list[str]]:
    """What the visit was for beside the surgery; and what may be it, where that is not recorded."""
    surgery = list(around)
    operated = {code for past in surgery for code in past.diagnoses}
    unrecorded = any(not past.diagnoses for past in surgery)
    others = [
        code
        for code in diagnoses
        if code not in operated
        and not code.startswith(_AFTERCARE)
        and kind_of(code) != _COMPLICATION
    ]
    doubtful = [code for code in others if unrecorded and _may_be_operated(code)]
    return [code for code in others if code not in doubtful], doubtful


def _may_be_operated(code: str) -> bool:
    """Whether surgery may have been for it: tumors, and what is drained or destroyed."""
    behavior = behavior_of(code)
    if behavior is None:
        return code.startswith(("C", "D0", "D1", "D2", "D3", "D4"))
    return behavior not in _NO_TUMOR or kind_of(code) in _OPERATED


def _marked(draft: Draft, modifier: str, rule_id: str, says: str) -> tuple[Draft, Outcome]:
    """A line with the modifier that lets it stand beside the surgery, and the edit that says so."""
    reason = because(rule_id, says, GLOBAL_SURGERY, "/history")
    edit = Edit("global", "allowed", (draft.code,), says, str(GLOBAL_SURGERY), rule=rule_id)
    marked = replace(
        draft, modifiers=(*draft.modifiers, modifier), reasons=(*draft.reasons, reason)
    )
    return marked, Outcome(edits=(edit,))


def _included(past: PastService, draft: Draft, rule_id: str, says: str) -> Outcome:
    codes = (past.code, draft.code)
    edit = Edit("global", "bundled", codes, says, str(GLOBAL_SURGERY), rule=rule_id)
    return Outcome(edits=(edit,))


@rule("GP-3", since=LONG_AGO, cite=GLOBAL_SURGERY)
def _procedure(
    chart: Chart, draft: Draft, running: tuple[PastService, ...]
) -> tuple[Draft | None, Outcome]:
    """Same site and known tumor: staged or more extensive, 58; another site: unrelated, 79."""
    if {"58", "78", "79"} & set(draft.modifiers):
        return draft, Outcome()
    if kind_of((draft.codes_of_targets or ("",))[0]) == _COMPLICATION:
        return _complication(chart, draft, running)
    relations = {_relation(target, past) for past in running for target in draft.targets} or {
        "unknown"
    }
    if "unknown" in relations:
        asks = f"{draft.code}: related or not to surgery whose global period runs?"
        return draft, Outcome(holds=(review("global_period", asks),))
    modifier = "58" if "same" in relations else "79"
    words = "Same site and tumor" if modifier == "58" else "Another site"
    return _marked(draft, modifier, "GP-3", f"{words} inside a global period: {modifier}.")


@rule("GP-4", since=LONG_AGO, cite=GLOBAL_SURGERY)
def _complication(
    chart: Chart, draft: Draft, running: tuple[PastService, ...]
) -> tuple[Draft | None, Outcome]:
    """A complication treated in an operating room takes 78; office care is part for Medicare.

    What another payer does with office care, the practice's policy says.
    """
    if chart.encounter.place_of_service in chart.tables.facilities:
        says = "Return to the operating room for a complication: 78."
        return _marked(draft, "78", "GP-4", says)
    paid = chart.facts.policy.office_complications
    if chart.facts.payer.national or paid == "included":
        return None, _included(running[0], draft, "GP-4", _PHYSICIAN_ALONE)
    if paid == "paid":
        return draft, Outcome()
    asks = f"{draft.code}: does the payer pay office care of a complication?"
    return draft, Outcome(holds=(review("global_period", asks),))


def _relation(target: Target, past: PastService) -> str:
    """same, other or unknown, by site, side and tumor."""
    places = [find_site(each) for each in past.sites]
    if target.site is None or not places or None in places:
        return "unknown"
    if target.site.id not in {place.id for place in places if place is not None}:
        return "other"
    if target.site.has_side:
        sides = {target.laterality, past.laterality}
        if len(sides - {None}) > 1:
            return "other"
        if None in sides and not (sides == {None} and target.site.id in _ONE_OF_IT):
            return "unknown"
    return _same_tumor(target, past)


def _same_tumor(target: Target, past: PastService) -> str:
    """Same where the diagnoses agree; where the surgery's is not recorded, a tumor known before."""
    recorded = [code for code in past.diagnoses if behavior_of(code) != "unspecified"]
    if not recorded:
        return "same" if target.finding.proven else "unknown"
    kinds = {kind_of(code) for code in recorded} - {None}
    if set(target.finding.codes) & set(recorded) or target.finding.kind in kinds:
        return "same"
    return "unknown"
