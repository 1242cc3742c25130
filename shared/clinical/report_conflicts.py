"""Where a report contradicts the diagnosis it seems to state, or its wording can be read twice."""

from collections.abc import Iterator, Sequence

from shared.clinical.report_clauses import Clause, Said, Statement
from shared.clinical.report_reasons import OWN, ReportReason

_MALIGNANT = ("malignant", "in_situ")


def conflicts(
    main: Statement | None,
    statements: Sequence[Statement],
    aside: Sequence[Statement],
    clauses: Sequence[Clause],
) -> Iterator[ReportReason]:
    """Every contradiction of the main diagnosis."""
    if any(each.said is Said.UNCLEAR for each in statements):
        yield ReportReason("PI-8", "What is denied or past can be read in two ways.", OWN)
    if main is None:
        return
    if _denied_elsewhere(main, (*statements, *aside)):
        yield ReportReason("PI-8", "The diagnosis is stated and denied.", OWN)
    yield from _of_behavior(main, _roles(clauses), _roles(clauses, denied=True))


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
    if "in_situ" in said and term.behavior == "malignant":
        yield ReportReason("PI-8", "It may be in situ or invasive.", OWN)
    if "spread" in said and term.kind != "metastasis":
        yield ReportReason("PI-7", "A metastasis is named.", OWN)
    nevus = term.kind == "melanocytic_nevus"
    atypical = "atypia" in said and term.behavior == "benign"
    severe = said & {"grade_severe", "full_thickness"} and not malignant
    if not nevus and (atypical or severe):
        yield ReportReason("PI-8", "Atypia is stated of what has none.", OWN)


def _roles(clauses: Sequence[Clause], *, denied: bool = False) -> set[str]:
    """The roles of what is said outside of margins, or of what is denied there."""
    return {
        role
        for clause in clauses
        for phrase in clause.phrases
        if phrase.segment not in clause.margin_segments and clause.left_out(phrase) is denied
        for role in phrase.roles
    }
