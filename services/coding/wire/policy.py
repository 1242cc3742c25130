"""Policies over HTTP: what a practice chooses, for every payer and for those with their own."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Annotated, Literal, Self

from pydantic import Field

from services.coding.domain.policy import Policy, PolicyBook
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

    @classmethod
    def of(cls, policy: Policy) -> Self:
        return cls(**asdict(policy))

    def over(self, policy: Policy) -> Policy:
        """The policy with these choices in place of its own."""
        return replace(policy, **self.model_dump(exclude_none=True))


class Policies(Document):
    """All policies of a practice. payers: what differs from `general`, by payer."""

    general: PolicyChoices = PolicyChoices()
    payers: Mapping[Id, PolicyChoices] = Field(default_factory=dict, max_length=1_000)

    @classmethod
    def of(cls, book: PolicyBook) -> Self:
        """Every choice as it stands, said or not."""
        return cls(
            general=PolicyChoices.of(book.general),
            payers={payer: PolicyChoices.of(each) for payer, each in book.payers.items()},
        )

    def book(self) -> PolicyBook:
        """As the rules know them."""
        general = self.general.over(Policy())
        return PolicyBook(
            general=general,
            payers={payer: each.over(general) for payer, each in self.payers.items()},
        )
