"""837P files written, checked by our own rules and by the guide, against the guide's own time.

`python -m bench.x12_writing [claims]`: pyx12 alone on the finished file, before and after, is the
baseline of the same run; writing and both checks together may take no more than 1.2 times as long.
Seconds are of the processor, so that what else the machine does is left out.
"""

import sys
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from shared.x12.claim_rules import own_objections
from shared.x12.guide import guide_objections
from shared.x12.objection import CodeLists
from shared.x12.professional import (
    FUNCTIONAL_ID,
    GUIDE,
    Address,
    BillingProvider,
    Coverage,
    Header,
    Payer,
    Person,
    ProfessionalClaim,
    Provider,
    Receiver,
    ServiceLine,
    Submitter,
    write_claim_set,
)
from shared.x12.writer import Envelope, write_interchange

_LIMIT = 1.2
_CLAIMS = 5_000
_CLAIMS_PER_SET = 100
_TODAY = date(2026, 3, 16)
_AT = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
_ADDRESS = Address("18 Harbor Street", "Springfield", "IL", "627010000")
_BILLING = BillingProvider("Prairie Dermatology", "1497758544", "311234567", "207N00000X", _ADDRESS)
_HEADER = Header(
    Submitter("Prairie Dermatology", "PRAIRIE", "Billing", "2175550100"),
    Receiver("Clearinghouse", "HOUSE"),
    _BILLING,
    "B1",
    _AT,
)
_PATIENT = Person("Ada", "Moreno", date(1956, 7, 19), "F", _ADDRESS)
_LINES = (
    ServiceLine(1, "", "11102", ["59"], Decimal("185.00"), 1, [1], date(2026, 3, 2)),
    ServiceLine(2, "", "17000", [], Decimal("95.50"), 1, [2], date(2026, 3, 2)),
    ServiceLine(3, "", "99213", ["25"], Decimal("140.00"), 1, [1, 2], date(2026, 3, 2)),
)


def claims(count: int) -> list[ProfessionalClaim]:
    """Invented claims with three lines each."""
    one = ProfessionalClaim(
        "",
        Coverage(Payer("Example Health Plan", "60054", "CI"), "W1234", _PATIENT, "GRP-2"),
        "1",
        "11",
        ["C44.311", "L57.0"],
        _LINES,
        rendering=Provider("1234567893", "Okafor", "Ruth", "207N00000X"),
    )
    return [
        replace(
            one,
            id=f"CL{number:08d}-1",
            lines=[replace(each, id=f"CL{number:08d}-1-{each.number}") for each in _LINES],
        )
        for number in range(count)
    ]


def written(given: list[ProfessionalClaim]) -> str:
    """The claims as one interchange."""
    envelope = Envelope("ZZ", "PRAIRIE", "ZZ", "HOUSE", 7, "T", _AT, FUNCTIONAL_ID, GUIDE)
    parts = [given[at : at + _CLAIMS_PER_SET] for at in range(0, len(given), _CLAIMS_PER_SET)]
    return write_interchange(envelope, [write_claim_set(_HEADER, part) for part in parts])


def _guide_alone(text: str) -> float:
    """Seconds of processor time that the guide takes for a file."""
    began = time.process_time()
    if guide_objections(text, text.count("~ST*")):
        raise RuntimeError("the guide objects to the file of the bench")
    return time.process_time() - began


def main() -> int:
    """Measure and tell; the exit code says whether the limit held."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else _CLAIMS
    given = claims(count)
    before = _guide_alone(written(given))
    began = time.process_time()
    text = written(given)
    wrote = time.process_time()
    objections = own_objections(text.encode(), CodeLists(), _TODAY)
    checked = time.process_time()
    sets = text.count("~ST*")
    objections += guide_objections(text, sets)
    gated = time.process_time()
    baseline = (before + _guide_alone(text)) / 2
    ratio = (gated - began) / baseline
    print(
        f"{count} claims, {text.count('~')} segments: written {wrote - began:.2f} s, own rules "
        f"{checked - wrote:.2f} s, guide {gated - checked:.2f} s ({count / baseline:.0f} claims/s "
        f"alone); written and gated in {ratio:.2f} times the guide's own time (limit {_LIMIT})"
    )
    return 0 if ratio <= _LIMIT and not objections else 1


if __name__ == "__main__":
    sys.exit(main())
