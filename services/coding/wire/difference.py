"""Two versions of a claim side by side: lines, diagnoses, money, and what caused the change."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

from services.coding.domain.differences import matched
from shared.contracts.documents.base import Count, DiagnosisCode, Document, Id, Items, Money
from shared.contracts.documents.claim import (
    ClaimLine,
    CodedClaim,
    Discrepancy,
    Edit,
    Hold,
    PatientPayLine,
    VersionChange,
)

D = TypeVar("D", bound=Document)

_OF_A_CLAIM = (
    "status",
    "frequency_code",
    "date_of_service",
    "place_of_service",
    "rendering_provider",
    "referring_provider",
    "authorizations",
)
_OF_A_LINE = ("code", "modifiers", "units", "charge", "procedure_ids", "lesion_ids")


class FieldChange(Document):
    """A field whose value differs; each value as the claim document writes it."""

    field: str
    before: object = None
    after: object = None


class LineChange(Document):
    """A line of both versions that differs. `diagnoses` is the field of the codes it points to."""

    number_before: Count
    number_after: Count
    code: str
    fields: Items[FieldChange]
    charge_difference: Money


class LineDifferences(Document):
    added: Items[ClaimLine] = ()
    removed: Items[ClaimLine] = ()
    changed: Items[LineChange] = ()


class ChargeDifference(Document):
    """The sum of the lines, in dollars."""

    before: Money
    after: Money
    difference: Money


class DiagnosisDifferences(Document):
    """`before` and `after` in pointer order."""

    before: Items[DiagnosisCode] = ()
    after: Items[DiagnosisCode] = ()
    added: Items[DiagnosisCode] = ()
    removed: Items[DiagnosisCode] = ()


class HoldDifferences(Document):
    added: Items[Hold] = ()
    removed: Items[Hold] = ()


class EditDifferences(Document):
    added: Items[Edit] = ()
    removed: Items[Edit] = ()


class PatientPayDifferences(Document):
    added: Items[PatientPayLine] = ()
    removed: Items[PatientPayLine] = ()


class DiscrepancyDifferences(Document):
    added: Items[Discrepancy] = ()
    removed: Items[Discrepancy] = ()


class ClaimDifference(Document):
    """What `to_version` changed in `from_version`.

    fields: of the claim itself. changes: the cause of every version after the older of the two, up
    to the newer: why, and the event.
    """

    claim_id: Id
    from_version: Count
    to_version: Count
    charge: ChargeDifference
    fields: Items[FieldChange] = ()
    lines: LineDifferences
    diagnoses: DiagnosisDifferences
    patient_pay_lines: PatientPayDifferences
    holds: HoldDifferences
    edits: EditDifferences
    missed: DiscrepancyDifferences
    unsupported: DiscrepancyDifferences
    changes: Items[VersionChange] = ()


def difference(before: CodedClaim, after: CodedClaim) -> ClaimDifference:
    """Two versions of one claim compared, in either order."""
    older, newer = sorted((before, after), key=lambda each: each.version)
    added, removed = _apart(before.diagnoses, after.diagnoses)
    return ClaimDifference(
        claim_id=after.claim_id,
        from_version=before.version,
        to_version=after.version,
        charge=_charge(before, after),
        fields=_fields(before, after, _OF_A_CLAIM),
        lines=_lines(before, after),
        diagnoses=DiagnosisDifferences(
            before=before.diagnoses, after=after.diagnoses, added=added, removed=removed
        ),
        patient_pay_lines=PatientPayDifferences(
            **_named(before.patient_pay_lines, after.patient_pay_lines)
        ),
        holds=HoldDifferences(**_named(before.holds, after.holds)),
        edits=EditDifferences(**_named(before.edits, after.edits)),
        missed=DiscrepancyDifferences(**_named(before.missed, after.missed)),
        unsupported=DiscrepancyDifferences(**_named(before.unsupported, after.unsupported)),
        changes=tuple(
            each for each in newer.changes if older.version <= each.from_version < newer.version
        ),
    )


def _charge(before: CodedClaim, after: CodedClaim) -> ChargeDifference:
    old, new = (
        sum((line.charge for line in claim.lines), start=Decimal(0)) for claim in (before, after)
    )
    return ChargeDifference(before=old, after=new, difference=new - old)


def _lines(before: CodedClaim, after: CodedClaim) -> LineDifferences:
    added: list[ClaimLine] = []
    removed: list[ClaimLine] = []
    changed: list[LineChange] = []
    for old, new in matched(before.lines, after.lines):
        if old is None and new is not None:
            added.append(new)
        elif new is None and old is not None:
            removed.append(old)
        elif old is not None and new is not None:
            fields = (*_fields(old, new, _OF_A_LINE), *_pointed(before, old, after, new))
            if fields:
                changed.append(_changed(old, new, fields))
    return LineDifferences(added=tuple(added), removed=tuple(removed), changed=tuple(changed))


def _changed(old: ClaimLine, new: ClaimLine, fields: tuple[FieldChange, ...]) -> LineChange:
    return LineChange(
        number_before=old.number,
        number_after=new.number,
        code=new.code,
        fields=fields,
        charge_difference=new.charge - old.charge,
    )


def _pointed(
    before: CodedClaim, old: ClaimLine, after: CodedClaim, new: ClaimLine
) -> tuple[FieldChange, ...]:
    """Pointers are numbers: what they point to is what may have changed."""
    codes = [
        [claim.diagnoses[each - 1] for each in line.diagnosis_pointers]
        for claim, line in ((before, old), (after, new))
    ]
    if codes[0] == codes[1]:
        return ()
    return (FieldChange(field="diagnoses", before=codes[0], after=codes[1]),)


def _fields(before: D, after: D, names: Sequence[str]) -> tuple[FieldChange, ...]:
    old, new = (each.model_dump(mode="json", include=set(names)) for each in (before, after))
    return tuple(
        FieldChange(field=name, before=old[name], after=new[name])
        for name in names
        if old[name] != new[name]
    )


T = TypeVar("T")


def _apart(before: Sequence[T], after: Sequence[T]) -> tuple[tuple[T, ...], tuple[T, ...]]:
    """What was added and what was taken away, each in its order."""
    return (
        tuple(each for each in after if each not in before),
        tuple(each for each in before if each not in after),
    )


def _named(before: Sequence[T], after: Sequence[T]) -> dict[str, tuple[T, ...]]:
    added, removed = _apart(before, after)
    return {"added": added, "removed": removed}
