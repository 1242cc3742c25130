"""What a payer reads in an 837P: claims with their lines, and what about them cannot be read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from deploy.simulators.x12 import Segment, TransactionSet, decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Line:
    """One service line as it came."""

    number: int
    line_id: str
    code: str
    modifiers: tuple[str, ...]
    charge: Decimal
    units: Decimal
    pointers: tuple[int, ...]
    service_date: date | None
    authorization: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """One CLM with its parties. `claim_id` is CLM01, unchanged."""

    claim_id: str
    set_control_number: str
    charge: Decimal
    place_of_service: str = ""
    frequency: str = ""
    payer_control_number: str = ""
    authorization: str = ""
    diagnoses: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    payer_id: str = ""
    payer_name: str = ""
    member_id: str = ""
    last_name: str = ""
    first_name: str = ""
    billing_npi: str = ""
    billing_name: str = ""
    billing_tax_id: str = ""
    rendering_npi: str = ""
    problems: tuple[str, ...] = ()

    @property
    def service_date(self) -> date | None:
        days = [line.service_date for line in self.lines if line.service_date]
        return min(days) if days else None


@dataclass(slots=True)
class _Parties:
    """The loops above a claim, as far as the segments have told."""

    billing_npi: str = ""
    billing_name: str = ""
    billing_tax_id: str = ""
    payer_id: str = ""
    payer_name: str = ""
    member_id: str = ""
    last_name: str = ""
    first_name: str = ""
    level: str = ""
    problems: list[str] = field(default_factory=list)


def read_claims(one: TransactionSet, component: str) -> list[Claim]:
    """Every claim of a set, in order. A fact that cannot be read is a problem of its claim."""
    parties = _Parties()
    claims: list[Claim] = []
    for head, body in _claims_of(one.segments, parties):
        claims.append(_claim(head, body, parties, one.control_number, component))
    return claims


def _claims_of(
    segments: Sequence[Segment], parties: _Parties
) -> Iterator[tuple[Segment, list[Segment]]]:
    """Each CLM with what follows up to the next claim or level; parties are kept on the way."""
    head: Segment | None = None
    body: list[Segment] = []
    for segment in segments:
        if segment.id in ("CLM", "HL", "SE") and head is not None:
            yield head, body
            head, body = None, []
        if segment.id == "CLM":
            head = segment
        elif head is not None:
            body.append(segment)
        else:
            _read_party(segment, parties)


def _read_party(segment: Segment, parties: _Parties) -> None:
    match segment.id, segment.at(1):
        case "HL", _:
            parties.level = segment.at(3)
            if parties.level == "22":
                parties.payer_id = parties.payer_name = parties.member_id = ""
                parties.last_name = parties.first_name = ""
        case "NM1", "85":
            parties.billing_npi, parties.billing_name = segment.at(9), segment.at(3)
        case "REF", "EI" | "SY":
            parties.billing_tax_id = segment.at(2)
        case "NM1", "IL":
            parties.member_id = segment.at(9)
            parties.last_name, parties.first_name = segment.at(3), segment.at(4)
        case "NM1", "QC":
            parties.last_name, parties.first_name = segment.at(3), segment.at(4)
        case "NM1", "PR":
            parties.payer_id, parties.payer_name = segment.at(9), segment.at(3)


def _claim(
    head: Segment, body: list[Segment], parties: _Parties, control_number: str, component: str
) -> Claim:
    problems: list[str] = []
    place = [*head.at(5).split(component), "", "", ""][:3]
    claim = Claim(
        claim_id=head.at(1),
        set_control_number=control_number,
        charge=_number(head.at(2), "CLM02", problems),
        place_of_service=place[0],
        frequency=place[2],
        payer_id=parties.payer_id,
        payer_name=parties.payer_name,
        member_id=parties.member_id,
        last_name=parties.last_name,
        first_name=parties.first_name,
        billing_npi=parties.billing_npi,
        billing_name=parties.billing_name,
        billing_tax_id=parties.billing_tax_id,
    )
    return _with_body(claim, body, component, problems)


def _with_body(claim: Claim, body: list[Segment], component: str, problems: list[str]) -> Claim:
    diagnoses: list[str] = []
    lines: list[Line] = []
    for segment in body:
        match segment.id, segment.at(1):
            case "LX", _:
                lines.append(Line(len(lines) + 1, "", "", (), ZERO, ZERO, (), None))
            case "SV1", _ if lines:
                lines[-1] = _service(lines[-1], segment, component, problems)
            case "DTP", "472" if lines:
                lines[-1] = replace(lines[-1], service_date=_day(segment.at(3), problems))
            case "REF", "6R" if lines:
                lines[-1] = replace(lines[-1], line_id=segment.at(2))
            case "REF", "G1" if lines:
                lines[-1] = replace(lines[-1], authorization=segment.at(2))
            case "REF", "G1":
                claim = replace(claim, authorization=segment.at(2))
            case "REF", "F8" if not lines:
                claim = replace(claim, payer_control_number=segment.at(2))
            case "HI", _:
                diagnoses += [part.split(component)[-1] for part in segment.elements[1:]]
            case "NM1", "82" if not lines:
                claim = replace(claim, rendering_npi=segment.at(9))
    return replace(claim, diagnoses=tuple(diagnoses), lines=tuple(lines), problems=tuple(problems))


def _service(line: Line, segment: Segment, component: str, problems: list[str]) -> Line:
    parts = segment.at(1).split(component)
    return replace(
        line,
        code=parts[1] if len(parts) > 1 else "",
        modifiers=tuple(part for part in parts[2:6] if part),
        charge=_number(segment.at(2), "SV102", problems),
        units=_number(segment.at(4), "SV104", problems),
        pointers=tuple(int(part) for part in segment.at(7).split(component) if part.isdigit()),
    )


def _number(text: str, place: str, problems: list[str]) -> Decimal:
    try:
        return decimal(text)
    except ValueError:
        problems.append(place)
        return ZERO


def _day(text: str, problems: list[str]) -> date | None:
    try:
        return datetime.strptime(text[:8], "%Y%m%d").date()  # noqa: DTZ007 - a date alone
    except ValueError:
        problems.append("DTP03")
        return None
