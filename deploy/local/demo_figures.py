"""What became of the clinic's visits, read back from the services over REST."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

import httpx

from deploy.local.parts import CLEARINGHOUSE, SERVICES

ROWS = ("billed", "patient pay", "no charge", "held", "in review", "waiting", "cancelled")
_ROW_OF_STATUS = {
    "held": "held",
    "needs_review": "in review",
    "ready": "waiting",
    "patient_pay": "patient pay",
    "no_charge": "no charge",
}
_INTAKES = ("eligibility", "documentation", "pathology", "submission")
_AT_ONCE = 8
_IDS = re.compile(r"\b(?:[A-Z]+-)?[A-Z]*\d[\w-]*\b")
ZERO = Decimal("0.00")


class Sent(Protocol):
    """What the clinic says it sent."""

    @property
    def scenes(self) -> Mapping[str, str]: ...
    @property
    def cases(self) -> Mapping[str, str]: ...
    @property
    def refused(self) -> Mapping[str, int]: ...
    @property
    def finished(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Recoded:
    """A claim whose codes a report changed after it had been coded."""

    claim_id: str
    case_id: str
    visit_id: str
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
    waits: Counter[tuple[str, str]] = field(default_factory=Counter)
    denials: Counter[str] = field(default_factory=Counter)
    denied: dict[str, Decimal] = field(default_factory=dict)
    recoded: list[Recoded] = field(default_factory=list)
    released: int = 0
    money: dict[str, Decimal] = field(default_factory=dict)
    payers_paid: Decimal = ZERO
    timeline: Mapping[str, Any] | None = None
    events: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    @property
    def books_close(self) -> bool:
        return not self.faults


@dataclass(frozen=True, slots=True)
class _Case:
    visit_id: str
    view: Mapping[str, Any]
    visit_status: str
    claims: Sequence[Mapping[str, Any]]
    submitted: Sequence[Mapping[str, Any]]


class _Reader:
    """The services' REST, a few questions at once."""

    def __init__(self, client: httpx.AsyncClient, urls: Mapping[str, str]) -> None:
        self._client = client
        self._urls = urls
        self._free = asyncio.Semaphore(_AT_ONCE)

    async def get(self, part: str, path: str, **query: str) -> Any:  # noqa: ANN401 - JSON
        """One answer; None where there is no such thing."""
        async with self._free:
            response = await self._client.get(self._urls[part] + path, params=query)
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        response.raise_for_status()
        return response.json()

    async def pages(self, part: str, path: str, **query: str) -> AsyncIterator[Mapping[str, Any]]:
        """Every item of a list."""
        cursor: str | None = None
        while True:
            asked = query if cursor is None else {**query, "cursor": cursor}
            page = await self.get(part, path, **asked)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return


async def gather(
    urls: Mapping[str, str], token: str, sent: Sent, events: int, seconds: float
) -> Figures:
    """Ask every service what it knows of the play and add it up."""
    figures = Figures(visits=len(sent.scenes), events=events, seconds=seconds)
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(headers=headers, timeout=30) as client:
        reader = _Reader(client, urls)
        house = await reader.get(CLEARINGHOUSE, "/v1/claims")
        asked = [_read_case(reader, visit, case) for visit, case in sent.cases.items()]
        cases = await asyncio.gather(*asked)
        for case in cases:
            _count(figures, case, {one["claim_id"].rpartition("-")[0] for one in house})
        await _read_recoded(reader, figures, cases)
        async for denial in reader.pages("denials", "/v1/denials"):
            cause = denial["root_cause"]
            figures.denials[cause] += 1
            denied = figures.denied.get(cause, ZERO) + Decimal(denial["denied_amount"])
            figures.denied[cause] = denied
        figures.payers_paid = sum(
            (Decimal(one["paid"]) for one in house if one["state"] == "paid"), ZERO
        )
        await _find_faults(reader, figures, sent)
    return figures


async def _read_case(reader: _Reader, visit_id: str, case_id: str) -> _Case:
    view = await reader.get("operations", f"/v1/cases/{case_id}")
    visit = await reader.get("eligibility", f"/v1/visits/{visit_id}")
    page = await reader.get("coding", "/v1/claims", case_id=case_id)
    claims = page["items"] if page else []
    submitted = [
        await reader.get("submission", f"/v1/claims/{claim['claim_id']}") for claim in claims
    ]
    return _Case(
        visit_id,
        view or {"events": [], "waits": [], "claims": [], "case_id": case_id},
        ((visit or {}).get("visit") or visit or {}).get("status") or "booked",
        claims,
        [one for one in submitted if one],
    )


