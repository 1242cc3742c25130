"""A payer's line, judged: is it a denial, why, where it began, and what is to be done.

The families hold the context rules; the table of codes gives the default. The practice's own story
wins over remarks, and the most specific remark over the adjustment code (RC-3).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from services.denials.domain import (
    authorization,
    cosmetic,
    count,
    duplicate,
    eligibility,
    modifier,
    other_payer,
    pathology_diagnosis,
    price,
    records,
    timely,
    unexplained,
)
from services.denials.domain.due import due_on
from services.denials.domain.finding import (
    NOTICES,
    UNPROCESSABLE,
    Denied,
    Family,
    Finding,
    NextAction,
    RootCause,
    Stage,
)
from services.denials.domain.outcome import (
    ORDER,
    NotDenial,
    allowed_of,
    shortfall,
    sort,
    whole_line,
)
from services.denials.domain.story import Line, Payer, SentClaim, Story
from services.denials.domain.tables import Tables
from shared.kernel.money import ZERO

FAMILIES: tuple[tuple[frozenset[str], Family], ...] = (
    (cosmetic.NOTICE_CODES, cosmetic.notice),
    (cosmetic.CODES, cosmetic.necessity),
    (pathology_diagnosis.CODES, pathology_diagnosis.diagnosis_against_code),
    (records.REPORT, records.report_wanted),
    (records.CODES, records.records_wanted),
    (records.LEVEL, records.level),
    (modifier.GLOBAL, modifier.in_global),
    (modifier.BUNDLED, modifier.bundled),
    (modifier.WRONG_MODIFIER, modifier.wrong_modifier),
    (modifier.PLACE_OR_CODE, modifier.place_or_code),
    (count.CODES, count.count),
    (authorization.CODES, authorization.authorization),
    (eligibility.IDENTITY, eligibility.identity),
    (eligibility.COVERAGE, eligibility.coverage),
    (eligibility.ENROLMENT, eligibility.enrolment),
    (other_payer.PRIMARY_RESULT, other_payer.primary_result),
    (other_payer.CODES, other_payer.other_payer),
    (timely.CODES, timely.filed_late),
    (duplicate.CODES, duplicate.duplicate),
    (price.CODES, price.rate_not_found),
)
NEEDS_REMARK = frozenset({"16", "A1", "96", "125", "226", "227", "252"})
"""Codes that say nothing without a remark (RC-1)."""

_NEVER_THE_PATIENT: frozenset[RootCause] = frozenset({"timely_filing", "authorization_failure"})
_SAYS: dict[NotDenial, tuple[str, str, NextAction]] = {
    "reversal": ("PO-8", "A reversal takes back an earlier posting; it denies nothing.", "none"),
    "pending": ("PO-10", "The payer has not decided yet.", "wait"),
    "patient_responsibility": (
        "PO-7",
        "The patient's share took what was not paid.",
        "bill_patient",
    ),
    "prior_payer": ("PO-6", "The effect of the prior payer's answer.", "none"),
    "informational": ("PO-10", "No balance of its own.", "none"),
    "contractual": ("UP-5", "Written down by contract; no expectation is on file.", "none"),
    "paid_as_expected": ("UP-1", "Allowed equals the contract.", "none"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """The judgement of one line, in the shape of the contract."""

    denial: bool
    not_a_denial: NotDenial | None
    root_cause: RootCause | None
    stage: Stage | None
    appealable: bool
    next_action: NextAction
    denied_amount: Decimal
    expected: Decimal | None
    patient_may_be_billed: bool
    due_on: date | None
    originating_event_id: str | None
    counterfactual: str | None
    rule: str
    says: str
    evidence: tuple[str, ...]


def classify(
    payer: Payer, as_of: date, line: Line, claim: SentClaim, story: Story, tables: Tables
) -> Answer:
    """Judge one line of a remittance (or the adjustments of a whole claim)."""
    denied = Denied(payer, as_of, line, claim, story, tables)
    expected = None if denied.sent_line is None else denied.sent_line.expected_allowed
    kind = whole_line(line)
    if kind is not None:
        return _no_denial(denied, kind, range(len(line.adjustments)), expected)
    kinds = sort(line, payer, story, denied.modifiers)
    if kinds.denying:
        denied = replace(denied, denying=kinds.denying)
        amount = sum((each.amount for each in denied.adjustments), ZERO)
        return _denial(denied, cause_of(denied), amount, expected)
    short = shortfall(line, payer, expected, price.cut_wrongly(denied))
    if short > ZERO:
        finding = count.count(denied) if _units_cut(denied) else price.allowed_short(denied, short)
        return _denial(denied, finding, short, expected)
    kind_of_line = next((each for each in ORDER if each in kinds.kinds), None)
    found = kind_of_line
    if found in (None, "contractual"):
        allowed = allowed_of(line, fully_denied=False)
        met = expected is not None and allowed is not None
        found = "paid_as_expected" if met or found is None else "contractual"
    first = [place for place, each in enumerate(kinds.kinds) if each == kind_of_line]
    return _no_denial(denied, found, first, expected)


def cause_of(denied: Denied) -> Finding:
    """The cause: by the remarks that name one, else by the adjustment code, else by the table."""
    if "GZ" in denied.modifiers and denied.carc in ("50", "96", "204"):
        return cosmetic.notice(denied)
    for code in denied.remarks:
        family = _family_of(code)
        if family is not None:
            return _mend_unprocessable(family(denied), denied)
    data = [code for code in denied.remarks if code in denied.tables.rarcs]
    if denied.carc in NEEDS_REMARK:
        named = [denied.tables.rarcs[code] for code in data]
        finding = unexplained.unexplained(denied)
        if any(row.bucket == "other" and row.appealable == "corrected_claim" for row in named):
            finding = unexplained.data_item(denied)
        elif named:
            finding = unexplained.by_table(named[0]) or finding
        return _mend_unprocessable(finding, denied)
    family = _family_of(denied.carc)
    if family is not None:
        return _mend_unprocessable(family(denied), denied)
    row = denied.tables.carcs.get(denied.carc)
    default = None if row is None else unexplained.by_table(row)
    return _mend_unprocessable(default or unexplained.unexplained(denied), denied)


def _units_cut(denied: Denied) -> bool:
    paid = denied.line.paid_units
    return paid is not None and paid < denied.line.units


def _family_of(code: str) -> Family | None:
    return next((family for codes, family in FAMILIES if code in codes), None)


def _mend_unprocessable(finding: Finding, denied: Denied) -> Finding:
    """A claim returned as unprocessable goes again as a new one; no appeal lies (CH-9)."""
    if UNPROCESSABLE not in denied.line.rarcs or finding.next_action == "review":
        return finding
    return replace(finding, next_action="new_claim", barred=True, rule="CH-9")


def _denial(denied: Denied, finding: Finding, amount: Decimal, expected: Decimal | None) -> Answer:
    payer, line = denied.payer, denied.line
    action = finding.next_action
    if action == "corrected_claim" and payer.program == "medicare":
        action = "reopening"
    due = due_on(action, payer, line.received_on, denied.claim.date_of_service)
    says = finding.says
    if due is not None and due < denied.as_of:
        says = f"{says} The last day of the remedy was {due}."
        action = "write_off"
    appealable = action in ("appeal", "payment_dispute") and not finding.barred
    return Answer(
        denial=True,
        not_a_denial=None,
        root_cause=finding.root_cause,
        stage=finding.stage,
        appealable=appealable,
        next_action=action,
        denied_amount=amount,
        expected=expected,
        patient_may_be_billed=_patient_may_be_billed(denied, finding),
        due_on=due,
        originating_event_id=finding.origin,
        counterfactual=finding.counterfactual,
        rule=finding.rule,
        says=says,
        evidence=finding.evidence,
    )


def _patient_may_be_billed(denied: Denied, finding: Finding) -> bool:
    """The patient's by group or by a valid notice; never an obligation of the contract."""
    groups = {each.group_code for each in denied.adjustments}
    if not groups or "CO" in groups or "GZ" in denied.modifiers:
        return False
    if finding.root_cause in _NEVER_THE_PATIENT:
        return False
    return groups == {"PR"} or denied.classification.notice in NOTICES


def _no_denial(
    denied: Denied, kind: NotDenial, places: Iterable[int], expected: Decimal | None
) -> Answer:
    rule, says, action = _SAYS[kind]
    evidence = tuple(f"/line/adjustments/{place}" for place in places)
    if expected is not None:
        evidence = (*evidence, denied.sent_pointer("expected_allowed"))
    return Answer(
        denial=False,
        not_a_denial=kind,
        root_cause=None,
        stage=None,
        appealable=False,
        next_action=action,
        denied_amount=ZERO,
        expected=expected,
        patient_may_be_billed=kind == "patient_responsibility",
        due_on=None,
        originating_event_id=None,
        counterfactual=None,
        rule=rule,
        says=says,
        evidence=evidence,
    )
