"""The precise diagnosis where words apart from its name decide it: grade, inflammation, place."""

from collections.abc import Set

from shared.clinical.histology import Term, term_named


def precise(term: Term, said: Set[str], *, none_left: bool) -> Term:
    """The diagnosis of the lexicon that the whole text means by a term.

    Inflammation makes a seborrheic keratosis L82.0, the sole a plantar wart, atypia a grade.
    said: the roles of what the text says. none_left: it says that nothing of a tumor is left.
    """
    if term.kind == "seborrheic_keratosis" and "inflamed" in said:
        return term_named("inflamed seborrheic keratosis")
    if term.kind == "viral_wart" and "plantar" in said:
        return term_named("verruca plantaris")
    if term.kind == "scar" and none_left:
        return term_named("scar, no residual tumor" if term.icd10 else "no residual tumor")
    if term.kind == "melanocytic_nevus" and term.name != "spitz nevus":
        return _graded(term, said)
    return term


def _graded(term: Term, said: Set[str]) -> Term:
    if "grade_severe" in said:
        return term_named("dysplastic nevus, severe")
    if not (term.name.startswith("dysplastic") or "dysplastic" in said):
        return term
    if "grade_moderate" in said:
        return term_named("dysplastic nevus, moderate")
    if "grade_mild" in said or term.name == "dysplastic nevus, mild":
        return term_named("dysplastic nevus, mild")
    return term if term.name.startswith("dysplastic") else term_named("dysplastic nevus")
