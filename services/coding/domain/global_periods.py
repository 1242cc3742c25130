"""Global periods of earlier surgery: related care is included, unrelated care says so."""

from dataclasses import replace
from datetime import timedelta

from services.coding.domain.chart import Chart, Draft, Outcome, Target, because, review
from services.coding.domain.claim import Edit, Hold
from services.coding.domain.evaluation import FAMILY
from services.coding.domain.references import SURGICAL, PastService
from services.coding.domain.sources import GLOBAL_SURGERY, LONG_AGO
from shared.clinical.body_sites import find_site
from shared.clinical.diagnoses import kind_of
from shared.kernel.rule import rule

_ONE_OF_IT = ("nose", "neck")
"""Sites whose side may be said, and whose own is no side: without one they are compared whole."""
_AFTERCARE = ("Z48", "Z09", "Z47")


def apply_global_periods(chart: Chart, outcome: Outcome) -> Outcome:
    """Read today's lines against the surgery whose period still runs."""
    running = tuple(each for each in chart.facts.history if _running(chart, each))
    if not running:
        return outcome
    drafts: list[Draft] = []
    extra = Outcome()
    for draft in outcome.drafts:
        if chart.tables.codes[draft.code].family == FAMILY:
            kept, said = _visit(chart, draft, running)
        elif chart.tables.global_days(draft.code, chart.day) in SURGICAL:
            kept, said = _procedure(draft, running)
        else:
            kept, said = draft, Outcome()
        extra = extra + said
        if kept is not None:
            drafts.append(kept)
    return replace(outcome, drafts=tuple(drafts)) + extra


@rule("GP-1", since=LONG_AGO, cite=GLOBAL_SURGERY)
def _running(chart: Chart, past: PastService) -> bool:
    """Calendar days: surgery on 1 March with ten days covers 11 March and not 12 March."""
    period = chart.tables.globals.get(chart.tables.global_days(past.code, past.date_of_service))
    if period is None or period.after == 0:
        return False
    return timedelta(0) < chart.day - past.date_of_service <= timedelta(days=period.after)


@rule("GP-2", since=LONG_AGO, cite=GLOBAL_SURGERY)
def _visit(
    chart: Chart, visit: Draft, running: tuple[PastService, ...]
) -> tuple[Draft | None, Outcome]:
    """A visit is unrelated only where it is separate and has a diagnosis of its own: 24."""
    evaluation = chart.encounter.evaluation
    separate = None if evaluation is None else evaluation.separately_identifiable
    operated = {code for past in running for code in past.diagnoses}
    own = [
        code
        for code in visit.diagnoses or ()
        if code not in operated and not code.startswith(_AFTERCARE)
    ]
    if separate and own and any(not past.diagnoses for past in running):
        asks = "Visit inside a global period of surgery whose diagnosis is not recorded."
        return visit, Outcome(holds=(review("global_period", asks),))
    if separate is None and own:
        asks = "Evaluation: whether it was separate from the surgery is not charted."
        return None, Outcome(holds=(Hold("missing_fact", asks),))
    if separate and own:
        says = "Unrelated problem inside a global period: 24."
        reason = because("GP-2", says, GLOBAL_SURGERY, "/history")
        edit = Edit("global", "allowed", (visit.code,), says, str(GLOBAL_SURGERY), rule="GP-2")
        if chart.tables.add_on(visit.code):
            return visit, Outcome()
        marked = replace(
            visit, modifiers=("24", *visit.modifiers), reasons=(*visit.reasons, reason)
        )
        return marked, Outcome(edits=(edit,))
    first = running[0]
    says = f"Included in the global period of {first.code} of {first.date_of_service}."
    codes = (first.code, visit.code)
    return None, Outcome(
        edits=(Edit("global", "bundled", codes, says, str(GLOBAL_SURGERY), rule="GP-2"),)
    )


@rule("GP-3", since=LONG_AGO, cite=GLOBAL_SURGERY)
def _procedure(draft: Draft, running: tuple[PastService, ...]) -> tuple[Draft | None, Outcome]:
    """Same site and known tumor: staged or more extensive, 58; another site: unrelated, 79."""
    relations = {_relation(target, past) for past in running for target in draft.targets} or {
        "unknown"
    }
    if "unknown" in relations:
        asks = f"{draft.code}: related or not to surgery whose global period runs?"
        return draft, Outcome(holds=(review("global_period", asks),))
    modifier = "58" if "same" in relations else "79"
    words = "Same site and tumor" if modifier == "58" else "Another site"
    says = f"{words} inside a global period: {modifier}."
    reason = because("GP-3", says, GLOBAL_SURGERY, "/history")
    edit = Edit("global", "allowed", (draft.code,), says, str(GLOBAL_SURGERY), rule="GP-3")
    marked = replace(
        draft, modifiers=(*draft.modifiers, modifier), reasons=(*draft.reasons, reason)
    )
    return marked, Outcome(edits=(edit,))


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
    codes = set(target.finding.codes)
    kinds = {kind_of(code) for code in past.diagnoses} - {None}
    if codes & set(past.diagnoses) or target.finding.kind in kinds:
        return "same"
    return "unknown"
