"""What a clearinghouse and a payer refuse before adjudication, and what a payer then denies."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from deploy.simulators.clearinghouse.claim import Claim, Line
from deploy.simulators.clearinghouse.payers import PAYERS, Payer, global_days

Stc = str
_LINE_LIMIT = 50
_POINTER_LIMIT = 4
_SEPARATE = frozenset({"59", "XS", "XE", "XP", "XU", "76", "77", "58", "79"})
_DIGITS = frozenset({f"F{n}" for n in range(1, 10)} | {f"T{n}" for n in range(1, 10)})
_ANATOMICAL = _DIGITS | {"FA", "TA", "LT", "RT", "E1", "E2", "E3", "E4", "JW", "JZ"}

# column 1 -> its column 2 codes that a modifier lifts; a payer's own short list
_PAIRS: Mapping[str, frozenset[str]] = {
    "11102": frozenset({"17000", "11300"}),
    "11104": frozenset({"17000", "17110"}),
    "11106": frozenset({"17000", "17110"}),
    "17110": frozenset({"11102", "17000"}),
    "11402": frozenset({"17000", "11102", "11104"}),
    "11442": frozenset({"11102", "11104"}),
    "11642": frozenset({"11102", "11104"}),
}
_PRIMARIES: Mapping[str, frozenset[str]] = {
    "11103": frozenset({"11102", "11104", "11106"}),
    "11105": frozenset({"11104", "11106"}),
    "11107": frozenset({"11106"}),
    "17003": frozenset({"17000"}),
    "17312": frozenset({"17311"}),
    "17314": frozenset({"17313"}),
    "17315": frozenset({"17311", "17313"}),
    "11201": frozenset({"11200"}),
    "11732": frozenset({"11730"}),
}
_MAXIMUM_UNITS: Mapping[str, int] = {
    "17000": 1, "17003": 13, "17004": 1, "17110": 1, "17111": 1, "11102": 1, "11104": 1,
    "11106": 1, "11200": 1, "17311": 4, "17313": 3, "96372": 5, "11900": 1, "11901": 1,
}  # fmt: skip
_MALIGNANT_CODES = ("116", "1726", "1727", "1728", "1731")
_MALIGNANT_DIAGNOSES = ("C43", "C44", "C4A", "D03", "D04")
_COSMETIC_CODES = frozenset({"17110", "17111", "11200", "11201"})
_COSMETIC_DIAGNOSES = ("L821", "L918", "L814")


@dataclass(frozen=True, slots=True)
class Denial:
    """A line unpaid: group, CARC and remarks."""

    group: str
    carc: str
    rarcs: tuple[str, ...] = ()


def clearinghouse_refusals(claim: Claim, today: date) -> list[Stc]:
    """Status codes for which the clearinghouse returns the claim; none: it is passed on."""
    found: list[Stc] = []
    if claim.problems or not claim.lines or not claim.claim_id:
        found.append("A7:481")
    if len(claim.lines) > _LINE_LIMIT:
        found.append("A3:121")
    if claim.payer_id not in PAYERS:
        found.append("A7:153:PR")
    if not claim.member_id:
        found.append("A6:164:IL")
    for npi, entity in ((claim.billing_npi, "85"), (claim.rendering_npi, "82")):
        if npi and not npi_holds(npi):
            found.append(f"A7:562:{entity}")
    if not claim.billing_npi:
        found.append("A6:562:85")
    if claim.charge != sum(line.charge for line in claim.lines):
        found.append("A7:178")
    if not claim.diagnoses:
        found.append("A6:254")
    for line in claim.lines:
        found += _line_refusals(line, claim, today)
    return list(dict.fromkeys(found))


def _line_refusals(line: Line, claim: Claim, today: date) -> Iterator[Stc]:
    if not line.code:
        yield "A6:507"
    if line.units <= 0:
        yield "A7:476"
    if line.service_date is None or line.service_date > today:
        yield "A7:187"
    pointers = line.pointers
    if not 1 <= len(pointers) <= _POINTER_LIMIT or max(pointers) > len(claim.diagnoses):
        yield "A7:477"


def payer_refusals(claim: Claim, known: Callable[[str], bool], twin: bool) -> list[Stc]:
    """Status codes for which the payer returns the claim.

    known: whether a payer control number is one of this payer's. twin: whether an original with
    the same content is already in process.
    """
    match claim.frequency:
        case "7" | "8" if not claim.payer_control_number:
            return ["A6:464"]
        case "7" | "8" if not known(claim.payer_control_number):
            return ["A7:464"]
        case "1" if claim.payer_control_number:
            return ["A7:535"]
        case "1" if twin:
            return ["A3:54"]
        case "1" | "7" | "8":
            return []
        case _:
            return ["A7:535"]


def denials(claim: Claim, payer: Payer) -> dict[int, Denial]:
    """The lines this payer denies by its own edits, by line number."""
    found: dict[int, Denial] = {}
    for line in claim.lines:
        for edit in (_bundled_visit, _repeated, _column_two, _orphan, _excess, _diagnosis, _looks):
            denial = edit(line, claim)
            if denial is not None:
                found.setdefault(line.number, denial)
        if line.code in payer.authorize and not (claim.authorization or line.authorization):
            found.setdefault(line.number, Denial("CO", "197"))
    return found


def _bundled_visit(line: Line, claim: Claim) -> Denial | None:
    """An E/M beside a procedure is paid only with the modifier that says it stands apart."""
    if not line.code.startswith("992"):
        return None
    periods = {global_days().get(other.code, "") for other in claim.lines if other is not line}
    if "090" in periods:
        wanted = {"25", "57"}
    elif periods & {"000", "010"}:
        wanted = {"25"}
    else:
        return None
    return None if wanted & set(line.modifiers) else Denial("CO", "97", ("N20",))


def _repeated(line: Line, claim: Claim) -> Denial | None:
    """The second line with a code, and nothing that tells it from the first, is a duplicate."""
    earlier = [
        other for other in claim.lines if other.code == line.code and other.number < line.number
    ]
    apart = set(line.modifiers) & (_SEPARATE | _ANATOMICAL)
    return Denial("OA", "18") if earlier and not apart else None


def _column_two(line: Line, claim: Claim) -> Denial | None:
    """Column 2 of a pair is part of column 1 unless a modifier lifts it."""
    partners = {code for code, seconds in _PAIRS.items() if line.code in seconds}
    bundled = any(other.code in partners for other in claim.lines if other is not line)
    lifted = set(line.modifiers) & (_SEPARATE | _ANATOMICAL)
    return Denial("CO", "97", ("N20",)) if bundled and not lifted else None


def _orphan(line: Line, claim: Claim) -> Denial | None:
    """An add-on needs its primary on the same claim."""
    primaries = _PRIMARIES.get(line.code)
    if primaries is None or any(other.code in primaries for other in claim.lines):
        return None
    return Denial("CO", "107")


def _excess(line: Line, claim: Claim) -> Denial | None:
    """Units above the maximum are not paid."""
    maximum = _MAXIMUM_UNITS.get(line.code)
    return Denial("CO", "151", ("N362",)) if maximum and line.units > maximum else None


def _diagnosis(line: Line, claim: Claim) -> Denial | None:
    """The malignant families need a malignant or in-situ diagnosis."""
    if not line.code.startswith(_MALIGNANT_CODES):
        return None
    supported = any(code.startswith(_MALIGNANT_DIAGNOSES) for code in _pointed(line, claim))
    return None if supported else Denial("CO", "11", ("N569",))


def _looks(line: Line, claim: Claim) -> Denial | None:
    """Removal of a keratosis or a tag without a further reason is for looks."""
    pointed = _pointed(line, claim)
    if line.code not in _COSMETIC_CODES or not pointed:
        return None
    if not all(code.startswith(_COSMETIC_DIAGNOSES) for code in pointed):
        return None
    return Denial("PR" if "GA" in line.modifiers else "CO", "50", ("N115",))


def _pointed(line: Line, claim: Claim) -> Sequence[str]:
    return [
        claim.diagnoses[pointer - 1]
        for pointer in line.pointers
        if 1 <= pointer <= len(claim.diagnoses)
    ]


def npi_holds(npi: str) -> bool:
    """Ten digits whose last is the Luhn check digit over 80840 and the rest."""
    if len(npi) != 10 or not npi.isdigit():
        return False
    total = 0
    for place, digit in enumerate(reversed("80840" + npi)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
