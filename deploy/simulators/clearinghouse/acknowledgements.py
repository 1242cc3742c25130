"""TA1, 999 and 277CA as a clearinghouse and its payers write them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from deploy.simulators.clearinghouse.claim import ZERO, Claim
from deploy.simulators.x12 import (
    Group,
    Interchange,
    amount,
    clean,
    envelope,
    group,
    segment,
    transaction_set,
)

HOUSE_ID = "CLRHOUSE"
HOUSE_NAME = "EXAMPLE CLEARINGHOUSE"
_ACK_GUIDE = "005010X231A1"
_CLAIM_ACK_GUIDE = "005010X214"


@dataclass(frozen=True, slots=True)
class SetAnswer:
    """How one ST fared. `position`: of the segment at fault, counted from ST = 1."""

    control_number: str
    guide: str
    accepted: bool
    segment_id: str = ""
    position: int = 0
    error: str = "8"
    claim_id: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """Who answers a claim: the clearinghouse (AY) or a payer (PR)."""

    role: str
    name: str
    qualifier: str
    id: str


HOUSE = Entity("AY", HOUSE_NAME, "46", HOUSE_ID)


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """One claim's status: up to three codes, and the number it got."""

    claim: Claim
    stc: tuple[str, ...]
    reference: tuple[str, str] | None = None

    @property
    def accepted(self) -> bool:
        return self.stc[0].startswith(("A0", "A1", "A2", "A5"))


def ta1(original: Interchange, note: str, *, control_number: int, at: datetime) -> bytes:
    """An interchange refused whole."""
    refusal = segment(
        "TA1", original.control_number, original.header.at(9), original.header.at(10), "R", note
    )
    return envelope(
        sender=HOUSE_ID,
        receiver=clean(original.sender),
        control_number=control_number,
        at=at,
        usage=_usage(original),
        content=[refusal],
    )


def acknowledgement(
    original: Interchange,
    answered: Group,
    answers: Sequence[SetAnswer],
    *,
    control_number: int,
    at: datetime,
) -> bytes:
    """The 999 of one functional group."""
    accepted = sum(answer.accepted for answer in answers)
    verdict = "A" if accepted == len(answers) else "P" if accepted else "R"
    total = str(len(answers))
    body = [segment("AK1", "HC", answered.header.at(6), answered.header.at(8))]
    for answer in answers:
        body += _set_answer(answer)
    body.append(segment("AK9", verdict, total, total, str(accepted)))
    one = transaction_set("999", 1, body, guide=_ACK_GUIDE)
    return _file(original, "FA", _ACK_GUIDE, one, control_number=control_number, at=at)


def _set_answer(answer: SetAnswer) -> list[str]:
    head = segment("AK2", "837", answer.control_number, answer.guide)
    if answer.accepted:
        return [head, segment("IK5", "A")]
    fault = []
    if answer.segment_id:
        fault.append(segment("IK3", answer.segment_id, str(answer.position), "", answer.error))
    if answer.claim_id:
        fault.append(segment("CTX", f"CLM01:{clean(answer.claim_id)}"))
    return [head, *fault, segment("IK5", "R", "5")]


def claim_acknowledgement(
    original: Interchange,
    batch_id: str,
    submitter: tuple[str, str],
    entity: Entity,
    answers: Sequence[ClaimAnswer],
    *,
    control_number: int,
    at: datetime,
) -> bytes:
    """The 277CA of one entity for claims of one file; `submitter`: name and id of NM1*41."""
    day = f"{at:%Y%m%d}"
    good = [answer.claim for answer in answers if answer.accepted]
    bad = [answer.claim for answer in answers if not answer.accepted]
    name, submitter_id = submitter
    body = [
        segment("BHT", "0085", "08", f"{control_number:09d}", day, f"{at:%H%M%S}", "TH"),
        "HL*1**20*1",
        segment("NM1", entity.role, "2", entity.name, "", "", "", "", entity.qualifier, entity.id),
        segment("TRN", "1", f"{control_number:09d}"),
        segment("DTP", "050", "D8", day),
        segment("DTP", "009", "D8", day),
        "HL*2*1*21*1",
        segment("NM1", "41", "2", clean(name), "", "", "", "", "46", clean(submitter_id)),
        segment("TRN", "2", clean(batch_id)),
        segment("STC", "A1:19:PR", day, "WQ", _total([*good, *bad])),
        *_counts(good, "90", "YU"),
        *_counts(bad, "AA", "YY"),
    ]
    level = 2
    for npi in dict.fromkeys(answer.claim.billing_npi for answer in answers):
        level += 1
        provider = level
        of_provider = [answer for answer in answers if answer.claim.billing_npi == npi]
        body += [
            segment("HL", str(level), "2", "19", "1"),
            segment(
                "NM1", "85", "2", clean(of_provider[0].claim.billing_name),
                "", "", "", "", "XX", clean(npi),
            ),
            segment("TRN", "1", "0"),
        ]  # fmt: skip
        for answer in of_provider:
            level += 1
            body += _claim_answer(answer, level, provider, day)
    one = transaction_set("277", 1, body, guide=_CLAIM_ACK_GUIDE)
    return _file(original, "HN", _CLAIM_ACK_GUIDE, one, control_number=control_number, at=at)


def _claim_answer(answer: ClaimAnswer, level: int, parent: int, day: str) -> list[str]:
    claim = answer.claim
    action = "WQ" if answer.accepted else "U"
    codes = [*answer.stc[:3], "", ""]
    lines = [
        segment("HL", str(level), str(parent), "PT"),
        segment(
            "NM1", "QC", "1", clean(claim.last_name), clean(claim.first_name),
            "", "", "", "MI", clean(claim.member_id),
        ),
        segment("TRN", "2", clean(claim.claim_id)),
        segment(
            "STC", codes[0], day, action, amount(claim.charge),
            "", "", "", "", "", codes[1], codes[2],
        ),
    ]  # fmt: skip
    if answer.reference is not None:
        lines.append(segment("REF", *answer.reference))
    if claim.service_date is not None:
        lines.append(segment("DTP", "472", "D8", f"{claim.service_date:%Y%m%d}"))
    return lines


def _counts(claims: Sequence[Claim], quantity: str, money: str) -> list[str]:
    if not claims:
        return []
    return [segment("QTY", quantity, str(len(claims))), segment("AMT", money, _total(claims))]


def _total(claims: Sequence[Claim]) -> str:
    return amount(sum((claim.charge for claim in claims), ZERO))


def _usage(original: Interchange) -> str:
    return "T" if original.header.at(15) == "T" else "P"


def _file(
    original: Interchange,
    functional_id: str,
    guide: str,
    one: list[str],
    *,
    control_number: int,
    at: datetime,
) -> bytes:
    sender, receiver = HOUSE_ID, clean(original.sender)
    return envelope(
        sender=sender,
        receiver=receiver,
        control_number=control_number,
        at=at,
        usage=_usage(original),
        content=group(
            functional_id=functional_id,
            guide=guide,
            sender=sender,
            receiver=receiver,
            control_number=control_number,
            at=at,
            sets=[one],
        ),
    )
