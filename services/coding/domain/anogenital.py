"""Destruction at penis, vulva and anus: codes of their own, by method and extent."""

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
    """Lesions of penis, vulva and anus go by method and extent."""
    parts = []
    for procedure in procedures:
        sites = {target.site for target in chart.targets(procedure)}
        place = "" if None in sites or len(sites) > 1 else next(s.id for s in sites if s)
        if not place:
            says = f"Procedure {procedure.procedure_id}: its lesions are not at one place."
            parts.append(Outcome(holds=(review("several_sites", says),)))
            continue
        if procedure.extent is None or procedure.method is None:
            fact = "extent" if procedure.extent is None else "method"
            parts.append(Outcome(holds=(missing(procedure, f"{fact} of the destruction"),)))
            continue
        if procedure.extent == "extensive":
            code: str | None = _EXTENSIVE[place]
        elif place == "vulva":
            code = "56501"
        else:
            code = (_PENIS if place == "penis" else _ANUS).get(procedure.method or "")
        if code is None:
            says = f"Procedure {procedure.procedure_id}: no code for {procedure.method} there."
            parts.append(Outcome(holds=(review("not_covered", says),)))
            continue
        evidence = chart.at(procedure, "method", "extent")
        says = f"Anogenital lesions, {procedure.extent}."
        targets = chart.targets(procedure)
        draft = Draft(
            code=code,
            units=1,
            procedure_ids=(procedure.procedure_id,),
            targets=targets,
            reasons=(because("DS-8", says, CPT_DESTRUCTION, *evidence),),
            distinct=procedure.distinct,
        )
        parts.append(Outcome(drafts=(draft,)))
    return total(parts)
