"""Loop 2400 with its drug, its own providers and what other payers decided of it."""

from collections.abc import Sequence

from shared.x12.professional.parties import write_attachment, write_facility, write_provider
from shared.x12.professional.values import LineDecision, Provider, Reduction, ServiceLine
from shared.x12.writer import SetWriter, day, number, plain

_DESCRIPTION_COMPONENT = 7
_REDUCTIONS_PER_SEGMENT = 6


def write_line(out: SetWriter, line: ServiceLine) -> None:
    """One service line, its segments in the guide's order."""
    out.add("LX", str(line.number))
    pointers = [str(pointer) for pointer in line.pointers]
    out.add(
        "SV1", _procedure(line), number(line.charge), "UN", str(line.units),
        line.place_of_service or "", "", pointers,
    )  # fmt: skip
    for attachment in line.attachments:
        write_attachment(out, attachment)
    out.add("DTP", "472", "D8", day(line.service_on))
    _references(out, line)
    if line.note:
        out.add("NTE", "ADD", plain(line.note, 80))
    if line.purchased:
        out.add("PS1", line.purchased.npi, number(line.purchased.amount))
    if line.drug:
        out.add("LIN", "", "N4", line.drug.ndc)
        out.add("CTP", "", "", "", number(line.drug.quantity), line.drug.unit)
    _providers(out, line)
    for decision in line.decisions:
        _decision(out, decision)


def write_reductions(out: SetWriter, reductions: Sequence[Reduction]) -> None:
    """CAS: the reasons of one group together, six at most in a segment."""
    groups: dict[str, list[Reduction]] = {}
    for each in reductions:
        groups.setdefault(each.group_code, []).append(each)
    for group, reasons in groups.items():
        for at in range(0, len(reasons), _REDUCTIONS_PER_SEGMENT):
            elements: list[str] = []
            for each in reasons[at : at + _REDUCTIONS_PER_SEGMENT]:
                elements += [each.reason, number(each.amount), ""]
            out.add("CAS", group, *elements)


def _procedure(line: ServiceLine) -> list[str]:
    parts = ["HC", line.code, *line.modifiers]
    if line.description:
        parts += [""] * (_DESCRIPTION_COMPONENT - 1 - len(parts))
        parts.append(plain(line.description, 80))
    return parts


def _references(out: SetWriter, line: ServiceLine) -> None:
    for qualifier, value in (
        ("G1", line.authorization),
        ("6R", line.id),
        ("X4", line.laboratory_number),
        ("F4", line.referring_laboratory_number),
        ("9F", line.referral),
    ):
        if value:
            out.add("REF", qualifier, value)


def _providers(out: SetWriter, line: ServiceLine) -> None:
    _named(out, "82", line.rendering)
    if line.purchased:
        out.add("NM1", "QB", "2", "", "", "", "", "", "XX", line.purchased.npi)
    if line.facility:
        write_facility(out, line.facility)
    _named(out, "DQ", line.supervising)
    _named(out, "DK", line.ordering)
    _named(out, "DN", line.referring)


def _named(out: SetWriter, role: str, provider: Provider | None) -> None:
    if provider:
        write_provider(out, role, provider)


def _decision(out: SetWriter, decision: LineDecision) -> None:
    out.add(
        "SVD", decision.payer_id, number(decision.paid),
        ["HC", decision.code, *decision.modifiers], "", str(decision.units),
    )  # fmt: skip
    write_reductions(out, decision.reductions)
    out.add("DTP", "573", "D8", day(decision.decided_on))
    if decision.patient_owes is not None:
        out.add("AMT", "EAF", number(decision.patient_owes))
