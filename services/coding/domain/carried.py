"""What is said, and asked, where no release of a reference table covers the date of service."""

from services.coding.domain.chart import Chart, because, review
from services.coding.domain.claim import Hold, Reason
from services.coding.domain.releases import Release
from services.coding.domain.sources import LONG_AGO, OWN
from shared.kernel.rule import rule


@rule("RD-1", since=LONG_AGO, cite=OWN)
def releases_said(chart: Chart) -> tuple[Reason, ...]:
    """Where no release covers the date of service the last known one is used, and it is said."""
    carried, unknown = chart.tables.carried(chart.day), chart.tables.without_release(chart.day)
    if not carried and not unknown:
        return ()
    says = f"No release in force on {chart.day}"
    if carried:
        says += f"; last known used: {_named(carried)}"
    if unknown:
        says += f"; no earlier one known: {', '.join(unknown)}"
    return (because("RD-1", f"{says}.", OWN, "/encounter/date_of_service"),)


@rule("RD-2", since=LONG_AGO, cite=OWN)
def releases_wanted(chart: Chart) -> list[Hold]:
    """A practice that imports official releases is asked for the next one."""
    wanted = chart.tables.withheld(chart.day)
    if not wanted:
        return []
    says = f"Import the releases in force on {chart.day}; the last ones are {_named(wanted)}."
    return [review("reference_release", says)]


def _named(releases: tuple[Release, ...]) -> str:
    return ", ".join(f"{each.table} {each.name} (until {each.until})" for each in releases)
