"""Misbehaviour on request: which claims it befalls and what then happens."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from deploy.simulators.clearinghouse.claim import Claim, Line

Answer = Literal["999", "277ca_clearinghouse", "277ca_payer", "835"]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Match(_Document):
    """Every field given must agree; `code` and `diagnosis` with any line, any diagnosis."""

    claim_id: str | None = None
    claim_prefix: str | None = None
    code: str | None = None
    diagnosis: str | None = None
    member_id: str | None = None
    last_name: str | None = None
    payer_id: str | None = None
    frequency: str | None = None

    def holds(self, claim: Claim) -> bool:
        """Whether the behaviour befalls this claim."""
        wanted = (
            (self.claim_id, [claim.claim_id]),
            (self.code, [line.code for line in claim.lines]),
            (self.diagnosis and self.diagnosis.replace(".", ""), claim.diagnoses),
            (self.member_id, [claim.member_id]),
            (self.last_name and self.last_name.upper(), [claim.last_name.upper()]),
            (self.payer_id, [claim.payer_id]),
            (self.frequency, [claim.frequency]),
        )
        prefix = self.claim_prefix is None or claim.claim_id.startswith(self.claim_prefix)
        return prefix and all(value is None or value in found for value, found in wanted)

    def lines(self, claim: Claim) -> Sequence[Line]:
        """The lines meant: those with the code, or all."""
        return [line for line in claim.lines if self.code in (None, line.code)]


class RejectFile(_Document):
    kind: Literal["reject_file"]
    note: str = Field(default="024", pattern=r"^\d{3}$")


class RejectSet(_Document):
    kind: Literal["reject_set"]


class RejectByClearinghouse(_Document):
    kind: Literal["reject_clearinghouse"]
    stc: tuple[str, ...] = Field(default=("A7:21",), min_length=1, max_length=3)


class RejectByPayer(_Document):
    kind: Literal["reject_payer"]
    stc: tuple[str, ...] = Field(default=("A3:21",), min_length=1, max_length=3)


class Deny(_Document):
    kind: Literal["deny"]
    group: Literal["CO", "PR", "OA", "PI"] = "CO"
    carc: str
    rarcs: tuple[str, ...] = ()


class ShortPay(_Document):
    kind: Literal["short_pay"]
    percent: Decimal = Field(ge=0, lt=100)


class SendTwice(_Document):
    kind: Literal["send_twice"]
    answer: Answer


class Silent(_Document):
    kind: Literal["silent"]
    answer: Answer


class Late(_Document):
    kind: Literal["late"]
    answer: Answer
    days: int = Field(ge=1)


class Unbalanced(_Document):
    kind: Literal["unbalanced"]


class Reverse(_Document):
    """The payment is taken back and made again in the same 835."""

    kind: Literal["reverse"]


class Split(_Document):
    """The payer splits the claim: the first line under its number, the rest under another."""

    kind: Literal["split"]


Action = Annotated[
    RejectFile
    | RejectSet
    | RejectByClearinghouse
    | RejectByPayer
    | Deny
    | ShortPay
    | SendTwice
    | Silent
    | Late
    | Unbalanced
    | Reverse
    | Split,
    Field(discriminator="kind"),
]


class Behaviour(_Document):
    """One misbehaviour; `times` limits how many claims it may befall."""

    match: Match = Match()
    action: Action
    times: int | None = Field(default=None, ge=1)
