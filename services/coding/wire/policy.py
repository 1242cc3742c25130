"""Policies over HTTP: what a practice chooses, for every payer and for those with their own."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field

from services.coding.domain.policy import Choices, PolicyBook
from shared.contracts.documents.base import Document, Flag, Id

WaitDays = Annotated[int, Field(strict=True, ge=0, le=7)]


class PolicyChoices(Document):
    """Choices; what is not said stays as it is. Their meaning: `Policy` of the rules."""

    distinct: Literal["59", "XS"] | None = None
    repeated_by_76: Flag | None = None
    frozen_section: Literal["59", "58"] | None = None
    multiple_procedures: Flag | None = None
    visit_beside_minor: Flag | None = None
    office_complications: Literal["ask", "paid", "included"] | None = None
    injection: Literal["96372", "96401"] | None = None
    biopsy_wait_days: WaitDays | None = None
    shave_wait_days: WaitDays | None = None

    def said(self) -> Choices:
        """Those that are said, as the rules know them."""
        return self.model_dump(exclude_none=True)


class Policies(Document):
    """The choices for every payer, and by payer what differs."""

    general: PolicyChoices = PolicyChoices()
    payers: Mapping[Id, PolicyChoices] = Field(default_factory=dict, max_length=1_000)

    def book(self, since: date) -> PolicyBook:
        """As the rules know them."""
        payers = {payer: each.said() for payer, each in self.payers.items()}
        return PolicyBook(since=since, general=self.general.said(), payers=payers)


class PoliciesStand(BaseModel):
    """The policies for dates of service from a day on, as they were said."""

    effective_from: date
    general: Choices
    payers: Mapping[str, Choices]

    @classmethod
    def of(cls, book: PolicyBook) -> Self:
        return cls(effective_from=book.since, general=book.general, payers=book.payers)
