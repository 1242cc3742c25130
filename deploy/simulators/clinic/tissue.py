"""What biopsies and excisions turn out to be, and how the lab words it."""

from collections.abc import Sequence
from random import Random

from deploy.simulators.clinic.chart import Report

# text after the site, ICD-O code, how common
_BIOPSIES: Sequence[tuple[str, str, int]] = (
    ("Basal cell carcinoma, nodular type.", "8090/3", 26),
    ("Squamous cell carcinoma in situ.", "8070/2", 10),
    ("Squamous cell carcinoma, well differentiated.", "8070/3", 12),
    ("Compound melanocytic nevus.", "8760/0", 16),
    ("Seborrheic keratosis.", "", 16),
    ("Actinic keratosis.", "", 14),
    ("Melanoma in situ.", "8720/2", 6),
)
_TURNAROUND_DAYS = (2, 3, 3, 4, 5)


def biopsy_reports(random: Random) -> list[Report]:
    """The final report of a biopsy, after some days."""
    text, icdo, _ = random.choices(_BIOPSIES, [share for _, _, share in _BIOPSIES])[0]
    return [Report(_days(random), "final", text, icdo)]


def nevus(random: Random, days: float | None = None) -> Report:
    """A benign final report with clear margins."""
    return Report(
        _days(random) if days is None else days,
        "final",
        "Compound melanocytic nevus, margins clear.",
        "8760/0",
        "clear",
    )


def carcinoma(random: Random, days: float | None = None) -> Report:
    """A malignant final report with clear margins."""
    return Report(
        _days(random) if days is None else days,
        "final",
        "Basal cell carcinoma, nodular type, margins clear.",
        "8090/3",
        "clear",
    )


def melanoma_after_review(days: float) -> Report:
    """The corrected report of what was called a nevus."""
    return Report(
        days,
        "corrected",
        "CORRECTED after expert review: Melanoma in situ, margins clear.",
        "8720/2",
        "clear",
    )


def preliminary(days: float) -> Report:
    """A word before the final report: nothing to bill on."""
    return Report(days, "preliminary", "Melanocytic lesion.", "")


def _days(random: Random) -> float:
    return random.choice(_TURNAROUND_DAYS) + random.randint(0, 6) / 24
