"""Lesion counts: what was billed, what the note counts, and the units a code takes."""

from decimal import Decimal
from math import ceil

from services.denials.domain.finding import Denied, Finding, days
from services.denials.domain.story import UNKNOWN

CODES = frozenset(
    {"151", "222", "273", "B5", "B12", "M53", "N362", "N430", "N435", "N640", "N125", "N63"}
)
ONE_UNIT = frozenset({"17000", "17004", "17110", "17111", "11900", "11901", "11200", "11720"})
FURTHER = frozenset({"17003", "11103", "11105", "11107"})


def count(denied: Denied) -> Finding:
    """Billed units are compared with the units the documented lesions make."""
    documented = denied.documentation.lesion_count
    billed = denied.line.units if denied.sent_line is None else denied.sent_line.units
    pointers = denied.place(denied.sent_pointer("units"), "/story/documentation/lesion_count")
    if documented is UNKNOWN and denied.story.documentation is not None:
        return Finding(
            "lesion_count_mismatch",
            "coding",
            "review",
            "Units were denied; the number of lesions in the note is not known.",
            pointers,
        )
    if documented is UNKNOWN or documented is None:
        return Finding(
            "lesion_count_mismatch",
            "documentation",
            "write_off",
            "The note gives no number of lesions: nothing supports the units.",
            pointers,
            origin=denied.documentation.event_id,
            counterfactual="The number of lesions in the note.",
        )
    carried = units_of(denied.code, documented)
    if billed > carried:
        return Finding(
            "lesion_count_mismatch",
            "coding",
            "corrected_claim",
            f"Billed {days(billed, 'unit')}; the {documented} documented lesions make {carried}.",
            pointers,
            counterfactual=f"{days(carried, 'unit')} on line {denied.line.number}.",
        )
    limit = denied.tables.absolute_units.get(denied.code)
    if limit is not None and billed > limit:
        return Finding(
            "lesion_count_mismatch",
            "coding",
            "write_off",
            f"The limit of {days(limit, 'unit')} a day is absolute; no appeal lifts it.",
            pointers,
            barred=True,
        )
    return Finding(
        "lesion_count_mismatch",
        "follow_up",
        "appeal",
        "The units billed are the lesions documented.",
        pointers,
    )


def units_of(code: str, lesions: int) -> Decimal:
    """Units the code takes for that many lesions of one session."""
    if code in ONE_UNIT:
        return Decimal(1)
    if code in FURTHER:
        return Decimal(max(lesions - 1, 0))
    if code == "11201":
        return Decimal(ceil(max(lesions - 15, 0) / 10))
    return Decimal(lesions)