def _count(figures: Figures, case: _Case, received: set[str]) -> None:
    figures.books[_row(case, received)] += 1
    for one in case.submitted:
        figures.states[one["state"]] += 1
        if one["claim_id"] in received:
            for name in ("charge", "allowed", "paid", "adjusted", "patient_responsibility", "open"):
                value = Decimal(one[name] or 0)
                figures.money[name] = figures.money.get(name, ZERO) + value
    for wait in case.view["waits"]:
        figures.waits[(wait["who"], _IDS.sub("", wait["on"]).strip(" :"))] += 1


def _row(case: _Case, received: set[str]) -> str:
    """The one row of the books a visit stands in."""
    statuses = {claim["status"] for claim in case.claims}
    if any(claim["claim_id"] in received for claim in case.claims):
        return "billed"
    for status, row in _ROW_OF_STATUS.items():
        if status in statuses:
            return row
    return "cancelled" if case.visit_status in ("cancelled", "no_show") else "waiting"


async def _read_recoded(reader: _Reader, figures: Figures, cases: Sequence[_Case]) -> None:
    for case in cases:
        reports = {
            event["event_id"]
            for event in case.view["events"]
            if "pathology" in event["type"].lower()
        }
        for claim in case.claims:
            found = await _recoding(reader, claim, case, reports)
            if found is None:
                continue
            was_held, recoded = found
            if was_held:
                figures.released += 1
            else:
                figures.recoded.append(recoded)
    chosen = next((one for one in figures.recoded if one.frequency == "7"), None)
    for case in cases:
        if chosen is not None and case.visit_id == chosen.visit_id:
            figures.timeline = case.view


async def _recoding(
    reader: _Reader, claim: Mapping[str, Any], case: _Case, reports: set[str]
) -> tuple[bool, Recoded] | None:
    """The last change of a claim that a report caused, if it changed codes or diagnoses."""
    path = f"/v1/claims/{claim['claim_id']}/versions"
    for number in range(claim["version"], 1, -1):
        after = (
            claim if number == claim["version"] else await reader.get("coding", f"{path}/{number}")
        )
        causes = {change["event_id"] for change in after["changes"]}
        if not causes & reports:
            continue
        before = await reader.get("coding", f"{path}/{number - 1}")
        if _codes(before) == _codes(after) and before["status"] == after["status"]:
            continue
        return before["status"] == "held", Recoded(
            claim["claim_id"],
            case.view["case_id"],
            case.visit_id,
            _codes(before),
            _codes(after),
            _charge(before),
            _charge(after),
            after["frequency_code"],
        )
    return None


def _codes(claim: Mapping[str, Any]) -> str:
    lines = [
        "-".join([line["code"], *line["modifiers"]])
        + (f" x{line['units']}" if line["units"] > 1 else "")
        for line in claim["lines"]
    ]
    return f"{', '.join(lines)} ({', '.join(claim['diagnoses'])})"


def _charge(claim: Mapping[str, Any]) -> Decimal:
    return sum((Decimal(line["charge"]) for line in claim["lines"]), ZERO)


async def _find_faults(reader: _Reader, figures: Figures, sent: Sent) -> None:
    """Everything that must hold before the books are called closed."""
    faults = figures.faults
    if not sent.finished:
        faults.append("the clinic did not get to its end")
    faults += [f"{count} x {what} was not taken" for what, count in sent.refused.items()]
    if figures.books.total() != figures.visits:
        faults.append(f"{figures.visits - figures.books.total()} visits are in no row of the books")
    for service in _INTAKES:
        failed = [one async for one in reader.pages(service, "/v1/messages", state="failed")]
        if failed:
            faults.append(f"{len(failed)} messages failed in {service}")
    for service in SERVICES:
        dead = [one async for one in reader.pages(service, "/v1/parked", status="dead")]
        if dead:
            faults.append(f"{len(dead)} events are dead letters in {service}")
    if figures.money.get("paid", ZERO) != figures.payers_paid:
        faults.append(
            f"the payers paid {figures.payers_paid}, posted is {figures.money.get('paid', ZERO)}"
        )
