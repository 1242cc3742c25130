"""Codes that were not valid on the date of service, where an official list says so."""

from collections.abc import Iterable

from services.coding.domain.chart import Chart, review
from services.coding.domain.claim import Hold
from services.coding.domain.sources import HCPCS_FILE, ICD_GUIDELINES, LONG_AGO
from shared.kernel.rule import rule


@rule("RD-3", since=LONG_AGO, cite=ICD_GUIDELINES)
def invalid_diagnoses(chart: Chart, diagnoses: Iterable[str]) -> list[Hold]:
    """A diagnosis has to be a billable code of the release in force, not a heading."""
    return [
        review("diagnosis_invalid", f"{code} is no billable ICD-10-CM code on {chart.day}.")
        for code in diagnoses
        if chart.tables.billable(code, chart.day) is False
    ]


@rule("RD-4", since=LONG_AGO, cite=HCPCS_FILE)
def ended_codes(chart: Chart, codes: Iterable[str]) -> list[Hold]:
    """A HCPCS Level II code is billed between the days it was added and terminated."""
    return [
        review("code_not_in_force", f"{code} is no HCPCS Level II code in force on {chart.day}.")
        for code in sorted(set(codes))
        if chart.tables.ended(code, chart.day)
    ]
