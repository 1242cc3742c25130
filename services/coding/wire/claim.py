"""A version of a claim as the contract shows it."""

from collections.abc import Sequence
from uuid import UUID

from services.coding.domain import claim as coded
from shared.contracts.documents import claim as contract
from shared.contracts.documents.base import Provider


def claim_document(version: coded.Version, case_id: UUID) -> contract.CodedClaim:
    """A version as the contract shows it."""
    claim = version.claim
    return contract.CodedClaim(
        claim_id=version.claim_id,
        case_id=case_id,
        version=version.version,
        status=claim.status,
        frequency_code=version.frequency,
        date_of_service=claim.date_of_service,
        place_of_service=claim.place_of_service,
        rendering_provider=Provider(npi=claim.rendering_npi),
        authorizations=tuple(
            contract.ClaimAuthorization(number=each.number, codes=each.codes)
            for each in claim.authorizations
        ),
        diagnoses=claim.diagnoses,
        lines=tuple(_line(number, line) for number, line in enumerate(claim.lines, start=1)),
        patient_pay_lines=tuple(
            contract.PatientPayLine(
                procedure_id=each.procedure_id, description=each.description, charge=each.charge
            )
            for each in claim.patient_pay_lines
        ),
        holds=tuple(
            contract.Hold(reason=each.reason, detail=each.detail, release_on=each.release_on)
            for each in claim.holds
        ),
        edits=tuple(map(_edit, claim.edits)),
        missed=tuple(map(_discrepancy, claim.missed)),
        unsupported=tuple(map(_discrepancy, claim.unsupported)),
        releases=tuple(
            contract.ReferenceRelease(
                table=each.table,
                name=each.name,
                since=each.since,
                until=each.until,
                carried=each.carried,
            )
            for each in claim.releases
        ),
        changes=tuple(
            contract.VersionChange(
                from_version=each.from_version,
                what=each.what,
                why=each.why,
                event_id=each.event_id,
            )
            for each in version.changes
        ),
    )


def _line(number: int, line: coded.Line) -> contract.ClaimLine:
    return contract.ClaimLine(
        number=number,
        code=line.code,
        modifiers=line.modifiers,
        units=line.units,
        diagnosis_pointers=line.diagnosis_pointers,
        charge=line.charge,
        procedure_ids=line.procedure_ids,
        lesion_ids=line.lesion_ids,
        rationale=_rationale(line.rationale),
        considered=tuple(
            contract.Considered(code=each.code, rule=each.rule, says=each.says, source=each.source)
            for each in line.considered
        ),
    )


def _rationale(reasons: Sequence[coded.Reason]) -> tuple[contract.Rationale, ...]:
    return tuple(
        contract.Rationale(
            rule=each.rule, says=each.says, source=each.source, evidence=each.evidence
        )
        for each in reasons
    )


def _edit(edit: coded.Edit) -> contract.Edit:
    pair = None
    if edit.indicator is not None:
        column_1, column_2 = edit.codes
        pair = contract.EditPair.model_validate(
            {"column_1": column_1, "column_2": column_2, "indicator": edit.indicator}
        )
    return contract.Edit(
        kind=edit.kind,
        outcome=edit.outcome,
        codes=edit.codes,
        detail=edit.detail,
        source=edit.source,
        rule=edit.rule,
        pair=pair,
        procedure_ids=edit.procedure_ids,
        lesion_ids=edit.lesion_ids,
    )


def _discrepancy(found: coded.Discrepancy) -> contract.Discrepancy:
    reason = found.reason
    return contract.Discrepancy(
        code=found.code,
        modifiers=found.modifiers,
        units=found.units,
        procedure_ids=found.procedure_ids,
        lesion_ids=found.lesion_ids,
        rule=reason.rule,
        says=reason.says,
        source=reason.source,
        evidence=reason.evidence,
    )
