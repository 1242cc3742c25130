"""The payer's authorization numbers, and what is missing of them."""

from services.coding.domain.chart import Chart, Outcome
from services.coding.domain.claim import Authorized, Edit
from services.coding.domain.facts import Authorization
from services.coding.domain.sources import LONG_AGO, OWN
from shared.kernel.rule import rule

_OPEN = ("prior_authorization", "authorization_check")


def authorized(chart: Chart, outcome: Outcome) -> tuple[Authorized, ...]:
    """Every approved number with the codes of this claim under it."""
    numbers: dict[str, list[str]] = {}
    for each in chart.facts.authorizations:
        if each.number is None or each.status != "approved":
            continue
        codes = [code for code, kind in _lines(chart, outcome) if _covers(each, code, kind)]
        if codes:
            numbers.setdefault(each.number, []).extend(codes)
    return tuple(
        Authorized(number, tuple(dict.fromkeys(codes))) for number, codes in sorted(numbers.items())
    )


@rule("AU-1", since=LONG_AGO, cite=OWN)
def warn_unauthorized(chart: Chart, outcome: Outcome) -> Outcome:
    """A missing authorization is said; it blocks the service beforehand, never the claim."""
    if chart.facts.payer.payer_id is None:
        return outcome
    covered = {code for each in authorized(chart, outcome) for code in each.codes}
    wanting = {
        each.kind for each in chart.facts.routed if any(need in _OPEN for need in each.needs)
    }
    edits = tuple(
        Edit(
            "authorization",
            "warned",
            (code,),
            f"{code}: no approved authorization is known.",
            str(OWN),
            rule="AU-1",
        )
        for code, kind in _lines(chart, outcome)
        if kind in wanting and code not in covered
    )
    return outcome + Outcome(edits=edits)


def _lines(chart: Chart, outcome: Outcome) -> list[tuple[str, str]]:
    """Code and kind of service of every line."""
    found: list[tuple[str, str]] = []
    for draft in outcome.drafts:
        first = draft.procedure_ids[0] if draft.procedure_ids else None
        procedure = None if first is None else chart.procedure(first)
        found.append((draft.code, "evaluation" if procedure is None else procedure.kind))
    return found


def _covers(authorization: Authorization, code: str, kind: str) -> bool:
    if authorization.code is not None:
        return authorization.code == code
    return authorization.service_kind == kind
