"""A practice's own charges beside the claim that the record supports: too little, too much."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from services.coding.domain.chart import because
from services.coding.domain.claim import Claim, Discrepancy, Line
from services.coding.domain.sources import LONG_AGO, OWN
from shared.kernel.rule import rule


@dataclass(frozen=True, slots=True)
class Charge:
    """A line as somebody charged it."""

    code: str
    units: int
    modifiers: tuple[str, ...] = ()


def compared(claim: Claim, charged: Sequence[Charge]) -> Claim:
    """The claim with what the charges miss of it and what they hold beyond it."""
    return replace(
        claim,
        missed=(*claim.missed, *_not_charged(claim.lines, charged)),
        unsupported=(*claim.unsupported, *_not_supported(claim.lines, charged)),
    )


@rule("CH-1", since=LONG_AGO, cite=OWN)
def _not_charged(lines: Sequence[Line], charged: Sequence[Charge]) -> Iterator[Discrepancy]:
    """A line, a unit or a modifier that the record supports and nobody charged is missed."""
    units, modifiers = _units(charged), _modifiers(charged)
    for code, supported in _units(lines).items():
        of_code = [line for line in lines if line.code == code]
        evidence = [place for line in of_code for place in line.rationale[0].evidence]
        wanting = supported - units[code]
        if wanting > 0:
            says = f"{code}: {supported} supported, {units[code]} charged."
            yield _of_lines(of_code, wanting, (), says, evidence)
        unsaid = () if not units[code] else _beyond(_modifiers(lines), modifiers, code)
        if unsaid:
            says = f"{code}: supported with {' '.join(unsaid)}, charged without."
            yield _of_lines(of_code, units[code], unsaid, says, evidence)


@rule("CH-2", since=LONG_AGO, cite=OWN)
def _not_supported(lines: Sequence[Line], charged: Sequence[Charge]) -> Iterator[Discrepancy]:
    """A line, a unit or a modifier that was charged and the record does not support."""
    units = _units(lines)
    for code, number in _units(charged).items():
        at = [f"/charged/{place}" for place, each in enumerate(charged) if each.code == code]
        beyond = number - units[code]
        if beyond > 0:
            says = f"{code}: {number} charged, {units[code]} supported."
            yield Discrepancy(code, beyond, because("CH-2", says, OWN, *at))
        idle = () if not units[code] else _beyond(_modifiers(charged), _modifiers(lines), code)
        if idle:
            says = f"{code}: charged with {' '.join(idle)}, supported without."
            yield Discrepancy(code, number, because("CH-2", says, OWN, *at), modifiers=idle)


def _of_lines(
    lines: Sequence[Line],
    units: int,
    modifiers: tuple[str, ...],
    says: str,
    evidence: Sequence[str],
) -> Discrepancy:
    return Discrepancy(
        lines[0].code,
        units,
        because("CH-1", says, OWN, *dict.fromkeys(evidence)),
        modifiers=modifiers,
        procedure_ids=tuple(dict.fromkeys(each for line in lines for each in line.procedure_ids)),
        lesion_ids=tuple(dict.fromkeys(each for line in lines for each in line.lesion_ids)),
    )


def _units(lines: Sequence[Line] | Sequence[Charge]) -> Counter[str]:
    units: Counter[str] = Counter()
    for line in lines:
        units[line.code] += line.units
    return units


def _modifiers(lines: Sequence[Line] | Sequence[Charge]) -> Counter[tuple[str, str]]:
    return Counter((line.code, each) for line in lines for each in line.modifiers)


def _beyond(
    these: Counter[tuple[str, str]], those: Counter[tuple[str, str]], code: str
) -> tuple[str, ...]:
    """Modifiers of a code that stand on more lines here than there."""
    return tuple(sorted(name for (of, name) in these - those if of == code))
