"""Replays over HTTP: what is asked, how a run stands, what it found."""

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.coding.domain.facts import Payer
from services.coding.domain.policy import chosen
from services.coding.domain.replay import (
    REPLAYED,
    ChosenRelease,
    ClaimDiffers,
    LineSaid,
    Proposal,
    Replay,
    ReplayState,
    Sums,
    Uncoded,
)
from services.coding.wire.policy import PolicyChoices
from shared.contracts.documents.base import Count, Day, Document, Flag, Id, Items, Program


class ProposedRelease(Document):
    """A release as `GET /v1/references` names it; read for every date of service of the range."""

    table: Literal[REPLAYED]  # type: ignore[valid-type]
    release: Annotated[str, Field(min_length=1, max_length=80)]


class ProposedPayer(Document):
    """Whom the claims are taken to be for: its fees, and by its program whose rules."""

    payer_id: Id
    program: Program | None = None


class ReplayAsked(Document):
    """Claims with a date of service from `from` to `to`, coded again under what is proposed.

    Without a proposal it shows what the rules, fees and tables of now would change.
    """

    first_day: Annotated[Day, Field(alias="from")]
    last_day: Annotated[Day, Field(alias="to")]
    releases: Items[ProposedRelease] = ()
    payer: ProposedPayer | None = None
    carry_forward: Flag | None = None
    policy: PolicyChoices | None = None
    as_of: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_day < self.first_day:
            raise ValueError("`to` is before `from`")
        tables = [each.table for each in self.releases]
        if len(set(tables)) < len(tables):
            raise ValueError("one release a table")
        return self

    def proposal(self) -> Proposal:
        """As the rules know it."""
        payer = self.payer
        return Proposal(
            tuple(ChosenRelease(each.table, each.release) for each in self.releases),
            None if payer is None else Payer(payer_id=payer.payer_id, program=payer.program),
            self.carry_forward,
            None if self.policy is None else chosen(self.policy.said()),
        )


class ReplayResult(BaseModel):
    """So far while it runs. Amounts in US dollars: charges that rise, that fall, and their sum."""

    claims_differing: Count
    charges_up: Decimal
    charges_down: Decimal
    charges_net: Decimal
    claims_uncoded: Count


class ReplayStands(BaseModel):
    """How a run stands; `done` of `total` claims were looked at."""

    replay_id: UUID
    state: ReplayState
    first_day: date = Field(serialization_alias="from")
    last_day: date = Field(serialization_alias="to")
    as_of: date
    proposal: Proposal
    done: int
    total: int
    requested_at: datetime
    result: ReplayResult

    @classmethod
    def of(cls, run: Replay, found: Sums) -> Self:
        result = ReplayResult(
            claims_differing=found.claims,
            charges_up=found.up,
            charges_down=found.down,
            charges_net=found.up - found.down,
            claims_uncoded=found.uncoded,
        )
        return cls.model_validate({**_fields(run), "result": result})


class ClaimUncoded(BaseModel):
    """A claim that could not be coded under the proposal: look at its case."""

    claim_id: str
    reason: str

    @classmethod
    def of(cls, row: tuple[str, Uncoded]) -> Self:
        claim_id, uncoded = row
        return cls(claim_id=claim_id, reason=uncoded.reason)


class LineDiffers(BaseModel):
    """A line before and after; null where one side has no such line."""

    before: LineSaid | None
    after: LineSaid | None


class ClaimDiffering(BaseModel):
    claim_id: str
    status_before: str
    status_after: str
    charge_before: Decimal
    charge_after: Decimal
    charge_difference: Decimal
    lines: list[LineDiffers]

    @classmethod
    def of(cls, row: tuple[str, ClaimDiffers]) -> Self:
        claim_id, differs = row
        return cls(
            claim_id=claim_id,
            status_before=differs.status_before,
            status_after=differs.status_after,
            charge_before=differs.charge_before,
            charge_after=differs.charge_after,
            charge_difference=differs.charge_after - differs.charge_before,
            lines=[LineDiffers(before=old, after=new) for old, new in differs.lines],
        )


CSV_COLUMNS = (
    "claim_id,status_before,status_after,code_before,modifiers_before,units_before,charge_before,"
    "code_after,modifiers_after,units_after,charge_after"
)


def csv_of(rows: Iterable[tuple[str, ClaimDiffers]]) -> str:
    """A row per line of the claims that differ, without the columns' names."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for claim_id, differs in rows:
        for old, new in differs.lines or ((None, None),):
            said = (claim_id, differs.status_before, differs.status_after)
            writer.writerow((*said, *_cells(old), *_cells(new)))
    return text.getvalue()


def _cells(line: LineSaid | None) -> tuple[object, ...]:
    if line is None:
        return ("", "", "", "")
    return line.code, " ".join(line.modifiers), line.units, line.charge


def _fields(run: Replay) -> dict[str, object]:
    return {name: getattr(run, name) for name in Replay.__slots__}
