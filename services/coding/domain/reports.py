"""Which report counts for a specimen, out of all that came (DX-1, DX-2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.coding.domain.facts import Result
from services.coding.domain.sources import ICD_GUIDELINES, LONG_AGO
from shared.kernel.rule import rule


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the reports of one accession part stand: the one to use, or why a person must look.

    reversed: what was withdrawn had been reported before.
    """

    usable: Result | None
    withdrawn: Result | None = None
    unclear: Result | None = None
    reversed: bool = False


@rule("DX-1", since=LONG_AGO, cite=ICD_GUIDELINES)
@rule("DX-2", since=LONG_AGO, cite=ICD_GUIDELINES)
def standing(results: Iterable[Result]) -> Standing:
    """The highest revision counts; without revisions corrected beats final, then the latest.

    Preliminary reports are ignored. A cancelled or retracted report that came after the best one
    takes it back.
    """
    results = list(results)
    usable = max(
        (each for each in results if each.status in ("final", "corrected")),
        key=lambda each: (
            each.revision,
            each.status == "corrected",
            each.reported_at,
            each.result_id,
        ),
        default=None,
    )
    withdrawn = _latest(each for each in results if each.status in ("cancelled", "retracted"))
    unclear = _latest(each for each in results if each.status == "unknown")
    if usable is None:
        return Standing(None, withdrawn, unclear)
    if withdrawn is not None and _when(withdrawn) > _when(usable):
        return Standing(None, withdrawn, reversed=True)
    if unclear is not None and _when(unclear) > _when(usable):
        return Standing(None, None, unclear)
    return Standing(usable)


def _latest(results: Iterable[Result]) -> Result | None:
    return max(results, key=_when, default=None)


def _when(result: Result) -> tuple[int, datetime, str]:
    return result.revision, result.reported_at, result.result_id
