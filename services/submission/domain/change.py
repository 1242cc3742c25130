"""What to send when something changes after coding: the table of claims.md section 2, as rules."""

from dataclasses import replace
from datetime import date, timedelta

from services.submission.domain.change_facts import (
    APPEAL_DAYS,
    NOT_OURS_TO_BILL,
    OTHER_PARTY,
    Action,
    ChangeAnswer,
    ChangeFacts,
    ClaimFacts,
    PayerFacts,
    answer_of,
    correction_limit,
    filing_limit,
    owed_back,
    refund,
    wait_for_answer,
    window_over,
    with_overpayment,
)
from services.submission.domain.lifecycle import ADJUDICATED, AT_PAYER, IN_TRANSIT, NOT_SENT


def decide_change(
    claim: ClaimFacts, payer: PayerFacts, change: ChangeFacts, as_of: date
) -> ChangeAnswer:
    """What to do about a change, wherever the claim is. One helper per row of the table.

    Money that the change shows to be the payer's is said with its due day, whatever comes first.
    """
    answer = _decided(claim, payer, change, as_of)
    owed = owed_back(claim, change) and not answer.overpayment
    return with_overpayment(answer, change) if owed else answer


def _decided(
    claim: ClaimFacts, payer: PayerFacts, change: ChangeFacts, as_of: date
) -> ChangeAnswer:
    if change.kind in ("result", "codes") and not change.codes_change:
        return answer_of(
            "none", "CH-13", "Neither a code nor a diagnosis changes: nothing is sent."
        )
    if claim.state in NOT_SENT:
        return _not_sent(claim, payer, change)
    if claim.state in IN_TRANSIT:
        return wait_for_answer("CH-2", "277CA of the payer", "The payer's answer comes first.")
    if claim.state == "rejected":
        return _rejected(claim, payer, change)
    if claim.state in AT_PAYER:
        return _at_payer(claim, payer, change)
    if claim.state in ADJUDICATED:
        return _adjudicated(claim, payer, change, as_of)
    if claim.state == "appealed":
        return wait_for_answer("CH-6", "decision of the appeal", "One request at a time.")
    if claim.state == "replaced":
        return answer_of("none", "CH-16", "The change belongs to the replacing version.")
    if claim.state == "closed":
        return _closed(claim, payer, change, as_of)
    return _voided_or_withdrawn(claim, payer, change)


def _paid_twice(claim: ClaimFacts, change: ChangeFacts, rule: str) -> ChangeAnswer:
    if claim.paid > 0:
        return refund(change, "CH-12", "Money received twice goes back.")
    return answer_of("review", rule, "Nothing was paid on this version: a person looks.")


def _not_sent(claim: ClaimFacts, payer: PayerFacts, change: ChangeFacts) -> ChangeAnswer:
    """CH-1: what never left is amended or taken out."""
    due = filing_limit(claim, payer)
    if change.kind in ("dispute", "paid_twice"):
        return answer_of("none", "CH-1", "The claim has not left: there is no decision to dispute.")
    if change.kind == "secondary_payer":
        return wait_for_answer(
            "CH-11", "remittance of the primary payer", "The primary payer comes first."
        )
    if claim.frequency_code == "1":
        if change.kind in NOT_OURS_TO_BILL:
            return answer_of("withdraw", "CH-1", "It never left and is not billable: taken out.")
        return answer_of(
            "amend", "CH-1", "A new version in place of one that never left.", due_on=due
        )
    # A replacement or void that never left: the earlier claim still stands with the payer.
    if change.kind in OTHER_PARTY:
        return answer_of(
            "void_and_new_claim", "CH-10", "The earlier claim still stands with the wrong party."
        )
    if change.kind in NOT_OURS_TO_BILL:
        return answer_of("void", "CH-1", "The claim that stands with the payer is voided instead.")
    return answer_of(
        "amend",
        "CH-1",
        "A new version in place of a replacement that never left.",
        frequency_code=claim.frequency_code,
        due_on=due,
    )


