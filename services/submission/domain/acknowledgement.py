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
_CATEGORIES = _REJECTING | {"A0", "A1", "A2", "A4", "A5"}
_CUT_OFF = "The acknowledgement is cut off; what stands before the cut was read."
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
        if answer.code != "A":
            said = "accepted with errors" if answer.code == "E" else "answered with an unknown code"
            reading.problems.append(f"The interchange was {said}: {_note(answer)}.")
        return reading
    reason = Reason(f"The interchange was rejected: {_note(answer)}.", segment="ISA")
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


def _note(answer: InterchangeAcknowledgement) -> str:
    return TA1_NOTES.get(answer.note, f"note {answer.note}")


def _group(answer: GroupAcknowledgement, batch: BatchSent | None) -> Reading:
    reading = Reading("999")
    if not answer.complete:
        reading.problems.append(_CUT_OFF)
    if batch is None or not same_number(answer.control_number, batch.group_control_number):
        reading.problems.append("The 999 names a functional group that is not ours.")
        return reading
    named = {each.control_number.lstrip("0"): each for each in answer.sets}
    for sent in batch.sets:
        said = named.pop(sent.control_number.lstrip("0"), None)
        verdicts = [each for id in sent.claim_ids for each in _of_set(id, answer, said)]
        reading.verdicts.extend(verdicts)
        if sent.claim_ids and not verdicts:
            reading.problems.append(f"The 999 decides nothing of set {sent.control_number}.")
    reading.problems.extend(
        "The 999 names a transaction set that is not in the batch." for _ in named
    )
    return reading


def _of_set(
    claim_id: str, answer: GroupAcknowledgement, said: SetAcknowledgement | None
) -> Iterator[Verdict]:
    """A group refused whole refuses its sets; else a set follows its IK5, without one the AK9."""
    decided = said is not None and bool(said.code)
    accepted = said.accepted if said and decided else answer.code in ("A", "E")
    if answer.rejected or (said is not None and said.rejected):
        reasons = tuple(_set_reasons(answer, said))
        yield Verdict(claim_id, "999", "rejected", "group", reasons, "follow_up")
    elif accepted:
        noted = tuple(_errors(said)) if said else ()
        yield Verdict(claim_id, "999", "received", "group", noted)


def _errors(said: SetAcknowledgement) -> Iterator[Reason]:
    for error in said.errors:
        place = f"{error.segment}@{error.position}" if error.position else error.segment
        yield Reason(error.says(), segment=place)


def _set_reasons(answer: GroupAcknowledgement, said: SetAcknowledgement | None) -> Iterator[Reason]:
    if said is None or not said.rejected:
        yield Reason("The whole functional group was rejected.", segment="GS")
    if said is None:
        return
    yield from _errors(said)
    if said.rejected and not said.errors:
        words = [SET_ERRORS.get(code, f"set error {code}") for code in said.codes]
        detail = "; ".join(words) or f"code {said.code} without a reason"
        yield Reason(f"The transaction set was rejected: {detail}.", segment="ST")


@rule("CS-6", since=date(2012, 1, 1), cite=CLAIM_ACKNOWLEDGEMENT)
def _claim_acknowledgement(
    answer: StatusReport, batch: BatchSent | None, codes: CodeTables
) -> Reading:
    """A 277CA speaks for its sender alone: the clearinghouse's acceptance is never the payer's."""
    reading = Reading("277ca")
    if not answer.complete:
        reading.problems.append(_CUT_OFF)
    spoken_for: set[str] = set()
    for entry in answer.entries:
        if entry.level == "claim" and entry.trace:
            _of_claim(reading, entry, codes)
            if entry.everything:
                spoken_for.add(entry.trace.upper())
    for entry in answer.entries:
        if entry.level in ("receiver", "provider") and _rejects(entry):
            _of_all_below(reading, entry, codes, batch, spoken_for)
        elif entry.level == "receiver" and entry.trace and not _ours(entry, batch):
            reading.problems.append("It names a batch that is not ours; its claims are read alone.")
    return reading


def _by(entry: StatusEntry) -> RejectedBy:
    """Whoever does not name itself the payer speaks for the clearinghouse alone."""
    return "payer" if entry.source == _PAYER else "clearinghouse"


def _ours(receiver: StatusEntry | None, batch: BatchSent | None) -> bool:
    if batch is None or receiver is None or not receiver.trace:
        return False
    return receiver.trace.upper() == batch.batch_id.strip().upper()


def _rejects(entry: StatusEntry) -> bool:
    return any(each.category in _REJECTING for each in entry.everything)


def _of_claim(reading: Reading, entry: StatusEntry, codes: CodeTables) -> None:
    by = _by(entry)
    categories = {each.category for each in entry.everything}
    for category in sorted(categories - _CATEGORIES):
        reading.problems.append(f"Category {category} means nothing in a 277CA; it was set aside.")
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
            reasons=tuple(_reasons(entry.everything, codes)),
            fix_stage=fix_stage(_rejections(entry), codes) if finding == "rejected" else None,
            payer_control_number=entry.payer_control_number if accepted_by_payer else None,
            clearinghouse_control_number=entry.clearinghouse_control_number,
        )
    )


def _rejections(entry: StatusEntry) -> list[Status]:
    """The statuses that reject, which name what is to be mended."""
    return [each for each in entry.everything if each.category in _REJECTING]


def _of_all_below(
    reading: Reading,
    entry: StatusEntry,
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
    stage = fix_stage(_rejections(entry), codes)
    hit = [
        claim_id
        for each in batch.sets
        for claim_id in each.claim_ids
        if entry.level == "receiver"
        or (entry.billing_npi and each.billing_npis.get(claim_id) == entry.billing_npi)
    ]
    if not hit:
        reading.problems.append("A billing provider was rejected that the batch does not name.")
    reading.verdicts.extend(
        Verdict(claim_id, "277ca", "rejected", _by(entry), reasons, stage)
        for claim_id in hit
        if claim_id.upper() not in spoken_for
    )


def _claim_status(answer: StatusReport, codes: CodeTables) -> Reading:
    """A 277 answers a question: only pending moves a claim, all else is a reason (section 7)."""
    reading = Reading("277")
    if not answer.complete:
        reading.problems.append(_CUT_OFF)
    for entry in answer.entries:
        if entry.level != "claim":
            if any(each.category[:1] in ("D", "E", "R") for each in entry.statuses):
                reading.problems.append("The status inquiry itself was refused.")
            continue
        if not entry.everything or not (entry.patient_control_number or entry.trace):
            continue
        reading.verdicts.append(
            Verdict(
                claim_id=entry.patient_control_number or entry.trace or "",
                kind="277",
                finding="pended" if _pends(entry) else "noted",
                by=_by(entry),
                reasons=tuple(_reasons(entry.everything, codes)),
                payer_control_number=entry.payer_control_number,
                clearinghouse_control_number=entry.clearinghouse_control_number,
            )
        )
    return reading


def _pends(entry: StatusEntry) -> bool:
    """The claim's own statuses decide, its lines' where it has none; what is final pends not."""
    kinds = {each.category[:1] for each in entry.statuses or entry.line_statuses}
    return "P" in kinds and "F" not in kinds


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
