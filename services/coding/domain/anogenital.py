"""Destruction at penis, vulva and anus: codes of their own, by method and extent."""

from collections import defaultdict
from collections.abc import Sequence

from services.coding.domain.chart import (
    Chart,
    Draft,
    Outcome,
    because,
    missing,
    review,
    total,
)
from services.coding.domain.claim import Hold
from services.coding.domain.documented import Destruction
from services.coding.domain.sources import CPT_DESTRUCTION, LONG_AGO
from shared.kernel.rule import rule

_PENIS = {
    "chemical": "54050",
    "electrosurgery": "54055",
    "cryosurgery": "54056",
    "laser": "54057",
}
_ANUS = {
    "chemical": "46900",
    "electrosurgery": "46910",
    "cryosurgery": "46916",
    "laser": "46917",
}
_EXTENSIVE = {"penis": "54065", "perianal": "46924", "vulva": "56515"}


def split_by_place(
    chart: Chart, procedures: Sequence[Destruction]
) -> tuple[list[Destruction], list[Destruction]]:
    """Destructions with codes of their place, and all others."""
    genital: list[Destruction] = []
    skin: list[Destruction] = []
    for each in procedures:
        places = {target.site.id for target in chart.targets(each) if target.site is not None}
        apart = each.lesion_class in ("benign", "premalignant") and places & set(_EXTENSIVE)
        (genital if apart else skin).append(each)
    return genital, skin


@rule("DS-8", since=LONG_AGO, cite=CPT_DESTRUCTION)
def anogenital_destructions(chart: Chart, procedures: Sequence[Destruction]) -> Outcome:
    """Lesions of penis, vulva and anus go by method and extent; one code is billed once."""
    parts: list[Outcome] = []
    by_code: dict[str, list[Destruction]] = defaultdict(list)
    for procedure in procedures:
        code = _code(chart, procedure)
        if isinstance(code, Hold):
            parts.append(Outcome(holds=(code,)))
        else:
            by_code[code].append(procedure)
    parts += [_line(chart, code, each) for code, each in by_code.items()]
    return total(parts)


def _code(chart: Chart, procedure: Destruction) -> str | Hold:
    sites = {target.site for target in chart.targets(procedure)}
    place = "" if None in sites or len(sites) > 1 else next(s.id for s in sites if s)
    if not place:
        says = f"Procedure {procedure.procedure_id}: its lesions are not at one place."
        return review("several_sites", says)
    if procedure.extent is None or procedure.method is None:
        fact = "extent" if procedure.extent is None else "method"
        return missing(procedure, f"{fact} of the destruction")
    if procedure.extent == "extensive":
        return _EXTENSIVE[place]
    if place == "vulva":
        return "56501"
    code = (_PENIS if place == "penis" else _ANUS).get(procedure.method)
    if code is None:
        says = f"Procedure {procedure.procedure_id}: no code for {procedure.method} there."
        return review("not_covered", says)
    return code


def _line(chart: Chart, code: str, procedures: Sequence[Destruction]) -> Outcome:
    evidence = [place for each in procedures for place in chart.at(each, "method", "extent")]
    says = f"Anogenital lesions, {procedures[0].extent}."
    targets = (target for each in procedures for target in chart.targets(each))
    draft = Draft(
        code=code,
        units=1,
        procedure_ids=tuple(each.procedure_id for each in procedures),
        targets=tuple(dict.fromkeys(targets)),
        reasons=(because("DS-8", says, CPT_DESTRUCTION, *evidence),),
        distinct=all(each.distinct for each in procedures) or None,
    )
    return Outcome(drafts=(draft,))
