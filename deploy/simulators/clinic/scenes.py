"""The kinds of visit a dermatology schedule is made of, and how common each is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from deploy.simulators.clinic import lesions, medicine, surgery
from deploy.simulators.clinic.chart import Chart

Play = Callable[[Chart], None]


@dataclass(frozen=True, slots=True)
class Scene:
    """A kind of visit. `share`: how many of a hundred; ages: whose it is; insured: who pays."""

    share: float
    play: Play
    ages: tuple[int, int] = (22, 88)
    insured: bool = True


def cancelled(chart: Chart) -> None:
    """Called off."""
    medicine.acne(chart)
    chart.status, chart.documented = "cancelled", False


def no_show(chart: Chart) -> None:
    """Nobody came."""
    lesions.actinic_keratoses(chart)
    chart.status, chart.documented = "no_show", False


def unsigned(chart: Chart) -> None:
    """Seen, and the note is still not signed when the play ends."""
    medicine.eczema(chart)
    chart.documented = False


SCENES: Mapping[str, Scene] = {
    "actinic keratoses": Scene(11.0, lesions.actinic_keratoses, ages=(50, 88)),
    "many keratoses, count disputed": Scene(0.7, lesions.many_keratoses, ages=(60, 88)),
    "keratoses, count disputed": Scene(1.3, lesions.disputed_count, ages=(50, 88)),
    "biopsy": Scene(8.0, lesions.biopsy),
    "biopsy, diagnosis disputed": Scene(1.3, lesions.denied_biopsy),
    "biopsy, keratoses and acne": Scene(6.0, lesions.biopsy_keratoses_and_acne),
    "the same, visit bundled": Scene(1.3, lesions.bundled_visit),
    "acne": Scene(10.0, medicine.acne, ages=(14, 40)),
    "eczema": Scene(8.0, medicine.eczema, ages=(18, 75)),
    "rosacea": Scene(6.0, medicine.rosacea, ages=(30, 64)),
    "visit, underpaid": Scene(2.0, medicine.underpaid_visit, ages=(14, 60)),
    "psoriasis injection": Scene(4.0, medicine.psoriasis_injection, ages=(22, 64)),
    "psoriasis injection, no authorization": Scene(
        1.3, medicine.unauthorized_injection, ages=(22, 60)
    ),
    "phototherapy": Scene(2.0, medicine.phototherapy, ages=(66, 85)),
    "warts": Scene(5.0, lesions.warts, ages=(8, 60)),
    "warts, called cosmetic": Scene(1.3, lesions.warts_called_cosmetic, ages=(8, 60)),
    "inflamed keratosis": Scene(3.0, lesions.inflamed_keratosis, ages=(50, 88)),
    "cosmetic": Scene(5.0, lesions.cosmetic, ages=(30, 70)),
    "medical and cosmetic": Scene(3.0, lesions.mixed, ages=(25, 64)),
    "keratosis for looks": Scene(1.0, lesions.keratosis_for_looks, ages=(50, 80)),
    "shave without a size": Scene(1.3, lesions.shave_without_size),
    "Mohs": Scene(3.0, surgery.mohs, ages=(55, 88)),
    "Mohs with a flap": Scene(1.0, surgery.mohs_with_flap, ages=(55, 88)),
    "excision, benign": Scene(2.0, surgery.excision_benign),
    "excision, malignant": Scene(1.3, surgery.excision_malignant, ages=(45, 88)),
    "excision, report corrected": Scene(1.3, surgery.excision_corrected, ages=(30, 80)),
    "excision, report twice": Scene(0.7, surgery.excision_reported_twice),
    "excision, early report": Scene(0.7, surgery.excision_reported_early),
    "excision, preliminary first": Scene(0.7, surgery.excision_preliminary_first),
    "excision, no report": Scene(1.0, surgery.excision_without_report),
    "self-pay": Scene(2.0, lesions.warts, ages=(18, 60), insured=False),
    "cancelled": Scene(2.7, cancelled, ages=(14, 40)),
    "no-show": Scene(2.0, no_show, ages=(50, 88)),
    "note not signed": Scene(0.7, unsigned, ages=(18, 75)),
}
