"""The precise diagnosis where words apart from its name decide it: grade, inflammation, place."""

from collections.abc import Sequence

from shared.clinical.histology import Term, term_named
from shared.clinical.report_clauses import Clause


def precise(term: Term, clauses: Sequence[Clause]) -> Term:
    """The diagnosis of the lexicon that the whole text means by a term.

    Inflammation makes a seborrheic keratosis L82.0, the sole a plantar wart, atypia a grade.
    """
    roles = _said_roles(clauses)
    if term.kind == "seborrheic_keratosis" and "inflamed" in roles:
        return term_named("inflamed seborrheic keratosis")
    if term.kind == "viral_wart" and "plantar" in roles:
        return term_named("verruca plantaris")
    if term.kind == "scar" and _no_residual(clauses):
        return term_named("scar, no residual tumor" if term.icd10 else "no residual tumor")
    if term.kind == "melanocytic_nevus" and term.name != "spitz nevus":
        return _graded(term, roles)
    return term


def _no_residual(clauses: Sequence[Clause]) -> bool:
    return any(
        phrase.term is not None and "negation" in phrase.roles
        for clause in clauses
        for phrase in clause.phrases
    )


def _graded(term: Term, roles: set[str]) -> Term:
    if "grade_severe" in roles:
        return term_named("dysplastic nevus, severe")
    if not (term.name.startswith("dysplastic") or "dysplastic" in roles):
        return term
    if "grade_moderate" in roles:
        return term_named("dysplastic nevus, moderate")
    if "grade_mild" in roles or term.name == "dysplastic nevus, mild":
        return term_named("dysplastic nevus, mild")
    return term if term.name.startswith("dysplastic") else term_named("dysplastic nevus")


def _said_roles(clauses: Sequence[Clause]) -> set[str]:
    """The roles of every phrase that is neither denied nor of the past."""
    return {
        role
        for clause in clauses
        for phrase in clause.phrases
        if not clause.left_out(phrase)
        for role in phrase.roles
    }
