"""What TA1, 999, 277CA and 277 say about each of our claims, as verdicts (x12.md section 4)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from services.submission.domain.code_tables import CodeTables
from services.submission.domain.fix_stages import FixStage, fix_stage
from shared.kernel.cite import Cite
from shared.kernel.rule import rule
from shared.x12.acknowledgements import (
    SET_ERRORS,
    TA1_NOTES,
    GroupAcknowledgement,
    InterchangeAcknowledgement,
    SetAcknowledgement,
)
from shared.x12.claim_status import Status, StatusEntry, StatusReport

AcknowledgementKind = Literal["ta1", "999", "277ca", "277"]
RejectedBy = Literal["interchange", "group", "clearinghouse", "payer"]
Finding = Literal["received", "accepted", "rejected", "pended", "noted"]
Answer = InterchangeAcknowledgement | GroupAcknowledgement | StatusReport

_REJECTING = frozenset({"A3", "A6", "A7", "A8"})
_PAYER = "PR"
_ORDER: tuple[AcknowledgementKind, ...] = ("277ca", "277", "999", "ta1")
CLAIM_ACKNOWLEDGEMENT = Cite("ASC X12 005010X214")


@dataclass(frozen=True, slots=True)
class SetSent:
    """One ST of a file of ours: its claims (CLM01) and who billed them."""

    control_number: str
    claim_ids: tuple[str, ...]
    billing_npis: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BatchSent:
    """What we remember of a file: the keys that come back in acknowledgements."""

    batch_id: str
    interchange_control_number: str
    group_control_number: str
    sets: tuple[SetSent, ...]

    def claim_ids(self) -> Iterator[str]:
        """Every claim of the file."""
        return (claim_id for each in self.sets for claim_id in each.claim_ids)


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in words, with the codes it came from."""

    says: str
    category: str | None = None
    status: str | None = None
    entity: str | None = None
    segment: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one acknowledgement says about one claim. `by`: whose acceptance or rejection it is."""

    claim_id: str
    kind: AcknowledgementKind
    finding: Finding
    by: RejectedBy
    reasons: tuple[Reason, ...] = ()
    fix_stage: FixStage | None = None
    payer_control_number: str | None = None
    clearinghouse_control_number: str | None = None
    duplicate_number: bool = False


@dataclass(slots=True)
class Reading:
    """The verdicts of one acknowledgement, and what could not be used of it."""

    kind: AcknowledgementKind
    verdicts: list[Verdict] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def most_specific(kinds: Iterable[AcknowledgementKind]) -> AcknowledgementKind:
    """The kind of a file with several acknowledgements: 277ca, then 277, 999, ta1."""
    present = set(kinds)
    return next(kind for kind in _ORDER if kind in present)


def same_number(left: str, right: str) -> bool:
    """Control numbers are equal whatever their leading zeros."""
    return left.lstrip("0") == right.lstrip("0") and bool(left)


def read_answer(answer: Answer, batch: BatchSent | None, codes: CodeTables) -> Reading:
    """Verdicts per claim; `batch` is the file of ours that the answer names, if we know it."""
    if isinstance(answer, InterchangeAcknowledgement):
        return _interchange(answer, batch)
    if isinstance(answer, GroupAcknowledgement):
        return _group(answer, batch)
    if answer.kind == "277":
        return _claim_status(answer, codes)
    return _claim_acknowledgement(answer, batch, codes)


@rule("CS-3", since=date(2012, 1, 1), cite=Cite("ASC X12 TA1; own"))
def _interchange(answer: InterchangeAcknowledgement, batch: BatchSent | None) -> Reading:
    """A TA1 that accepts proves nothing of a claim; one that rejects concerns all inside."""
    reading = Reading("ta1")
    if batch is None or not same_number(answer.control_number, batch.interchange_control_number):
        reading.problems.append("The TA1 names an interchange that is not ours.")
        return reading
    if not answer.rejected:
        return reading
    note = TA1_NOTES.get(answer.note, f"note {answer.note}")
    reason = Reason(f"The interchange was rejected: {note}.", segment="ISA")
    reading.verdicts.extend(
        Verdict(
            claim_id,
            "ta1",
            "rejected",
            "interchange",
            (reason,),
            "follow_up",
            duplicate_number=answer.note == "025",
        )
        for claim_id in batch.claim_ids()
    )
    return reading


def _group(answer: GroupAcknowledgement, batch: BatchSent | None) -> Reading:
    reading = Reading("999")
    if batch is None or not same_number(answer.control_number, batch.group_control_number):
        reading.problems.append("The 999 names a functional group that is not ours.")
        return reading
    named = {each.control_number.lstrip("0"): each for each in answer.sets}
    for sent in batch.sets:
        said = named.pop(sent.control_number.lstrip("0"), None)
        for claim_id in sent.claim_ids:
            reading.verdicts.extend(_of_set(claim_id, answer, said))
    reading.problems.extend(
        "The 999 names a transaction set that is not in the batch." for _ in named
    )
    return reading


def _of_set(
    claim_id: str, answer: GroupAcknowledgement, said: SetAcknowledgement | None
) -> Iterator[Verdict]:
    """A set follows its own IK5; without one, the AK9 of its group."""
    accepted = said.accepted if said and said.code else answer.code in ("A", "E")
    rejected = said.rejected if said and said.code else answer.code in ("R", "M", "W", "X")
    if rejected:
        reasons = tuple(_set_reasons(answer, said))
        yield Verdict(claim_id, "999", "rejected", "group", reasons, "follow_up")
    elif accepted:
        yield Verdict(claim_id, "999", "received", "group")


def _set_reasons(answer: GroupAcknowledgement, said: SetAcknowledgement | None) -> Iterator[Reason]:
    if said is None:
        yield Reason("The whole functional group was rejected.", segment="GS")
        return
    for error in said.errors:
        place = f"{error.segment}@{error.position}" if error.position else error.segment
        yield Reason(error.says(), segment=place)
    if not said.errors:
        words = [SET_ERRORS.get(code, f"set error {code}") for code in said.codes]
        detail = "; ".join(words) or f"code {said.code} without a reason"
        yield Reason(f"The transaction set was rejected: {detail}.", segment="ST")


@rule("CS-6", since=date(2012, 1, 1), cite=CLAIM_ACKNOWLEDGEMENT)
def _claim_acknowledgement(
    answer: StatusReport, batch: BatchSent | None, codes: CodeTables
) -> Reading:
    """A 277CA speaks for its sender alone: the clearinghouse's acceptance is never the payer's."""
    reading = Reading("277ca")
    by: RejectedBy = "payer" if answer.source == _PAYER else "clearinghouse"
    spoken_for: set[str] = set()
    for entry in answer.entries:
        if entry.level == "claim" and entry.trace:
            spoken_for.add(entry.trace)
            _of_claim(reading, entry, by, codes)
    for entry in answer.entries:
        if entry.level in ("receiver", "provider") and _rejects(entry):
            _of_all_below(reading, entry, by, codes, batch, spoken_for)
        elif entry.level == "receiver" and entry.trace and not _ours(entry, batch):
            reading.problems.append("It names a batch that is not ours; its claims are read alone.")
    return reading


def _ours(receiver: StatusEntry | None, batch: BatchSent | None) -> bool:
    return batch is not None and receiver is not None and receiver.trace == batch.batch_id


def _rejects(entry: StatusEntry) -> bool:
    return any(each.category in _REJECTING for each in entry.statuses)


def _of_claim(reading: Reading, entry: StatusEntry, by: RejectedBy, codes: CodeTables) -> None:
    categories = {each.category for each in entry.statuses}
    if any(category[:1] in ("F", "P", "R") for category in categories):
        reading.problems.append("A category that a 277CA may not use was ignored.")
    reasons = tuple(_reasons(entry.statuses, codes))
    finding: Finding = "noted"
    if _rejects(entry):
        finding = "rejected"
    elif categories & {"A2", "A5"} or ("A0" in categories and by == "clearinghouse"):
        finding = "accepted"
    elif categories & {"A0", "A1"}:
        finding = "received"
    accepted_by_payer = finding == "accepted" and by == "payer"
    reading.verdicts.append(
        Verdict(
            claim_id=entry.trace or "",
            kind="277ca",
            finding=finding,
            by=by,
            reasons=reasons,
            fix_stage=fix_stage(entry.statuses, codes) if finding == "rejected" else None,
            payer_control_number=entry.payer_control_number if accepted_by_payer else None,
            clearinghouse_control_number=entry.clearinghouse_control_number,
        )
    )


def _of_all_below(
    reading: Reading,
    entry: StatusEntry,
    by: RejectedBy,
    codes: CodeTables,
    batch: BatchSent | None,
    spoken_for: set[str],
) -> None:
    """A 2200B rejection hits the batch, a 2200C one every claim of that billing provider."""
    receiver = entry if entry.level == "receiver" else entry.receiver
    if batch is None or not _ours(receiver, batch):
        reading.problems.append("A rejection above claim level names a batch that is not ours.")
        return
    reasons = tuple(_reasons(entry.statuses, codes))
    stage = fix_stage(entry.statuses, codes)
    for each in batch.sets:
        for claim_id in each.claim_ids:
            billed_by = each.billing_npis.get(claim_id)
            if claim_id in spoken_for or (
                entry.level == "provider" and billed_by != entry.billing_npi
            ):
                continue
            reading.verdicts.append(Verdict(claim_id, "277ca", "rejected", by, reasons, stage))


def _claim_status(answer: StatusReport, codes: CodeTables) -> Reading:
    """A 277 answers a question: only pending moves a claim, all else is a reason (section 7)."""
    reading = Reading("277")
    for entry in answer.entries:
        if entry.level != "claim":
            if any(each.category[:1] in ("D", "E", "R") for each in entry.statuses):
                reading.problems.append("The status inquiry itself was refused.")
            continue
        if not entry.statuses or not (entry.patient_control_number or entry.trace):
            continue
        pending = any(each.category.startswith("P") for each in entry.statuses)
        reading.verdicts.append(
            Verdict(
                claim_id=entry.patient_control_number or entry.trace or "",
                kind="277",
                finding="pended" if pending else "noted",
                by="payer" if answer.source == _PAYER else "clearinghouse",
                reasons=tuple(_reasons(entry.statuses, codes)),
                payer_control_number=entry.payer_control_number,
                clearinghouse_control_number=entry.clearinghouse_control_number,
            )
        )
    return reading


def _reasons(statuses: Iterable[Status], codes: CodeTables) -> Iterator[Reason]:
    for each in statuses:
        category = codes.categories.get(each.category, f"category {each.category}")
        listed = codes.statuses.get(each.status)
        status = listed.meaning if listed else f"status {each.status}"
        yield Reason(
            f"{category[:1].upper()}{category[1:]}: {status}.",
            each.category,
            each.status or None,
            each.entity,
        )
