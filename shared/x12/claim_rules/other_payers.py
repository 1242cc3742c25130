"""Rules of loops 2320 to 2430: who pays in which order, and that the earlier results balance."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from shared.x12.claim_rules import forms
from shared.x12.claim_rules.loops import ClaimLoops, Loop, Node
from shared.x12.objection import Objection, absent, at
from shared.x12.segments import Segment

_ZERO = Decimal(0)
_FIRST_AMOUNT, _STEP = 3, 3


def other_payer_objections(found: ClaimLoops) -> Iterator[Objection]:
    """What is wrong with the other payers of a claim, or with what they decided."""
    subscriber = found.subscriber
    sbr = subscriber.own.first("SBR") if subscriber else None
    taken = {sbr.get(1)} if sbr else set()
    decisions = [(line, loop) for line in found.lines for loop in line.loops if loop.name == "2430"]
    known = {_payer_id(each) for each in found.other_payers} - {""}
    for node in found.other_payers:
        head = node.own.head
        if head.get(1) in taken:
            says = "Two payers stand in the same place of the order."
            yield at("SC-12", says, head, "2320", 1)
        taken.add(head.get(1))
        if not _payer_id(node):
            yield absent("SC-12", "The other payer has no id.", "NM1", "2330B", head, 9)
        if node.one("2330A") is None:
            yield absent("SC-12", "The other subscriber has no name.", "NM1", "2330A", head)
        yield from _balance(found, node, decisions)
    for line, loop in decisions:
        if loop.head.get(1) not in known:
            says = "A line's decision names a payer that the claim does not (SVD01)."
            yield at("SC-12", says, loop.head, "2430", 1)
        yield from _line_balance(line, loop)
        if loop.first("DTP", "573") is None:
            yield absent("SC-12", "The decision has no date.", "DTP", "2430", loop.head)
    if sbr and sbr.get(1) in ("S", "T") and not found.other_payers:
        says = "A secondary claim names the payer before it (SBR of 2320)."
        yield absent("SC-12", says, "SBR", "2320", found.claim.own.head)


def _payer_id(node: Node) -> str:
    payer = node.one("2330B")
    return payer.head.get(9) if payer else ""


def _adjusted(loops: Iterable[Loop]) -> Decimal | None:
    """The sum of every CAS amount; None where one is no amount."""
    total = _ZERO
    for loop in loops:
        for cas in loop.every("CAS"):
            for number in range(_FIRST_AMOUNT, len(cas.elements) + 1, _STEP):
                amount = forms.money(cas.get(number))
                if amount is None:
                    return None
                total += amount
    return total


def _line_balance(line: Node, loop: Loop) -> Iterator[Objection]:
    service = line.service
    charge = forms.money(service.get(2)) if service else None
    paid, adjusted = forms.money(loop.head.get(2)), _adjusted([loop])
    if charge is None or paid is None or adjusted is None:
        says = "Charge, payment and reductions of a line are dollars and cents."
        yield at("SC-12", says, loop.head, "2430", 2)
    elif charge != paid + adjusted:
        says = "The line's charge is not what was paid and reduced."
        yield at("SC-12", says, loop.head, "2430", 2)


def _balance(
    found: ClaimLoops, node: Node, decisions: list[tuple[Node, Loop]]
) -> Iterator[Objection]:
    """AMT*D is the lines' payments less what was reduced on the claim; all adds up to CLM02."""
    paid_segment = node.own.first("AMT", "D")
    if paid_segment is None:
        return
    of_payer = [loop for _, loop in decisions if loop.head.get(1) == _payer_id(node)]
    paid = forms.money(paid_segment.get(2))
    on_claim, on_lines = _adjusted([node.own]), _adjusted(of_payer)
    charge = forms.money(found.claim.own.head.get(2))
    if paid is None or on_claim is None or on_lines is None or charge is None:
        says = "What the other payer paid and reduced is dollars and cents."
        yield at("SC-12", says, paid_segment, "2320", 2)
        return
    if of_payer and paid + on_claim != _sum_paid(of_payer):
        says = "What the payer paid differs from the sum of its lines."
        yield at("SC-12", says, paid_segment, "2320", 2)
    elif paid + on_claim + on_lines != charge:
        says = "What the payer paid and reduced is not the charge of the claim."
        yield at("SC-12", says, paid_segment, "2320", 2)


def _sum_paid(loops: list[Loop]) -> Decimal:
    heads: Iterable[Segment] = (loop.head for loop in loops)
    return sum((forms.money(head.get(2)) or _ZERO for head in heads), _ZERO)
