"""The evaluation of the day: its level, its diagnoses, and its own work beside a procedure."""

import re
from collections.abc import Iterator

from services.documentation.domain.encounter import Encounter, Evaluation
from services.documentation.domain.finding import NOTE, Finding, Question, Span
from services.documentation.domain.reading.note import NoteReading

_OTHER_WORK = re.compile(
    r"\b(?:acne|eczema|dermatitis|psoriasis|rosacea|hives|urticaria|alopecia|vitiligo|hidradenitis|"
    r"fung\w+|tinea|infection|cellulitis|medication|prescri\w+|refill\w*|started|continue\w*|"
    r"increas\w+|decreas\w+|raised|lowered|dose|retinoid|tretinoin|isotretinoin|doxycycline|"
    r"methotrexate|biologic|cream|ointment|skin\s+(?:exam|check)|full[-\s]body|total\s+body|"
    r"sun\s+protection|laborator\w+|labs|blood|diabetes|hypertension|keratos[ei]s|naev\w+|nevi|"
    r"melanoma\s+history|other\s+\w+|second\s+(?:problem|lesion)|counsel\w+)\b",
    re.IGNORECASE,
)
_PROCEDURES_OWN = re.compile(
    r"\b(?:lesion|growth|spot|papule|nodule|plaque|mole|mass|biops\w+|excis\w+|destr\w+|cryo\w*|"
    r"nitrogen|shave|punch|mohs|closure|repair|procedure|risks?|benefits?|consent\w*|advis\w+|"
    r"agreed|explained|done|performed|examined|specimen|aftercare|wound|anesthe\w+|lidocaine|"
    r"treated|removed)\b",
    re.IGNORECASE,
)
_PIECES = re.compile(r"[.;\n]")


def evaluation_findings(encounter: Encounter, reading: NoteReading) -> Iterator[Finding]:
    """What the evaluation lacks, and whether it is more than the procedure's own decision."""
    evaluation = encounter.evaluation
    if evaluation is None:
        return
    if not evaluation.level_known:
        yield _missing(
            "evaluation_level",
            "/evaluation/mdm",
            "Neither medical decision making nor time is documented.",
            "What were the problems, data and risk of the evaluation, or its total time?",
        )
    if not evaluation.diagnoses:
        yield _missing(
            "diagnosis",
            "/evaluation/diagnoses",
            "The evaluation has no diagnosis.",
            "Which problems were evaluated?",
        )
    if evaluation.separately_identifiable and encounter.procedures:
        yield from _own_work(encounter, evaluation, reading)


def _own_work(
    encounter: Encounter, evaluation: Evaluation, reading: NoteReading
) -> Iterator[Finding]:
    narrative = (evaluation.narrative or "").strip()
    if evaluation.decision_for_surgery:
        return
    ask = "Please state what else was evaluated or managed, if anything."
    marked = "The evaluation is marked separately identifiable"
    evidence = ("/evaluation/narrative", "/evaluation/separately_identifiable")
    if narrative and _is_only_the_procedure(narrative):
        yield Finding(
            "evaluation.not_separate",
            "query",
            "/evaluation/narrative",
            "The narrative describes the lesion and the decision to treat it, which belong to the "
            "procedure.",
            "NCCI ch. 3",
            evidence=evidence,
            spans=(Span("/evaluation/narrative", 0, len(evaluation.narrative or "")),),
            query=Question(
                f"{marked}; its narrative speaks of the procedure. {ask}",
                quoted=f"{marked}; its narrative reads '{narrative}' {ask}",
            ),
        )
    if not narrative and not _OTHER_WORK.search(encounter.prose):
        yield Finding(
            "missing.evaluation_work",
            "query",
            "/evaluation/narrative",
            "Nothing documents what was evaluated beside the procedure.",
            "NCCI ch. 3",
            evidence=evidence,
            spans=tuple(
                Span(NOTE, each.start, each.end)
                for each in reading.mentions
                if each.standing in ("done", "planned")
            ),
            query=Question(f"{marked}. {ask}"),
        )


def _is_only_the_procedure(narrative: str) -> bool:
    """Whether every piece speaks of the procedure and none of anything else."""
    pieces = [piece for piece in _PIECES.split(narrative) if piece.strip()]
    return all(_PROCEDURES_OWN.search(piece) and not _OTHER_WORK.search(piece) for piece in pieces)


def _missing(fact: str, field: str, says: str, ask: str) -> Finding:
    return Finding(
        f"missing.{fact}", "block", field, says, "CPT E/M", evidence=(field,), query=Question(ask)
    )
