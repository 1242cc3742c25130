"""Claims of a replay decided by a process per core: a decision is all processor and no waiting."""

import asyncio
import multiprocessing
import os
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing.context import ForkServerContext
from uuid import UUID

from services.coding.domain.case import Case
from services.coding.domain.references import PastService, References
from services.coding.domain.replay import ClaimDiffers, Replay, Uncoded, compared, replayed
from services.coding.store.replays import Told
from shared.bus.codec import decode

History = Mapping[UUID, tuple[PastService, ...]]
Decided = Sequence[tuple[str, ClaimDiffers | Uncoded]]


@dataclass(frozen=True, slots=True)
class Setting:
    """What every claim of a run is decided with. references: as `proposed` made them."""

    run: Replay
    references: References


class Recoders:
    """The processes of one run at a time; each keeps the run's reference tables."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._setting: Setting | None = None
        self._processes = os.cpu_count() or 1

    def knows(self, run: Replay) -> bool:
        """Whether the processes hold what this run is decided with."""
        return self._setting is not None and self._setting.run.replay_id == run.replay_id

    async def begin(self, setting: Setting) -> None:
        """Start them for a run, in place of those of the run before."""
        await self.end()
        self._setting = setting
        self._pool = ProcessPoolExecutor(
            self._processes,
            mp_context=_without_threads_and_sockets(),
            initializer=_begin,
            initargs=(setting,),
        )

    async def end(self) -> None:
        """End them."""
        pool, self._pool, self._setting = self._pool, None, None
        if pool is not None:
            await asyncio.to_thread(pool.shutdown, cancel_futures=True)

    async def decide(self, page: Sequence[Told], history: History) -> Decided:
        """The claims that differ, and those that cannot be coded.

        Raises:
            BrokenProcessPool: a process was killed; nothing was decided.
        """
        assert self._pool is not None
        loop = asyncio.get_running_loop()
        shares = [page[first :: self._processes] for first in range(self._processes)]
        asked = [
            loop.run_in_executor(self._pool, _decide, share, _of(share, history))
            for share in shares
            if share
        ]
        return [each for found in await asyncio.gather(*asked) for each in found]


def _without_threads_and_sockets() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def _of(share: Sequence[Told], history: History) -> History:
    return {each.case_id: history[each.case_id] for each in share if each.case_id in history}


_here: list[Setting] = []
"""What this process decides with: one, once it has begun."""


def _begin(setting: Setting) -> None:
    _here[:] = [setting]
    threading.Thread(target=_end_with_service, daemon=True).start()


def _end_with_service() -> None:
    """A service that is killed takes its processes along."""
    service = multiprocessing.parent_process()
    assert service is not None
    service.join()
    os._exit(1)


def _decide(share: Sequence[Told], history: History) -> Decided:
    (setting,) = _here
    run = setting.run
    references = replace(setting.references, history=history)
    found: list[tuple[str, ClaimDiffers | Uncoded]] = []
    for told in share:
        try:
            case = decode(Case, told.state)
            before = case.claims[told.encounter_id].last.claim
            facts = case.facts(told.encounter_id, references)
            after = replayed(facts, references.tables, run.proposal, run.as_of)
        except (ValueError, ArithmeticError, LookupError) as error:
            found.append((told.claim_id, Uncoded(type(error).__name__)))
            continue
        differs = compared(before, after)
        if differs is not None:
            found.append((told.claim_id, differs))
    return found
