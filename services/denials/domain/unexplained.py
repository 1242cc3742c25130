"""What no family covers: data items named by a remark, and codes without a cause."""

from services.denials.domain.finding import (
    UNPROCESSABLE,
    Denied,
    Finding,
    NextAction,
    RootCause,
    Stage,
)
from services.denials.domain.tables import CodeRow


def data_item(denied: Denied) -> Finding:
    """A data item is missing or wrong: it is mended and sent again."""
    return Finding(
        "other",
        "coding",
        "corrected_claim",
        "The payer names a data item of the claim that is missing or wrong.",
        denied.place("/line/rarcs"),
    )


def unexplained(denied: Denied) -> Finding:
    """No remark says what is meant: a person reads the remittance."""
    says = (
        "Returned as unprocessable without a remark that names the cause."
        if UNPROCESSABLE in denied.line.rarcs
        else "The payer gives no cause: the code is not known, or its remark is missing."
    )
    return Finding("other", "follow_up", "review", says, denied.place(), rule="RC-4")


def by_table(row: CodeRow) -> "Finding | None":
    """The table's default for a code no family reads: its cause and owner; a person decides.

    A code whose fix is a corrected claim whatever the story says so.
    """
    cause = _CAUSES.get(row.bucket)
    stage = _STAGES.get(row.stage)
    if cause is None or stage is None:
        return None
    action: NextAction = "corrected_claim" if row.appealable == "corrected_claim" else "review"
    return Finding(
        cause, stage, action, f"{row.meaning[:1].upper()}{row.meaning[1:]}.", rule="RC-4"
    )


_CAUSES: dict[str, RootCause] = {
    "cosmetic_vs_medical": "cosmetic_vs_medical",
    "lesion_count_mismatch": "lesion_count_mismatch",
    "modifier_error": "modifier_error",
    "pathology_diagnosis": "pathology_diagnosis",
    "authorization_failure": "authorization_failure",
    "eligibility": "eligibility",
    "timely_filing": "timely_filing",
    "duplicate": "duplicate",
    "coordination_of_benefits": "coordination_of_benefits",
    "documentation": "documentation",
    "other": "other",
}
_STAGES: dict[str, Stage] = {
    "intake": "intake",
    "documentation": "documentation",
    "coding": "coding",
    "follow_up": "follow_up",
}
