"""Excisions and Mohs surgery, with reports that come late, early, twice or corrected."""

from collections.abc import Sequence
from typing import Any

from deploy.simulators.clinic.chart import Chart, Report
from deploy.simulators.clinic.tissue import carcinoma, melanoma_after_review, nevus, preliminary

_REVIEW_DAY = 26


def mohs(chart: Chart) -> None:
    """A carcinoma of the nose taken in stages, and the defect closed."""
    cancer, removed = _mohs(chart)
    chart.procedure(
        "repair", complexity="intermediate", site="nose", length_cm=2.2, closes=[removed],
        lesion_id=cancer,
    )  # fmt: skip


def mohs_with_flap(chart: Chart) -> None:
    """The same, closed by a flap that was decided on that day."""
    _, removed = _mohs(chart)
    chart.plan("adjacent_tissue_transfer", "Repair of the defect", diagnosis="C44.311")
    chart.evaluate(
        ["C44.311"],
        "Defect reviewed with the patient after clearance; options compared, flap chosen today.",
        level="moderate",
    )
    if chart.evaluation is not None:
        chart.evaluation["decision_for_surgery"] = True
    chart.procedure(
        "adjacent_tissue_transfer", site="nose", laterality=None, area_sq_cm=8.0, closes=[removed]
    )


def _mohs(chart: Chart) -> tuple[str, str]:
    chart.reason = "Mohs surgery for a basal cell carcinoma of the nose"
    chart.plan("mohs", "Mohs surgery, nose", diagnosis="C44.311")
    cancer = chart.lesion(
        "nose", "basal cell carcinoma, biopsy-proven", diameter_cm=1.0, symptoms=["bleeding"],
        diagnosis="C44.311", rationale="Earlier biopsy: infiltrative basal cell carcinoma.",
    )  # fmt: skip
    blocks = [{"blocks": chart.random.randint(1, 4)} for _ in range(chart.random.randint(1, 3))]
    return cancer, chart.procedure("mohs", lesion_id=cancer, stages=blocks)


def excision_benign(chart: Chart) -> None:
    """A changing mole excised; a mole it is."""
    _excise(chart, [nevus(chart.random)])


def excision_malignant(chart: Chart) -> None:
    """A growing bump excised; a carcinoma it is."""
    _excise(chart, [carcinoma(chart.random)], site="chest", kind="nodule", symptoms=["growing"])


def excision_corrected(chart: Chart) -> None:
    """Called a mole first, billed as one, and corrected when an expert reviews the weeks' moles."""
    reviewed = max(12, _REVIEW_DAY - chart.day)
    reports = [nevus(chart.random, days=3), melanoma_after_review(days=reviewed)]
    _excise(chart, reports, layered=True)


def excision_reported_twice(chart: Chart) -> None:
    """The lab's interface sends the same report two times."""
    report = nevus(chart.random)
    _excise(chart, [Report(report.days, report.status, report.text, report.icdo, "clear", 2)])


def excision_reported_early(chart: Chart) -> None:
    """The report is there before the note is signed."""
    _excise(chart, [nevus(chart.random, days=0.02)])


def excision_preliminary_first(chart: Chart) -> None:
    """A preliminary word, which bills nothing, before the final report."""
    _excise(chart, [preliminary(days=1), nevus(chart.random, days=5)])


def excision_without_report(chart: Chart) -> None:
    """The report does not come: the claim is held."""
    _excise(chart, [])


def _excise(
    chart: Chart,
    reports: Sequence[Report],
    *,
    site: str = "back",
    kind: str = "pigmented lesion",
    symptoms: Sequence[str] = ("changing color",),
    layered: bool = False,
) -> None:
    chart.reason = "A spot that changes"
    chart.plan("excision", "Excision of a changing spot", symptoms=list(symptoms), suspicion=True)
    diameter = chart.random.choice((0.8, 1.0, 1.2))
    lesion = chart.lesion(
        site, kind, diameter_cm=diameter, symptoms=list(symptoms), suspicion=True,
        rationale="Asymmetric, two colors, changed since last year.",
    )  # fmt: skip
    excised = chart.procedure(
        "excision", lesion_id=lesion, lesion_diameter_cm=diameter, margin_cm=0.2,
        excised_diameter_cm=None,
    )  # fmt: skip
    closure: dict[str, Any] = {"site": site, "laterality": None, "closes": [excised]}
    if layered:
        chart.procedure("repair", complexity="intermediate", length_cm=3.6, **closure)
    else:
        chart.procedure("repair", complexity="simple", length_cm=2.8, **closure)
    chart.specimen(lesion, excised, reports)
