"""Where a report contradicts the diagnosis it seems to state, or its wording can be read twice."""

from collections.abc import Iterator, Sequence

from shared.clinical.report_clauses import Said, Spoken, Statement
from shared.clinical.report_reasons import OWN, ReportReason

_MALIGNANT = ("malignant", "in_situ")


def conflicts(
    main: Statement | None,
    statements: Sequence[Statement],
    aside: Sequence[Statement],
    heard: Spoken,
) -> Iterator[ReportReason]:
    """Every contradiction of the main diagnosis."""
    if any(each.said is Said.UNCLEAR for each in statements):
        yield ReportReason("PI-8", "What is denied or past can be read in two ways.", OWN)
    if main is None:
        return
    if _denied_elsewhere(main, (*statements, *aside)):
        yield ReportReason("PI-8", "The diagnosis is stated and denied.", OWN)
    yield from _of_behavior(main, heard.said_apart, heard.denied_apart)


def _denied_elsewhere(main: Statement, statements: Sequence[Statement]) -> bool:
    return any(
        each.said is Said.DENIED and not each.of_margin and each.term.kind == main.term.kind
        for each in statements
    )


def _of_behavior(main: Statement, said: set[str], denied: set[str]) -> Iterator[ReportReason]:
    term = main.term
    malignant = term.behavior in _MALIGNANT
    if "malignant" in said and not malignant:
        yield ReportReason("PI-5", "A malignancy is named beside the diagnosis.", OWN)
    if "malignant" in denied and malignant:
        yield ReportReason("PI-8", "Malignancy is stated and denied.", OWN)
    if "benign" in said and malignant:
        yield ReportReason("PI-8", "A malignancy is called benign.", OWN)
    if "invasion" in said and term.behavior != "malignant":
        yield ReportReason("PI-8", "Invasion is stated of what does not invade.", OWN)
    if "component" in said and term.behavior == "in_situ":
        yield ReportReason("PI-8", "The part in situ may not be all there is.", OWN)
    if "regression" in said and term.behavior == "in_situ":
        yield ReportReason("PI-8", "What has regressed may have been invasive.", OWN)
    if "in_situ" in said and term.behavior == "malignant":
        yield ReportReason("PI-8", "It may be in situ or invasive.", OWN)
    if "spread" in said and term.kind != "metastasis":
        yield ReportReason("PI-7", "A metastasis is named.", OWN)
    nevus = term.kind == "melanocytic_nevus"
    atypical = "atypia" in said and term.behavior == "benign" and not nevus
    severe = said & {"grade_severe", "full_thickness"} and not (malignant or nevus)
    named_so = "atypical" in said and term.behavior in ("benign", "premalignant")
    if atypical or severe or named_so:
        yield ReportReason("PI-8", "Atypia is stated of what has none.", OWN)
