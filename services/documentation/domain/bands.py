"""Whether two sizes are billed alike: the code bands of removals and repairs (CPT)."""

from bisect import bisect_left
from decimal import Decimal

from services.documentation.domain.encounter import Procedure

_UPPER_ENDS: dict[str, tuple[str, ...]] = {
    "excision": ("0.5", "1.0", "2.0", "3.0", "4.0"),
    "shave_removal": ("0.5", "1.0", "2.0"),
    "destruction": ("0.5", "1.0", "2.0", "3.0", "4.0"),
    "repair": ("2.5", "7.5", "12.5", "20.0", "30.0"),
}
_COMPLEX_REPAIR = ("1.0", "2.5", "7.5")


def same_band(procedure: Procedure, one: Decimal, other: Decimal) -> bool:
    """Whether the procedure is coded alike with either size, in cm.

    A lesion of an excision is judged by its excised diameter. Kinds coded without size are alike.
    """
    ends = _UPPER_ENDS.get(procedure.kind, ())
    if procedure.kind == "destruction" and procedure.lesion_class != "malignant":
        ends = ()
    if procedure.kind == "repair" and procedure.complexity == "complex":
        ends = _COMPLEX_REPAIR
    margins = 2 * procedure.margin_cm if procedure.kind == "excision" and procedure.margin_cm else 0
    edges = [Decimal(end) for end in ends]
    return bisect_left(edges, one + margins) == bisect_left(edges, other + margins)
