"""Payer profiles as CSV: one row a payer, the columns of its document but for the fees."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from services.submission.wire.profiles import PayerDocument
from shared.kernel.refused import Refused

MOST_ROWS = 5_000
_NEEDED = frozenset({"payer_id", "name", "program", "accepts_replacement"})
_COLUMNS = _NEEDED | {
    "filing_code", "route", "filing_days", "corrected_claim_days", "appeal_days",
}  # fmt: skip
_TRUE_OR_FALSE = {"true": True, "false": False}
_NUMBERS = frozenset({"filing_days", "corrected_claim_days", "appeal_days"})


@dataclass(frozen=True, slots=True)
class PayerFault:
    """A row that is no payer. `line`: where it ends in the file, counted from 1."""

    line: int
    says: str


def payers_of(
    body: bytes,
) -> tuple[Sequence[tuple[str, PayerDocument]], Sequence[PayerFault]]:
    """The payers of a CSV and the rows that are none.

    Raises:
        Refused: it is no CSV in UTF-8, its header is wrong, or it has too many rows.
    """
    try:
        records = csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True)
        header = set(records.fieldnames or ())
        if not header >= _NEEDED or header - _COLUMNS:
            columns = ",".join(sorted(_COLUMNS))
            raise Refused("wrong-header", f"the header names columns of {columns}", "line:1")
        rows = [(records.line_num, row) for row in records]
    except (UnicodeDecodeError, csv.Error):
        raise Refused("not-csv", "the body is not CSV in UTF-8") from None
    if len(rows) > MOST_ROWS:
        raise Refused("too-many-rows", f"at most {MOST_ROWS} rows are read at once")
    return _read(rows)


def _read(
    rows: Sequence[tuple[int, dict[str, str]]],
) -> tuple[Sequence[tuple[str, PayerDocument]], Sequence[PayerFault]]:
    found: dict[str, PayerDocument] = {}
    faults: list[PayerFault] = []
    for line, row in rows:
        given = {name: text.strip() for name, text in row.items() if name and text and text.strip()}
        payer_id = given.pop("payer_id", "")
        if not 2 <= len(payer_id) <= 80 or payer_id in found:
            faults.append(PayerFault(line, "the payer has no id, or its id stands twice"))
            continue
        try:
            values = {name: _value(name, text) for name, text in given.items()}
            found[payer_id] = PayerDocument.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            faults.append(PayerFault(line, f"{first['loc'][0]}: {first['msg']}"))
    return list(found.items()), faults


def _value(name: str, text: str) -> object:
    if name == "accepts_replacement":
        return _TRUE_OR_FALSE.get(text.lower(), text)
    return int(text) if name in _NUMBERS and text.isdecimal() else text
