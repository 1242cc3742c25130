"""What became of the clinic's visits, read back from the services over REST and added up.

Nothing is taken on one service's word: the books are counted from eligibility's visits, coding's
claims and the clearinghouse's files, and must agree with those of operations.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

import httpx

from deploy.local.parts import CLEARINGHOUSE, SERVICES

ROWS = ("billed", "patient_pay", "no_charge", "held", "in_review", "waiting", "cancelled")
POSTED = ("allowed", "paid", "patient_responsibility", "adjusted")
MONEY = ("billed", *POSTED, "open")
ZERO = Decimal("0.00")
_ROW_OF_STATUS = {
    "held": "held",
    "needs_review": "in_review",
    "ready": "waiting",
    "patient_pay": "patient_pay",
    "no_charge": "no_charge",
}
_INTAKES = ("eligibility", "documentation", "pathology", "submission")
Json = Mapping[str, Any]


class Sent(Protocol):
    """What the clinic says it sent."""

    @property
    def scenes(self) -> Mapping[str, str]: ...
    @property
    def refused(self) -> Mapping[str, int]: ...
    @property
    def finished(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Recoded:
    """A claim whose codes or diagnoses a report changed after it had been ready."""

    claim_id: str
    case_id: str
    before: str
    after: str
    charge_before: Decimal
    charge_after: Decimal
    frequency: str


@dataclass(slots=True)
class Figures:
    """The summary's numbers. `faults`: what keeps the books open, in plain words."""

    visits: int
    books: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    waits: Sequence[Json] = ()
    denials: Sequence[Json] = ()
    recoded: list[Recoded] = field(default_factory=list)
    money: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(MONEY, ZERO))
    payers_paid: Decimal = ZERO
    timeline: Json | None = None
    events: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def books_close(self) -> bool:
        return not self.faults


class _Reader:
    """The services' REST, as the demo practice."""

    def __init__(self, client: httpx.AsyncClient, urls: Mapping[str, str]) -> None:
        self._client = client
        self._urls = urls

    async def get(self, part: str, path: str, **query: str) -> Any:  # noqa: ANN401 - JSON
        """One answer."""
        response = await self._client.get(self._urls[part] + path, params=query)
        return response.raise_for_status().json()

    async def items(self, part: str, path: str, **query: str) -> AsyncIterator[Json]:
        """Every item of a list."""
        cursor: str | None = None
        while True:
            asked = {"limit": "200", **query} | ({"cursor": cursor} if cursor else {})
            page = await self.get(part, path, **asked)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return


async def gather(urls: Mapping[str, str], token: str, sent: Sent) -> Figures:
    """Ask every service what it knows of the play and add it up."""
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(headers=headers, timeout=60) as client:
        reader = _Reader(client, urls)
        house = await reader.get(CLEARINGHOUSE, "/v1/claims")
        told = await reader.get("operations", "/v1/figures")
        figures = Figures(
            visits=len(sent.scenes),
            denials=told["denials"],
            waits=told["waits"],
            events=sum(told["events"].values()),
        )
        received = {one["claim_id"].rpartition("-")[0] for one in house}
        insured = await _count_visits(reader, figures, received)
        await _count_claims(reader, figures, received, insured)
        figures.payers_paid = sum(
            (Decimal(one["paid"]) for one in house if one["state"] == "paid"), ZERO
        )
        await _read_recoded(reader, figures, told["recoded"])
        _check(figures, told, sent)
        await _check_left_over(reader, figures)
    return figures


async def _count_visits(reader: _Reader, figures: Figures, received: set[str]) -> set[str]:
    """Put every visit into its one row of the books; the claims an insurance is to pay."""
    claims: dict[str, list[Json]] = {}
    async for claim in reader.items("coding", "/v1/claims"):
        claims.setdefault(claim["case_id"], []).append(claim)
    async for visit in reader.items("eligibility", "/v1/visits"):
        figures.books[_row(visit, claims.get(visit["case_id"], []), received)] += 1
    return {
        claim["claim_id"]
        for of_case in claims.values()
        for claim in of_case
        if claim["status"] not in ("patient_pay", "no_charge")
    }