def _rejected(claim: ClaimFacts, payer: PayerFacts, change: ChangeFacts) -> ChangeAnswer:
    """CH-3, CH-3a: a rejected original is sent as new, a rejected replacement as a replacement."""
    due = filing_limit(claim, payer)
    if change.kind == "duplicate_sent":
        return wait_for_answer(
            "CH-3", "276 status of the twin", "The twin is found before anything is sent again."
        )
    if change.kind == "paid_twice":
        return _paid_twice(claim, change, "CH-3")
    if claim.frequency_code == "1":
        if change.kind == "no_billable_line":
            return answer_of("none", "CH-3", "It was never adjudicated and nothing is billable.")
        says = (
            "Right as sent: sent again as an original once the payer's fault is cleared."
            if change.kind == "dispute"
            else "Never adjudicated: sent again as an original, there is nothing to replace."
        )
        return answer_of("new_claim", "CH-3", says, due_on=due)
    if claim.payer_control_number is None:
        return wait_for_answer(
            "CH-5", "payer control number", "Frequency 7 or 8 needs it.", number_needed=True
        )
    if change.kind in OTHER_PARTY:
        return answer_of(
            "void_and_new_claim", "CH-10", "The earlier claim still stands with the wrong party."
        )
    if claim.frequency_code == "8" or change.kind in NOT_OURS_TO_BILL:
        return answer_of("void", "CH-3a", "The earlier claim still stands: the void is sent again.")
    return answer_of(
        "replace",
        "CH-3a",
        "The earlier claim still stands: mended and sent again as a replacement.",
        due_on=due,
    )


def _at_payer(claim: ClaimFacts, payer: PayerFacts, change: ChangeFacts) -> ChangeAnswer:
    """CH-4 to CH-6: accepted by the payer, not yet decided."""
    if claim.pending_replacement:
        return wait_for_answer("CH-6", "answer to the request in process", "One request at a time.")
    if change.kind == "dispute":
        return wait_for_answer("CH-4", "remittance", "There is no decision to dispute yet.")
    if change.kind == "secondary_payer":
        return wait_for_answer(
            "CH-11", "remittance of the primary payer", "The primary payer comes first."
        )
    if change.kind == "paid_twice":
        return _paid_twice(claim, change, "CH-4")
    if not payer.takes_replacements:
        return wait_for_answer(
            "CH-4", "remittance", "This payer decides before it takes a correction."
        )
    if claim.payer_control_number is None:
        return wait_for_answer(
            "CH-5",
            "payer control number",
            "Frequency 7 or 8 without the payer's number is rejected.",
            number_needed=True,
        )
    if change.kind in NOT_OURS_TO_BILL:
        return answer_of("void", "CH-10", "Nothing of it is billable: the claim is voided.")
    if change.kind in OTHER_PARTY:
        return answer_of("void_and_new_claim", "CH-10", "Voided, and billed to the right party.")
    return answer_of(
        "replace",
        "CH-4",
        "The whole claim replaces the one the payer accepted.",
        due_on=filing_limit(claim, payer),
    )


def _adjudicated(
    claim: ClaimFacts, payer: PayerFacts, change: ChangeFacts, as_of: date
) -> ChangeAnswer:
    """CH-6 to CH-12: paid, partly paid or denied."""
    if claim.pending_replacement:
        return wait_for_answer("CH-6", "answer to the request in process", "One request at a time.")
    if change.kind == "paid_twice":
        return _paid_twice(claim, change, "CH-7")
    if change.kind == "secondary_payer":
        return answer_of("new_claim", "CH-11", "Billed to the secondary with the primary's result.")
    if claim.unprocessable:
        if change.kind in NOT_OURS_TO_BILL:
            return answer_of("none", "CH-9", "It was never processed and nothing is billable.")
        return answer_of(
            "new_claim",
            "CH-9",
            "Denied as unprocessable: sent as new; no appeal, no reopening.",
            source="NGS, PAL",
            due_on=filing_limit(claim, payer),
        )
    if change.kind == "dispute":
        return _dispute(claim, payer, as_of)
    if change.kind in OTHER_PARTY or change.kind in NOT_OURS_TO_BILL:
        return _wrong_party(claim, payer, change)
    return _corrected(claim, payer, change, as_of)


def _dispute(claim: ClaimFacts, payer: PayerFacts, as_of: date) -> ChangeAnswer:
    days = payer.appeal_days or APPEAL_DAYS.get(payer.program or "")
    due = claim.remittance_on + timedelta(days=days) if claim.remittance_on and days else None
    rule, source = ("CH-8", "NOR") if payer.program == "medicare" else ("CH-7", "own")
    if due is not None and as_of > due:
        return answer_of("review", rule, "The time to appeal is over: a person decides.")
    says = "The claim was right as sent: the decision is disputed."
    return answer_of("appeal", rule, says, source=source, due_on=due)


