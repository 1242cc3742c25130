"""The rule book over HTTP."""

from datetime import date
from typing import Annotated, Self

from fastapi import APIRouter, Query

from services.coding import rules
from services.coding.api.parts import Paged, Reader
from shared.contracts.documents.base import Document, Items
from shared.http import Listing, not_found

reads = APIRouter(prefix="/v1")


class RuleDocument(Document):
    """A rule: its id as `rationale.rule` names it, and the sentence a biller reads.

    verified: false where something of it is from memory. since: the first date of service it holds
    for. cases: the test cases that hold it, in their words.
    """

    rule: str
    section: str
    says: str
    sources: Items[str]
    verified: bool
    since: date
    cases: Items[str]

    @classmethod
    def of(cls, entry: rules.Entry) -> Self:
        return cls(
            rule=entry.id,
            section=entry.section,
            says=entry.says,
            sources=entry.sources,
            verified=entry.verified,
            since=entry.since,
            cases=entry.cases,
        )


@reads.get("/rules")
async def list_rules(
    who: Reader,
    paged: Paged,
    section: Annotated[str | None, Query(max_length=40)] = None,
    verified: bool | None = None,
    q: Annotated[str | None, Query(max_length=100)] = None,
) -> Listing[RuleDocument]:
    """Every rule in the order of the book; by section, by whether it is verified, by its words."""
    after = paged.after(str)
    book = rules.entries()
    known = [each.id for each in book]
    start = known.index(after[0]) + 1 if after and after[0] in known else 0
    found = [
        each
        for each in book[start:]
        if (section is None or each.section.lower() == section.lower())
        and (verified is None or each.verified == verified)
        and (q is None or q.lower() in f"{each.id} {each.says}".lower())
    ]
    return paged.answer(found[: paged.limit + 1], key=lambda each: (each.id,), item=RuleDocument.of)


@reads.get("/rules/{rule}")
async def one_rule(rule: str, who: Reader) -> RuleDocument:
    """One rule, by its id."""
    found = rules.find(rule)
    if found is None:
        raise not_found("rule")
    return RuleDocument.of(found)
