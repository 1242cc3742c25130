"""What an encounter sent again changes: its fields, and the questions it opens and closes (D-9)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from services.documentation.domain.finding import Finding
from shared.kernel.ids import derived_id


def changed_fields(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """The pointers whose value is new, gone or another one, in order."""
    pointers = {*before, *after}
    return tuple(sorted(each for each in pointers if before.get(each) != after.get(each)))


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions of an encounter: those open now, and which of them opened or closed."""

    open: Mapping[str, Finding]
    opened: tuple[tuple[str, Finding], ...]
    closed: tuple[tuple[str, Finding], ...]


def questions(
    encounter_id: str, before: Mapping[str, Finding], findings: Iterable[Finding]
) -> Questions:
    """A question is closed only by a version whose fact is there and agreed; never by silence."""
    now = {
        str(derived_id("query", encounter_id, each.key)): without_quotes(each)
        for each in findings
        if each.query is not None
    }
    return Questions(
        now,
        tuple((query_id, each) for query_id, each in now.items() if query_id not in before),
        tuple((query_id, each) for query_id, each in before.items() if query_id not in now),
    )


def without_quotes(finding: Finding) -> Finding:
    """The finding without words of the record, as it may be kept and travel."""
    if finding.query is None or finding.query.quoted is None:
        return finding
    return replace(finding, query=replace(finding.query, quoted=None))
