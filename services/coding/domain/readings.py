"""Who bills the reading of a specimen: the laboratory, or the practice that read it itself."""

from dataclasses import replace

from services.coding.domain.chart import Chart, Draft, Outcome, because, review
from services.coding.domain.documented import Other
from services.coding.domain.facts import Result
from services.coding.domain.sources import LONG_AGO, OWN
from shared.kernel.rule import rule

_FAMILY = "pathology_laboratory"
_NOT_OF_A_REPORT = frozenset({"88314", "88321", "88323", "88331", "88332"})
"""Frozen sections during surgery and consultations on slides of others."""
_COMPONENTS = ("26", "TC")
_COMPLEMENT = {"26": "TC", "TC": "26"}
"""What is left to the practice where the laboratory bills one component."""


@rule("OT-2", since=LONG_AGO, cite=OWN)
def billed_once(chart: Chart, procedure: Other, draft: Draft) -> Outcome:
    """A charted reading is billed here unless its laboratory bills it; by the component it names.

    A reading is never inferred from a result; one that two would bill goes to a person.
    """
    known = chart.tables.codes[draft.code]
    if known.family != _FAMILY or draft.code in _NOT_OF_A_REPORT:
        return Outcome(drafts=(draft,))
    reports = [each for each in _reports(chart, procedure) if each.billed_by is not None]
    ours = [each for each in reports if each.billed_by == "practice"]
    charted = {each for each in draft.modifiers if each in _COMPONENTS}
    left = {_COMPLEMENT.get(each.billed_component or "") for each in reports}
    if reports and not ours and (not charted or charted != left):
        asks = (
            f"Procedure {procedure.procedure_id}: {draft.code} is charted, and result"
            f" {reports[0].result_id} says that its laboratory bills the reading."
        )
        return Outcome(drafts=(draft,), holds=(review("reading_billed_by_lab", asks),))
    stated = {each.billed_component for each in ours} - {None}
    wanted = {each for each in stated if each in _COMPONENTS}
    if len(stated) > 1 or (stated and charted and charted != wanted):
        asks = (
            f"Procedure {procedure.procedure_id}: which component of {draft.code} is billed here?"
        )
        return Outcome(drafts=(draft,), holds=(review("reading_component", asks),))
    if not wanted or charted:
        return Outcome(drafts=(draft,))
    (component,) = wanted
    says = f"The practice bills component {component} of the reading."
    reason = because("OT-2", says, OWN, f"/results/{list(chart.facts.results).index(ours[0])}")
    modifiers = tuple(dict.fromkeys((component, *draft.modifiers)))
    return Outcome(drafts=(replace(draft, modifiers=modifiers, reasons=(*draft.reasons, reason)),))


def _reports(chart: Chart, procedure: Other) -> list[Result]:
    """The reports of the lesions a reading names; of the encounter where it names none."""
    final = [each for each in chart.facts.results if each.status in ("final", "corrected")]
    if not procedure.lesions:
        return final
    specimens = {
        each.specimen_id
        for lesion_id in procedure.lesions
        for each in chart.specimens.get(lesion_id, ())
    }
    return [
        each
        for each in final
        if each.specimen_id in specimens or each.lesion_id in procedure.lesions
    ]
