"""`python -m services.submission.x12 check FILE`: what it is, if it is right, what would happen.

Nothing is stored or told, and nothing of a patient is printed. The exit code is 0 where nothing
speaks against the file, 1 where something does, 2 where it cannot be read at all.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from services.submission.domain.scrub import mend_of
from services.submission.seed import read_code_lists, read_code_tables
from services.submission.wire.remittance_check import CheckedTransaction, check_remittance
from shared.kernel.clock import Clock
from shared.x12.acknowledgements import (
    TA1_NOTES,
    read_group_acknowledgement,
    read_interchange_acknowledgements,
)
from shared.x12.claim_status import read_status_report
from shared.x12.envelope import Interchange, read_interchanges
from shared.x12.judging import judge
from shared.x12.segments import NotX12

Told = tuple[str, bool]
"""A line to print, and whether it speaks against the file."""

REJECTING = frozenset({"A3", "A6", "A7", "A8"})


def told(data: bytes, today: date) -> Iterator[Told]:
    """What is to be said of a file, line by line.

    Raises:
        NotX12: it holds no readable interchange.
    """
    interchanges = read_interchanges(data)
    kinds = Counter(one.kind for each in interchanges for one in each.sets)
    answers = sum(len(each.acknowledgements) for each in interchanges)
    named = [f"{count} x {kind or '?'}" for kind, count in kinds.items()]
    named += [f"{answers} x TA1"] if answers else []
    yield f"{len(interchanges)} interchange(s): {', '.join(named) or 'no set'}", not named
    yield from _faults(interchanges)
    if kinds["837"]:
        yield from _claims(data, kinds["837"], today)
    if kinds["835"]:
        yield from _remittance(data)
    for interchange in interchanges:
        yield from _acknowledgements(interchange)


def _faults(interchanges: list[Interchange]) -> Iterator[Told]:
    for each in interchanges:
        if not each.complete:
            yield "the interchange has no end (IEA)", True
        for fault in (*each.faults, *(one for found in each.sets for one in found.faults)):
            yield f"{fault.segment or 'envelope'}: {fault.says}", True


def _claims(data: bytes, sets: int, today: date) -> Iterator[Told]:
    text = data.decode("utf-8", errors="replace")
    found = judge(text, sets, read_code_lists(), today)
    for each in found:
        place = f"{each.loop or ''} {each.element or each.segment}".strip()
        where = f"@{each.position}" if each.position else ""
        whose = f" claim {each.claim_id}" if each.claim_id else ""
        mend = mend_of(each)
        yield f"{place}{where}{whose}: {each.says} ({each.rule}; mended by {mend.stage})", True
    if not found:
        yield "837P: nothing speaks against sending it", False


def _remittance(data: bytes) -> Iterator[Told]:
    for each in check_remittance(data, {}, read_code_tables()).transactions:
        yield _paid(each), each.quarantined
        for reason in each.quarantine_reasons:
            yield f"  {reason}", True
        for warning in each.warnings:
            yield f"  {warning.segment or ''} {warning.says}", False


def _paid(each: CheckedTransaction) -> str:
    happens = "would be held" if each.quarantined else "would be posted"
    denied = sum(claim.denied for claim in each.claims)
    return (
        f"835 {each.control_number}: {len(each.claims)} claim(s), {denied} denied, paid "
        f"{each.payment_amount}: {happens}"
    )


def _acknowledgements(interchange: Interchange) -> Iterator[Told]:
    """What a TA1, 999, 277CA or 277 says, without our batch."""
    for answer in read_interchange_acknowledgements(interchange):
        note = TA1_NOTES.get(answer.note, f"note {answer.note}")
        word = "rejected" if answer.rejected else "taken"
        yield f"TA1: interchange {answer.control_number} {word}: {note}", answer.rejected
    for one in interchange.sets:
        if one.kind == "999":
            for each in read_group_acknowledgement(one).sets:
                yield f"999: set {each.control_number} code {each.code}", each.rejected
                for error in each.errors:
                    yield f"  {error.says()}", True
        elif one.kind == "277":
            report = read_status_report(one)
            for entry in report.entries:
                said = " ".join(f"{each.category}:{each.status}" for each in entry.everything)
                if said:
                    refused = any(each.category in REJECTING for each in entry.everything)
                    yield f"{report.kind}: {entry.level} {said} (by {entry.source})", refused


def main() -> int:
    """Check one file and tell."""
    parser = argparse.ArgumentParser(prog="python -m services.submission.x12")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help=told.__doc__).add_argument("file", type=Path)
    file: Path = parser.parse_args().file
    try:
        data = file.read_bytes()
        lines = list(told(data, Clock().business().date()))
    except OSError as error:
        sys.stderr.write(f"the file cannot be read: {error.strerror}\n")
        return 2
    except NotX12 as error:
        sys.stderr.write(f"this is no X12 file: {error.says}\n")
        return 2
    for line, _ in lines:
        sys.stdout.write(f"{line}\n")
    return 1 if any(against for _, against in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
