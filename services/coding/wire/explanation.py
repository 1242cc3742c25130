"""One line of a claim, with everything that says why it is as it is."""

from services.coding import rules
from shared.contracts.documents.base import (
    Count,
    Day,
    DiagnosisCode,
    Document,
    Id,
    Items,
    Money,
)
from shared.contracts.documents.claim import (
    ClaimLine,
    CodedClaim,
    Considered,
    Discrepancy,
    Edit,
    Rationale,
    ReferenceRelease,
)


class ExplainedReason(Rationale):
    """A reason with the rule as the rule book has it; null where the rule is no longer in it.

    verified: false where the rule is from memory. since: the first day of service it holds for.
    """

    rule_says: str | None = None
    verified: bool | None = None
    since: Day | None = None


class LineExplanation(Document):
    """Why a line is what it is.

    diagnoses: those it points to. edits: those that name its code or its procedures. evidence
    points into the body of a preview: `/encounter/…`, `/results/0/…`.
    """

    claim_id: Id
    version: Count
    number: Count
    code: str
    modifiers: Items[str] = ()
    units: Count
    charge: Money
    diagnoses: Items[DiagnosisCode] = ()
    procedure_ids: Items[Id] = ()
    lesion_ids: Items[Id] = ()
    rationale: Items[ExplainedReason] = ()
    considered: Items[Considered] = ()
    edits: Items[Edit] = ()
    unsupported: Items[Discrepancy] = ()
    releases: Items[ReferenceRelease] = ()


def explanation(claim: CodedClaim, line: ClaimLine) -> LineExplanation:
    """A line of a version as it was told, and what the version says of it elsewhere."""
    return LineExplanation(
        claim_id=claim.claim_id,
        version=claim.version,
        number=line.number,
        code=line.code,
        modifiers=line.modifiers,
        units=line.units,
        charge=line.charge,
        diagnoses=tuple(claim.diagnoses[each - 1] for each in line.diagnosis_pointers),
        procedure_ids=line.procedure_ids,
        lesion_ids=line.lesion_ids,
        rationale=tuple(map(_explained, line.rationale)),
        considered=line.considered,
        edits=tuple(edit for edit in claim.edits if _names(edit, line)),
        unsupported=tuple(
            each
            for each in claim.unsupported
            if each.code == line.code and set(each.procedure_ids) & set(line.procedure_ids)
        ),
        releases=claim.releases,
    )


def _explained(reason: Rationale) -> ExplainedReason:
    known = rules.find(reason.rule)
    return ExplainedReason(
        rule=reason.rule,
        says=reason.says,
        source=reason.source,
        evidence=reason.evidence,
        rule_says=None if known is None else known.says,
        verified=None if known is None else known.verified,
        since=None if known is None else known.since,
    )


def _names(edit: Edit, line: ClaimLine) -> bool:
    return line.code in edit.codes or bool(set(edit.procedure_ids) & set(line.procedure_ids))
