"""Intralesional injections and drainage."""

from services.coding.domain.chart import Chart, Draft, Outcome, because, missing, review, total
from services.coding.domain.documented import Excision, IncisionDrainage, IntralesionalInjection
from services.coding.domain.drugs import drug_used
from services.coding.domain.sources import CPT_DRAINAGE, CPT_INJECTION, LONG_AGO
from shared.kernel.rule import rule

_MANY = 8


@rule("IL-1", since=LONG_AGO, cite=CPT_INJECTION)
def injections(chart: Chart) -> Outcome:
    """Up to seven lesions injected are one code, eight and more another; the drug beside it."""
    parts, counted, number = [], [], 0
    for procedure in chart.of(IntralesionalInjection):
        parts.append(drug_used(chart, procedure, procedure.drug, "drug/"))
        listed = len(procedure.lesions)
        if procedure.count is not None and listed > 1 and listed != procedure.count:
            says = (
                f"Procedure {procedure.procedure_id}: {procedure.count} counted, {listed} listed."
            )
            parts.append(Outcome(holds=(review("count_conflict", says),)))
        elif procedure.count:
            counted.append(procedure)
            number += procedure.count
        else:
            parts.append(Outcome(holds=(missing(procedure, "number of lesions injected"),)))
    if number:
        draft = Draft(
            code="11901" if number >= _MANY else "11900",
            units=1,
            procedure_ids=tuple(each.procedure_id for each in counted),
            targets=tuple(target for each in counted for target in chart.targets(each)),
            reasons=(
                because(
                    "IL-1",
                    f"{number} lesions injected.",
                    CPT_INJECTION,
                    *(place for each in counted for place in chart.at(each, "count")),
                ),
            ),
            distinct=all(each.distinct for each in counted) or None,
        )
        parts.insert(0, Outcome(drafts=(draft,)))
    return total(parts)


@rule("ID-1", since=LONG_AGO, cite=CPT_DRAINAGE)
def drainages(chart: Chart) -> Outcome:
    """One simple drainage, or complicated or multiple; a person decides beside an excision."""
    procedures = chart.of(IncisionDrainage)
    known = [each for each in procedures if each.complexity is not None]
    held = tuple(
        missing(each, "complexity of the drainage")
        for each in procedures
        if each.complexity is None
    )
    if not known:
        return Outcome(holds=held)
    excised = {name for each in chart.of(Excision) for name in each.lesions}
    both = tuple(
        review("same_lesion", f"Procedure {each.procedure_id}: its lesion is also excised.")
        for each in known
        if excised.intersection(each.lesions)
    )
    drained = {name for each in known for name in each.lesions or (f"#{each.procedure_id}",)}
    several = len(drained) > 1 or any(each.complexity == "complicated" for each in known)
    says = "Complicated or multiple drainage." if several else "Simple, single drainage."
    draft = Draft(
        code="10061" if several else "10060",
        units=1,
        procedure_ids=tuple(each.procedure_id for each in known),
        targets=tuple(target for each in known for target in chart.targets(each)),
        reasons=(
            because(
                "ID-1",
                says,
                CPT_DRAINAGE,
                *(place for each in known for place in chart.at(each, "complexity")),
            ),
        ),
        distinct=all(each.distinct for each in known) or None,
    )
    return Outcome(drafts=(draft,), holds=(*held, *both))