def _row(visit: Json, claims: Sequence[Json], received: set[str]) -> str:
    statuses = {claim["status"] for claim in claims}
    if any(claim["claim_id"] in received for claim in claims):
        return "billed"
    for status, row in _ROW_OF_STATUS.items():
        if status in statuses:
            return row
    return "cancelled" if visit["status"] in ("cancelled", "no_show") else "waiting"


async def _count_claims(
    reader: _Reader, figures: Figures, received: set[str], insured: set[str]
) -> None:
    """States and charges of the latest versions; money posted on any version."""
    latest: dict[str, Json] = {}
    async for claim in reader.items("submission", "/v1/claims"):
        known = latest.get(claim["claim_id"])
        if known is None or known["version"] < claim["version"]:
            latest[claim["claim_id"]] = claim
        for name in POSTED:
            figures.money[name] += Decimal(claim[name] or 0)
    for claim in latest.values():
        if claim["claim_id"] in insured:
            figures.states[claim["state"]] += 1
        if claim["claim_id"] in received:
            figures.money["billed"] += Decimal(claim["charge"])
            figures.money["open"] += Decimal(claim["open"])


async def _read_recoded(reader: _Reader, figures: Figures, told: Sequence[Json]) -> None:
    """The recodings with their money, and the timeline of one: a replacement before others."""
    for one in told:
        path = f"/v1/claims/{one['claim_id']}/versions"
        before = await reader.get("coding", f"{path}/{one['from_version']}")
        after = await reader.get("coding", f"{path}/{one['to_version']}")
        recoded = Recoded(
            one["claim_id"],
            one["case_id"],
            _codes(before),
            _codes(after),
            _charge(before),
            _charge(after),
            one["frequency_code"],
        )
        if recoded.before != recoded.after:
            figures.recoded.append(recoded)
    figures.recoded.sort(
        key=lambda one: (one.frequency != "7", one.charge_before - one.charge_after)
    )
    if figures.recoded:
        chosen = figures.recoded[0].case_id
        figures.timeline = await reader.get("operations", f"/v1/cases/{chosen}")


def _codes(claim: Json) -> str:
    lines = [
        "-".join([line["code"], *line["modifiers"]])
        + (f" x{line['units']}" if line["units"] > 1 else "")
        for line in claim["lines"]
    ]
    return f"{', '.join(lines)} ({', '.join(claim['diagnoses'])})"


def _charge(claim: Json) -> Decimal:
    return sum((Decimal(line["charge"]) for line in claim["lines"]), ZERO)


def _check(figures: Figures, told: Json, sent: Sent) -> None:
    """What the numbers alone must show before the books are called closed."""
    faults = figures.faults
    if not sent.finished:
        faults.append("the clinic did not get to its end")
    faults += [f"{count} x {what} was not taken" for what, count in sent.refused.items()]
    if figures.books.total() != figures.visits:
        faults.append(f"of {figures.visits} visits {figures.books.total()} stand in the books")
    books = {row: told["books"][row] for row in ROWS}
    if not told["books"]["adds_up"] or books != {row: figures.books[row] for row in ROWS}:
        faults.append(f"operations counts otherwise: {books}")
    if figures.money["paid"] != figures.payers_paid:
        faults.append(f"payers paid {figures.payers_paid}, posted is {figures.money['paid']}")


async def _check_left_over(reader: _Reader, figures: Figures) -> None:
    """No message may have failed and no event may lie dead."""
    for service in _INTAKES:
        failed = [one async for one in reader.items(service, "/v1/messages", state="failed")]
        if failed:
            figures.faults.append(f"{len(failed)} messages failed in {service}")
    for service in SERVICES:
        dead = [one async for one in reader.items(service, "/v1/parked", status="dead")]
        if dead:
            figures.faults.append(f"{len(dead)} events are dead letters in {service}")
