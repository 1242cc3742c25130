"""Answers to messages: MSH, MSA and, where something is wrong, ERR. No word of what was sent."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from shared.hl7.escapes import Delimiters
from shared.hl7.message import Message

Code: TypeAlias = Literal["AA", "AE", "AR", "CA", "CE", "CR"]
_OURS = Delimiters()
_COMMIT: dict[Code, Code] = {"AA": "CA", "AE": "CE", "AR": "CR"}


@dataclass(frozen=True, slots=True)
class Fault:
    """What an ERR segment says: location (`PID^1^3`), HL70357 code, E or W, a sentence of ours."""

    place: str
    error: str
    says: str
    severity: Literal["E", "W"] = "E"


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """An answer: its code and fault, to a message as far as it could be read."""

    code: Code
    message: Message | None = None
    fault: Fault | None = None

    @property
    def commit(self) -> "Acknowledgement":
        """The same answer as the accept acknowledgement of enhanced mode."""
        return Acknowledgement(_COMMIT.get(self.code, self.code), self.message, self.fault)


def acknowledge(answer: Acknowledgement, control_id: str, at: datetime) -> str:
    """The acknowledgement as text, segments ended by CR. `control_id` is its own MSH-10."""
    sent = answer.message
    stamp = at.astimezone(UTC).strftime("%Y%m%d%H%M%S+0000")
    header, trigger, asked, mode, version = ["", "", "", ""], "", "", "P", "2.5.1"
    if sent is not None:
        header = [_first(sent, number) for number in (5, 6, 3, 4)]
        trigger, asked = sent.trigger, _OURS.encode(sent.control_id)
        mode = sent.header.value(11).upper()[:1] or "P"
        version = sent.header.value(12) or version
    kind = "^".join(filter(None, ("ACK", _OURS.encode(trigger), "ACK")))
    msh = ["MSH", r"^~\&", *header, stamp, "", kind, control_id, mode, _OURS.encode(version)]
    segments = ["|".join(msh), f"MSA|{answer.code}|{asked}"]
    if answer.fault is not None:
        fault = answer.fault
        says = _OURS.encode(fault.says)
        segments.append(f"ERR||{fault.place}|{fault.error}^{says}^HL70357|{fault.severity}")
    return "\r".join(segments) + "\r"


def _first(sent: Message, number: int) -> str:
    """An application or facility with its components, in our separators."""
    found = next(iter(sent.header.repetitions(number)), None)
    values = [] if found is None else [found.value(n) for n in (1, 2, 3)]
    return "^".join(_OURS.encode(each) for each in values).rstrip("^")


def asked_for(answer: Acknowledgement) -> list[Acknowledgement]:
    """The answers a sender asks for in enhanced mode; the plain one where it asks for none.

    MSH-15 asks for the commit answer, MSH-16 for the application's: AL always, ER on error, SU on
    success, NE never. Here both are known at once, for what is committed is answered.
    """
    if answer.message is None:
        return [answer]
    accept, application = (answer.message.header.value(n).upper() for n in (15, 16))
    if not accept and not application:
        return [answer]
    wanted = {"AL": True, "ER": answer.code != "AA", "SU": answer.code == "AA"}
    answers = [(accept, answer.commit), (application, answer)]
    return [each for condition, each in answers if wanted.get(condition, False)]
