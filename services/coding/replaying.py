"""Replays at work: page by page, each in one transaction, so that a killed run goes on."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from services.coding.api.parts import CodingParts
from services.coding.domain.case import Case
from services.coding.domain.claim import Claim
from services.coding.domain.facts import Facts
from services.coding.domain.references import References
from services.coding.domain.replay import ClaimDiffers, Proposal, compared, proposed, replayed
from services.coding.store import replays
from services.coding.store.fees import load_fees
from services.coding.store.history import history_of
from shared.bus.codec import decode
from shared.telemetry import error_fields, logger

PAGE = 200
_IDLE_SECONDS = 1.0
_LOG = logger(__name__)


class Replays:
    """Works at the open runs of every practice, one page a turn each."""

    def __init__(self, parts: CodingParts) -> None:
        self._parts = parts

    async def run(self) -> None:
        """For ever."""
        while True:
            if not await self.turn():
                await asyncio.sleep(_IDLE_SECONDS)

    async def turn(self) -> bool:
        """A page of every open run; whether there was one."""
        async with self._parts.database.relay_transaction() as connection:
            open_runs = await replays.open_replays(connection)
        for replay_id, practice_id in open_runs:
            try:
                await self._page(replay_id, practice_id)
            except (ValueError, ArithmeticError, LookupError) as error:
                _LOG.warning("a replay failed", replay_id=str(replay_id), **error_fields(error))
                async with self._parts.database.transaction([practice_id]) as connection:
                    await replays.move(connection, replay_id, "failed", reason="cannot be coded")
        return bool(open_runs)

    async def _page(self, replay_id: UUID, practice_id: str) -> None:
        async with self._parts.database.transaction([practice_id]) as connection:
            run = await replays.find_replay(connection, replay_id, lock=True)
            if run is None or run.state not in replays.RUNNING:
                return
            page = await replays.next_page(connection, run, PAGE)
            if not page:
                await replays.move(connection, replay_id, "done")
                return
            cases = {each.claim_id: decode(Case, each.state) for each in page}
            references = References(
                proposed(await self._parts.reference_tables.snapshot(connection), run.proposal),
                await load_fees(connection),
                await history_of(connection, {case.case_id for case in cases.values()}),
            )
            work = {
                each.claim_id: _asked(cases[each.claim_id], each.encounter_id, references)
                for each in page
            }
            found = await asyncio.to_thread(_compare, work, references, run.proposal, run.as_of)
            await replays.keep(connection, run, found)
            done, last = run.done + len(page), page[-1].claim_id
            await replays.move(connection, replay_id, "running", done=done, after_claim=last)


def _asked(case: Case, encounter_id: str, references: References) -> tuple[Claim, Facts]:
    """The claim as it was last told, and what is known now."""
    return case.claims[encounter_id].last.claim, case.facts(encounter_id, references)


def _compare(
    work: Mapping[str, tuple[Claim, Facts]],
    references: References,
    proposal: Proposal,
    as_of: date,
) -> Sequence[tuple[str, ClaimDiffers]]:
    found = []
    for claim_id, (told, facts) in work.items():
        differs = compared(told, replayed(facts, references.tables, proposal, as_of))
        if differs is not None:
            found.append((claim_id, differs))
    return found
