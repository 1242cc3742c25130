"""Evaluation and management: its level, and whether it stands beside a procedure."""

from dataclasses import replace
from datetime import date

from services.coding.domain.chart import (
    Chart,
    Draft,
    Outcome,
    because,
    review,
)
from services.coding.domain.claim import Edit, Hold, Reason
from services.coding.domain.documented import (
    AdjacentTissueTransfer,
    Cosmetic,
    DecisionMaking,
    Destruction,
    DrugAdministration,
    Evaluation,
    Other,
    PatchTest,
    Phototherapy,
    ProcedureBase,
    SkinGraft,
)
from services.coding.domain.sources import (
    CPT_EVALUATION,
    GLOBAL_SURGERY,
    LONG_AGO,
    NCCI_1,
    NCCI_3,
    OWN,
    PTP,
)
from services.coding.domain.visit_diagnoses import visit_diagnoses
from shared.kernel.rule import rule

FAMILY = "evaluation_management"
_AT = "/encounter/evaluation"
_COMPLEXITY = "G2211"
_PROBLEMS = ("minimal", "low", "moderate", "high")
_DATA = ("minimal", "limited", "moderate", "extensive")
_CODES = {
    "new": ("99202", "99203", "99204", "99205"),
    "established": ("99212", "99213", "99214", "99215"),
}
_MINUTES = {"new": (15, 30, 45, 60), "established": (10, 20, 30, 40)}
_WORDS = ("straightforward", "low", "moderate", "high")
_YEARS_KNOWN = 3
_NEVER_A_REASON_FOR_25 = ("pathology_laboratory", FAMILY)
_LARGE = (AdjacentTissueTransfer, SkinGraft)
_WITHOUT_A_GLOBAL = (Phototherapy, PatchTest, DrugAdministration, Cosmetic, Other)


def evaluate(chart: Chart, outcome: Outcome) -> Outcome:
    """Add the visit itself, where it is billable beside what was done."""
    evaluation = chart.encounter.evaluation
    if evaluation is None:
        return outcome
    level = _level(chart, evaluation)
    if isinstance(level, Hold):
        return outcome + Outcome(holds=(level,))
    return outcome + _beside_procedures(chart, outcome, evaluation, level)


@rule("EM-1", since=date(2021, 1, 1), cite=CPT_EVALUATION)
@rule("EM-7", since=date(2021, 1, 1), cite=CPT_EVALUATION)
def _level(chart: Chart, evaluation: Evaluation) -> Draft | Hold:
    """The higher of decision making (two of three) and time; with neither a person decides."""
    if evaluation.patient_status is None:
        return Hold("missing_fact", "Evaluation: new or established patient is not charted.")
    status, known = evaluation.patient_status, _known_patient(chart)
    reasons: list[Reason] = []
    if status == "new" and known:
        status = "established"
        says = "Seen by the group within three years: established."
        reasons.append(because("EM-2", says, CPT_EVALUATION, "/history"))
    by_decisions = None if evaluation.mdm is None else _by_decisions(evaluation.mdm)
    by_time = None
    if evaluation.total_minutes is not None:
        reached = [each for each in _MINUTES[status] if evaluation.total_minutes >= each]
        by_time = len(reached) - 1 if reached else None
    levels = [each for each in (by_decisions, by_time) if each is not None]
    if not levels:
        return Hold(
            "missing_fact", "Evaluation: neither decision making nor enough time is charted."
        )
    level, named = max(levels), visit_diagnoses(chart, evaluation.diagnoses)
    field = "mdm" if level == by_decisions else "total_minutes"
    says = f"{_WORDS[level].capitalize()}, {status} patient."
    reasons.insert(0, because("EM-1", says, CPT_EVALUATION, f"{_AT}/{field}"))
    return Draft(
        code=_CODES[status][level],
        units=1,
        procedure_ids=(),
        targets=(),
        reasons=(*reasons, *named.reasons),
        diagnoses=named.codes,
    )


def level_above(code: str) -> tuple[str, str, int] | None:
    """The next level of a visit: its code, its decision making in a word, its minutes."""
    for status, codes in _CODES.items():
        if code in codes[:-1]:
            place = codes.index(code) + 1
            return codes[place], _WORDS[place], _MINUTES[status][place]
    return None


def _by_decisions(mdm: DecisionMaking) -> int | None:
    """The level two of the three elements reach."""
    ranks = sorted(
        order.index(value)
        for order, value in (
            (_PROBLEMS, mdm.problems),
            (_DATA, mdm.data),
            (_PROBLEMS, mdm.risk),
        )
        if value is not None
    )
    return ranks[-2] if len(ranks) > 1 else None


@rule("EM-2", since=date(2021, 1, 1), cite=CPT_EVALUATION)
def _known_patient(chart: Chart) -> bool:
    """New means no face-to-face service of the group's specialty within three years."""
    return any(
        past.date_of_service < chart.day < _years_after(past.date_of_service, _YEARS_KNOWN)
        for past in chart.facts.history
        if _face_to_face(chart, past.code)
    )


def _face_to_face(chart: Chart, code: str) -> bool:
    """Reading a specimen or supplying a drug is no meeting with the patient."""
    facts = chart.tables.codes.get(code)
    read = facts is not None and facts.family == "pathology_laboratory"
    return not (read or chart.tables.is_drug(code))


def _years_after(day: date, years: int) -> date:
    if day.year + years > date.max.year:
        return date.max
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