def _wrong_party(claim: ClaimFacts, payer: PayerFacts, change: ChangeFacts) -> ChangeAnswer:
    """CH-10: void, then the right one; a payer without replacements gets its money back."""
    if payer.takes_replacements and claim.payer_control_number is None:
        return wait_for_answer(
            "CH-5", "payer control number", "A void needs it.", number_needed=True
        )
    if payer.takes_replacements:
        action: Action = "void_and_new_claim" if change.kind in OTHER_PARTY else "void"
        return answer_of(action, "CH-10", "The claim is voided and its money goes back.")
    if claim.paid > 0:
        says = "This payer takes no void: the money goes back"
        further = " and the right party is billed." if change.kind in OTHER_PARTY else "."
        return refund(change, "CH-10", says + further)
    if change.kind in OTHER_PARTY:
        return answer_of(
            "new_claim",
            "CH-10",
            "This payer takes no void and paid nothing: billed to the right party.",
            due_on=filing_limit(claim, payer),
        )
    return answer_of("none", "CH-10", "This payer takes no void and paid nothing.")


def _corrected(
    claim: ClaimFacts, payer: PayerFacts, change: ChangeFacts, as_of: date
) -> ChangeAnswer:
    """CH-7, CH-8, CH-12: our claim was wrong and the payer has decided it."""
    lower = change.lower if claim.paid > 0 else False
    if window_over(claim, payer, as_of):
        return _window_closed(change, lower, "CH-12")
    due = _correction_due(claim, payer, as_of)
    if payer.program == "medicare":
        says = "Medicare corrects its own determination; a higher code may need a redetermination."
        return answer_of("reopening", "CH-8", says, source="NOR, PAL", due_on=due)
    if not payer.takes_replacements:
        if lower:
            return refund(change, "CH-12", "This payer takes no replacement: money goes back.")
        return answer_of("review", "CH-7", "This payer takes no replacement: a person decides.")
    if claim.payer_control_number is None:
        return wait_for_answer(
            "CH-5", "payer control number", "Frequency 7 needs it.", number_needed=True
        )
    return answer_of("replace", "CH-7", "All lines replace the decided claim.", due_on=due)


def _correction_due(claim: ClaimFacts, payer: PayerFacts, as_of: date) -> date | None:
    """The last day to correct; where nobody named it, the filing limit while that is open."""
    limit = correction_limit(claim, payer)
    if limit is not None:
        return limit
    filing = filing_limit(claim, payer)
    return filing if filing is not None and as_of <= filing else None


def _window_closed(change: ChangeFacts, lower: bool | None, rule: str) -> ChangeAnswer:
    if lower:
        return refund(change, rule, "The window is over, an overpayment is returned all the same.")
    if lower is None:
        return answer_of("review", rule, "The window is over and the amount is not known.")
    return answer_of("none", rule, "The window is over and no money is owed back.")


def _closed(claim: ClaimFacts, payer: PayerFacts, change: ChangeFacts, as_of: date) -> ChangeAnswer:
    """CH-18: as paid while a window is open; after it only money owed back moves."""
    if change.kind == "dispute":
        return answer_of("review", "CH-18", "A closed claim is disputed by a person.")
    correction = change.kind not in ("secondary_payer", "paid_twice")
    if correction and not claim.pending_replacement and window_over(claim, payer, as_of):
        if change.kind in OTHER_PARTY or change.kind in NOT_OURS_TO_BILL:
            return _window_closed(change, claim.paid > 0, "CH-18")
        return _window_closed(change, change.lower if claim.paid > 0 else False, "CH-18")
    answer = _adjudicated(claim, payer, change, as_of)
    return answer if answer.rule == "CH-6" else replace(answer, rule="CH-18")


def _voided_or_withdrawn(claim: ClaimFacts, payer: PayerFacts, change: ChangeFacts) -> ChangeAnswer:
    """CH-17: billable after all is a new claim."""
    if change.kind == "dispute":
        return answer_of("review", "CH-17", "A person decides.")
    if change.kind == "paid_twice" and claim.paid > 0:
        return _paid_twice(claim, change, "CH-17")
    if change.kind in ("result", "codes", "patient", "payer"):
        return answer_of(
            "new_claim", "CH-17", "Billable after all: a new original.",
            due_on=filing_limit(claim, payer),
        )  # fmt: skip
    return answer_of("none", "CH-17", "Nothing of it stands with a payer.")
