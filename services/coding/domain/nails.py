"""Nails: each digit with its own modifier; what one operation includes of another."""

from collections.abc import Iterable, Sequence

from services.coding.domain.chart import (
    Chart,
    Draft,
    Outcome,
    because,
    missing,
    review,
    total,
)
from services.coding.domain.claim import Edit
from services.coding.domain.documented import Nail
from services.coding.domain.sources import CPT_NAILS, LONG_AGO
from shared.kernel.cite import Cite
from shared.kernel.rule import rule

_MANY_DEBRIDED = 6
_FOOT_CARE = Cite("CMS routine foot care, from memory", verified=False)
DIGITS = frozenset(
    {"FA", "TA", *(f"F{each}" for each in range(1, 10)), *(f"T{each}" for each in range(1, 10))}
)


def removed_nails(chart: Chart) -> frozenset[str]:
    """Digits whose nail was avulsed or removed for good: a biopsy of it is included (NL-3)."""
    removals = ("avulsion", "matrixectomy")
    return _digits(each for each in chart.of(Nail) if each.procedure in removals)


def nails(chart: Chart) -> Outcome:
    """Every nail procedure."""
    procedures = chart.of(Nail)
    unnamed = tuple(
        missing(each, "kind of nail procedure") for each in procedures if each.procedure is None
    )
    removed = _digits(each for each in procedures if each.procedure == "matrixectomy")
    parts = [Outcome(holds=unnamed)]
    for kind, without in (
        ("matrixectomy", frozenset[str]()),
        ("avulsion", removed),
        ("biopsy", removed_nails(chart)),
    ):
        parts.append(
            _by_digit(chart, kind, [each for each in procedures if each.procedure == kind], without)
        )
    parts.append(
        _debridement(chart, [each for each in procedures if each.procedure == "debridement"])
    )
    return total(parts)


@rule("NL-1", since=LONG_AGO, cite=CPT_NAILS)
@rule("NL-2", since=LONG_AGO, cite=CPT_NAILS)
@rule("NL-3", since=LONG_AGO, cite=CPT_NAILS)
def _by_digit(
    chart: Chart, kind: str, procedures: Sequence[Nail], without: frozenset[str]
) -> Outcome:
    """A line for each nail; avulsion and biopsy are part of the matrixectomy of that nail."""
    parts: list[Outcome] = []
    done: set[str] = set()
    for procedure in procedures:
        if not procedure.digits:
            parts.append(Outcome(holds=(missing(procedure, "digit of the nail"),)))
            continue
        if procedure.count is not None and procedure.count != len(set(procedure.digits)):
            says = f"Procedure {procedure.procedure_id}: count and digits disagree."
            parts.append(Outcome(holds=(review("count_conflict", says),)))
            continue
        if not DIGITS.issuperset(procedure.digits):
            says = f"Procedure {procedure.procedure_id}: a digit is not a HCPCS digit code."
            parts.append(Outcome(holds=(review("missing_fact", says),)))
            continue
        for digit in procedure.digits:
            if digit not in without | done:
                drafts = (_nail(chart, procedure, kind, digit, first=not done),)
                parts.append(Outcome(drafts=drafts))
                done.add(digit)
    return total(parts)


def _nail(chart: Chart, procedure: Nail, kind: str, digit: str, *, first: bool) -> Draft:
    code, rule_id = {
        "matrixectomy": ("11750", "NL-2"),
        "avulsion": ("11730" if first else "11732", "NL-1"),
        "biopsy": ("11755", "NL-3"),
    }[kind]
    return Draft(
        code=code,
        units=1,
        procedure_ids=(procedure.procedure_id,),
        targets=chart.targets(procedure),
        reasons=(
            because(
                rule_id,
                f"{kind.capitalize()} of {digit}.",
                CPT_NAILS,
                *chart.at(procedure, "digits"),
            ),
        ),
        modifiers=(digit,),
        distinct=procedure.distinct,
    )


@rule("NL-4", since=LONG_AGO, cite=CPT_NAILS)
def _debridement(chart: Chart, procedures: Sequence[Nail]) -> Outcome:
    """One to five nails debrided are one code, six and more another; one unit."""
    parts, counted, unnamed = [], [], 0
    for procedure in procedures:
        listed = len(set(procedure.digits))
        if procedure.count is not None and listed and listed != procedure.count:
            says = f"Procedure {procedure.procedure_id}: count and digits disagree."
            parts.append(Outcome(holds=(review("count_conflict", says),)))
        elif listed or procedure.count:
            counted.append(procedure)
            unnamed += 0 if listed else procedure.count or 0
        else:
            parts.append(Outcome(holds=(missing(procedure, "number of nails debrided"),)))
    number = unnamed + len(_digits(counted))
    if number:
        evidence = [place for each in counted for place in chart.at(each, "count")]
        draft = Draft(
            code="11721" if number >= _MANY_DEBRIDED else "11720",
            units=1,
            procedure_ids=tuple(each.procedure_id for each in counted),
            targets=tuple(target for each in counted for target in chart.targets(each)),
            reasons=(because("NL-4", f"{number} nails debrided.", CPT_NAILS, *evidence),),
            distinct=all(each.distinct for each in counted) or None,
        )
        parts.append(Outcome(drafts=(draft,), edits=_class_findings(chart, draft.code)))
    return total(parts)


def _class_findings(chart: Chart, code: str) -> tuple[Edit, ...]:
    """Medicare covers routine foot care only with its class findings, Q7 to Q9 (NL-4, †)."""
    if chart.facts.payer.program != "medicare":
        return ()
    says = "Medicare wants the class findings (Q7, Q8 or Q9) with nails debrided."
    return (Edit("modifier", "warned", (code,), says, str(_FOOT_CARE), rule="NL-4"),)


def _digits(procedures: Iterable[Nail]) -> frozenset[str]:
    return frozenset(digit for each in procedures for digit in each.digits)