@rule("EM-3", since=LONG_AGO, cite=CPT_EVALUATION)
@rule("EM-4", since=LONG_AGO, cite=NCCI_3)
@rule("EM-5", since=LONG_AGO, cite=GLOBAL_SURGERY)
@rule("EM-6", since=LONG_AGO, cite=NCCI_1)
def _beside_procedures(
    chart: Chart, outcome: Outcome, evaluation: Evaluation, visit: Draft
) -> Outcome:
    """Alone it is plain; beside a procedure it is separate (25) or the decision for it (57)."""
    major, minor, other = _procedures(chart, outcome)
    if not (major or minor or other):
        return Outcome(drafts=(visit,))
    if major and evaluation.decision_for_surgery is None:
        asks = "Evaluation: whether the decision for surgery was made is not charted."
        return Outcome(holds=(Hold("missing_fact", asks),))
    if major and evaluation.decision_for_surgery:
        says = "Decision for a 90-day procedure made today: 57."
        reason = because("EM-5", says, GLOBAL_SURGERY, f"{_AT}/decision_for_surgery")
        decided = _marked(visit, "57", reason)
        if minor and chart.facts.policy.visit_beside_minor:
            says = "The payer wants 25 too where a minor procedure was done."
            decided = _marked(decided, "25", because("EM-5", says, OWN))
        return Outcome(drafts=(decided,))
    if evaluation.separately_identifiable is None:
        asks = "Evaluation: whether it was separate from the procedures is not charted."
        return Outcome(holds=(Hold("missing_fact", asks),))
    if not evaluation.separately_identifiable:
        says = "The visit is part of the procedures of the day."
        codes = tuple(dict.fromkeys((*(each.code for each in outcome.drafts), visit.code)))
        return Outcome(edits=(Edit("ncci", "bundled", codes, says, str(NCCI_3), rule="EM-4"),))
    rule_id = "EM-4" if major or minor else "EM-6"
    reason = because(
        rule_id,
        "Separately identifiable from the procedures of the day: 25.",
        NCCI_3,
        f"{_AT}/separately_identifiable",
    )
    joined = any(chart.tables.pair(code, visit.code, chart.day) for code in other)
    if major or minor or joined:
        return Outcome(drafts=(_marked(visit, "25", reason),))
    return Outcome(drafts=(visit,))


def _marked(visit: Draft, modifier: str, reason: Reason) -> Draft:
    return replace(visit, modifiers=(*visit.modifiers, modifier), reasons=(*visit.reasons, reason))


def _procedures(chart: Chart, outcome: Outcome) -> tuple[bool, bool, list[str]]:
    """Whether 90-day and shorter procedures were done, and the codes without a global period.

    A procedure whose line waits for a fact was done all the same.
    """
    major = minor = False
    other: list[str] = []
    coded: set[str] = set()
    for draft in outcome.drafts:
        coded.update(draft.procedure_ids)
        facts = chart.tables.codes[draft.code]
        if facts.family in _NEVER_A_REASON_FOR_25 or facts.family.startswith("drug_"):
            if facts.family == "drug_administration":
                other.append(draft.code)
        elif facts.global_days == "090":
            major = True
        elif facts.global_days in ("000", "010"):
            minor = True
        elif facts.global_days == "XXX":
            other.append(draft.code)
    for procedure in chart.encounter.procedures:
        if procedure.procedure_id not in chart.insured or procedure.procedure_id in coded:
            continue
        if isinstance(procedure, _LARGE) or _of_vessels(procedure):
            major = True
        elif not isinstance(procedure, _WITHOUT_A_GLOBAL):
            minor = True
    return major, minor, other


def _of_vessels(procedure: ProcedureBase) -> bool:
    """Vascular lesions: every code of theirs has 90 days, whatever the area."""
    return isinstance(procedure, Destruction) and procedure.lesion_class == "vascular"


@rule("EM-9", since=date(2024, 1, 1), cite=CPT_EVALUATION)
def without_complexity_beside_25(chart: Chart, outcome: Outcome) -> Outcome:
    """The complexity add-on G2211 goes only with a visit that carries no 25."""
    with_25 = [
        each.code
        for each in outcome.drafts
        if chart.tables.codes[each.code].family == FAMILY and "25" in each.modifiers
    ]
    dropped = [each for each in outcome.drafts if each.code == _COMPLEXITY]
    if not (with_25 and dropped):
        return outcome
    says = "G2211 is not reported beside a visit with 25."
    edit = Edit(
        "modifier", "bundled", (with_25[0], _COMPLEXITY), says, str(CPT_EVALUATION), rule="EM-9"
    )
    kept = tuple(each for each in outcome.drafts if each.code != _COMPLEXITY)
    return outcome.with_drafts(kept) + Outcome(edits=(edit,))


@rule("EM-8", since=LONG_AGO, cite=PTP)
def visit_without_diagnosis(chart: Chart, outcome: Outcome) -> Outcome:
    """A visit without a diagnosis of its own points nowhere: a person names it."""
    evaluation = chart.encounter.evaluation
    visits = [each for each in outcome.drafts if chart.tables.codes[each.code].family == FAMILY]
    if any(each.diagnoses == () for each in visits):
        asks = "Evaluation: no diagnosis is charted for the visit."
        return outcome + Outcome(holds=(review("missing_fact", asks),))
    if visits and evaluation is not None:
        return outcome + Outcome(holds=visit_diagnoses(chart, evaluation.diagnoses).holds)
    return outcome
