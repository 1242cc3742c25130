"""What the sender of an HL7 message gets to read: its acknowledgements (interop 6)."""

from datetime import datetime

from shared.hl7 import Acknowledgement, Fault, Unreadable, acknowledge, asked_for
from shared.http.door import Taken
from shared.http.problems import Problem

_REUSED = Fault("MSH^1^10", "205", "this id was used before with another content", "W")


def acknowledgements(taken: Taken, at: datetime) -> list[str]:
    """The answers to one message: one, or none, or two in enhanced mode."""
    answer = _answer(taken)
    if answer.message is not None and answer.message.acknowledges:
        return []
    sent = asked_for(answer) if taken.enhanced else [answer]
    number = taken.message_id.hex[:19]
    return [acknowledge(each, f"{each.code[0]}{number}", at) for each in sent]


def refusal(error: Unreadable, number: str, at: datetime) -> str:
    """The answer to what is not kept: no message at all, or one too large."""
    fault = Fault(error.field or "", error.error, error.reason)
    return acknowledge(Acknowledgement("AR", error.message, fault), number, at)


def _answer(taken: Taken) -> Acknowledgement:
    judged = taken.judged
    if judged.refused is None:
        return Acknowledgement("AA", judged.message, _REUSED if taken.conflict else None)
    trouble = judged.troubles[0]
    if isinstance(judged.refused, Problem) and judged.refused.status != 422:
        error = {"type-unsupported": "200", "processing-id-undefined": "202"}.get(
            trouble.rule, "100" if judged.message is None else "102"
        )
        return Acknowledgement(
            "AR", judged.message, Fault(trouble.place or "", error, trouble.says)
        )
    return Acknowledgement("AE", judged.message, Fault(trouble.place or "", "101", trouble.says))
