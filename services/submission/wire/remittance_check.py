"""`POST /v1/remittances/check`: its documents, and what the rules make of an 835 in them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from services.submission.domain.adjustments import PostAs
from services.submission.domain.code_tables import CodeTables
from services.submission.domain.posting import (
    PostedClaim,
    PostedTransaction,
    Repeat,
    read_transaction,
)
from services.submission.wire.events import adjustments, posted_line
from services.submission.wire.inbound import MOST_TEXT, Many, PaymentSet, read_file
from shared.contracts.documents import remittance as remittance_documents
from shared.contracts.documents.base import Document, Flag, Id, Money
from shared.kernel.money import money
from shared.kernel.refused import Refused
from shared.x12.balance import Imbalance
from shared.x12.remittance import Adjustment, RemittanceClaim, RemittanceLine


class ExpectedLine(Document):
    claim_id: Id
    line: Id
    expected_allowed: Money


class RemittanceToCheck(Document):
    x12: Annotated[str, Field(max_length=MOST_TEXT)]
    expected: Many[ExpectedLine] = ()


class ImbalanceDocument(Document):
    level: Literal["line", "claim", "transaction"]
    claim_id: str | None
    line: str | None
    expected: Money
    found: Money
    difference: Money


class Warning(Document):
    rule: str
    says: str
    segment: str | None


class CheckedLine(Document):
    line: str | None
    code: str
    modifiers: tuple[str, ...]
    submitted_code: str | None
    units: int | None
    charge: Money
    paid: Money
    allowed: Money | None
    patient_responsibility: Money
    adjusted: Money
    adjustments: tuple[remittance_documents.Adjustment, ...]
    rarcs: tuple[str, ...]
    denied: Flag
    expected_allowed: Money | None
    variance: Money | None
    underpaid: Flag | None


class CheckedClaim(Document):
    claim_id: str
    payer_control_number: str | None
    claim_status: str
    post_as: PostAs
    denied: Flag
    charge: Money
    paid: Money
    patient_responsibility: Money
    adjusted: Money
    claim_adjustments: tuple[remittance_documents.Adjustment, ...]
    rarcs: tuple[str, ...]
    lines: tuple[CheckedLine, ...]


class CheckedProviderAdjustment(Document):
    reason: str
    reference: str | None
    amount: Money
    effect: Literal["decreases_payment", "increases_payment"]


class CheckedTransaction(Document):
    control_number: str
    trace_number: str
    payer_id: str
    payment_date: date | None
    payment_method: str
    payment_amount: Money
    balanced: Flag
    quarantined: Flag
    imbalances: tuple[ImbalanceDocument, ...]
    quarantine_reasons: tuple[str, ...]
    warnings: tuple[Warning, ...]
    claims: tuple[CheckedClaim, ...]
    provider_adjustments: tuple[CheckedProviderAdjustment, ...]


class RemittanceChecked(Document):
    transactions: tuple[CheckedTransaction, ...]


def check_remittance(
    data: bytes, expected: Mapping[tuple[str, str], Decimal], codes: CodeTables
) -> RemittanceChecked:
    """What an 835 would post.

    Raises:
        Refused: it is no 835.
    """
    payments = read_file(data).payments
    if not payments:
        raise Refused("no-such-set", "The file holds no 835 transaction set.", "/x12")
    spelled = {
        (claim_id.upper(), line.upper()): amount for (claim_id, line), amount in expected.items()
    }
    return RemittanceChecked(
        transactions=tuple(
            transaction(read_transaction(each.payment, codes, spelled, repeats))
            for each, repeats in zip(payments, _repeats(payments), strict=True)
        )
    )


def _repeats(payments: Sequence[PaymentSet]) -> Iterator[Repeat | None]:
    """What of a file stands in it before already (x12.md section 2)."""
    contents: set[bytes] = set()
    numbers: set[tuple[str, ...]] = set()
    for each in payments:
        if each.body_hash in contents:
            yield "content"
        else:
            yield "control_numbers" if each.numbers in numbers else None
        contents.add(each.body_hash)
        numbers.add(each.numbers)


def transaction(read: PostedTransaction) -> CheckedTransaction:
    """One ST as the contract shows it."""
    return CheckedTransaction(
        control_number=read.control_number,
        trace_number=read.trace_number,
        payer_id=read.payer_id,
        payment_date=read.payment_date,
        payment_method=read.payment_method,
        payment_amount=money(read.payment_amount),
        balanced=read.balanced,
        quarantined=read.quarantined,
        imbalances=tuple(_imbalance(each) for each in read.imbalances),
        quarantine_reasons=read.quarantine_reasons,
        warnings=tuple(
            Warning(rule=each.rule, says=each.says, segment=each.segment) for each in read.warnings
        ),
        claims=tuple(_claim(each) for each in read.claims),
        provider_adjustments=tuple(
            CheckedProviderAdjustment(
                reason=each.reason,
                reference=each.reference,
                amount=money(each.amount),
                effect="decreases_payment" if each.amount > 0 else "increases_payment",
            )
            for each in read.provider_adjustments
        ),
    )


def _imbalance(found: Imbalance) -> ImbalanceDocument:
    return ImbalanceDocument(
        level=found.level,
        claim_id=found.claim_id,
        line=found.line,
        expected=money(found.expected),
        found=money(found.found),
        difference=money(found.difference),
    )


def _claim(claim: PostedClaim) -> CheckedClaim:
    return CheckedClaim(
        claim_id=claim.claim_id,
        payer_control_number=claim.payer_control_number,
        claim_status=claim.claim_status,
        post_as=claim.post_as,
        denied=claim.denied,
        charge=money(claim.charge),
        paid=money(claim.paid),
        patient_responsibility=money(claim.patient_responsibility),
        adjusted=money(claim.adjusted),
        claim_adjustments=adjustments(claim.claim_adjustments),
        rarcs=claim.rarcs,
        lines=tuple(
            CheckedLine.model_validate(
                {**posted_line(line).model_dump(exclude={"number"}), "units": line.units}
            )
            for line in claim.lines
        ),
    )


def claim_of(checked: CheckedClaim, position: int) -> RemittanceClaim:
    """A claim as it was read, from the document it is kept as."""
    return RemittanceClaim(
        claim_id=checked.claim_id,
        status=checked.claim_status,
        charge=checked.charge,
        paid=checked.paid,
        patient_responsibility=checked.patient_responsibility,
        payer_control_number=checked.payer_control_number,
        position=position,
        adjustments=_adjustments(checked.claim_adjustments),
        rarcs=list(checked.rarcs),
        lines=[
            RemittanceLine(
                code=line.code,
                modifiers=line.modifiers,
                submitted_code=line.submitted_code,
                charge=line.charge,
                paid=line.paid,
                units=Decimal(1 if line.units is None else line.units),
                position=place,
                line=line.line,
                allowed_amount=line.allowed,
                adjustments=_adjustments(line.adjustments),
                rarcs=list(line.rarcs),
            )
            for place, line in enumerate(checked.lines)
        ],
    )


def _adjustments(given: Iterable[remittance_documents.Adjustment]) -> list[Adjustment]:
    return [Adjustment(each.group_code, each.carc, each.amount) for each in given]
