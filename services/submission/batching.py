"""Ready claims become files, and what became of a file becomes known to its claims.

Each step is one transaction and finds its work in the tables, so a kill between any two steps
neither loses nor doubles a claim: form (file, control number and states together), deliver
(`shared.bus`, by the batch id), follow up.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import ValidationError

from services.submission.domain.claim import Case, Hold
from services.submission.domain.commands import (
    HandOver,
    PutIntoFile,
    References,
    Stopped,
)
from services.submission.domain.cutoff import last_cut_off
from services.submission.domain.profile import PracticeProfile, Profiles
from services.submission.domain.route import Due, Known, choose
from services.submission.domain.scrub import hold_of, hold_of_unwritable
from services.submission.forming import Written, due_of, route_lost, sets_in_file, tidings
from services.submission.store import batches, claims, profiles, routes
from services.submission.wire import claim_file
from services.submission.wire.claim_file import Destination, Gated
from services.submission.wire.professional import professional_claim
from shared.bus.apply import apply
from shared.bus.stage import Asked, Input
from shared.contracts.documents.visit import Subject
from shared.http import Parts
from shared.kernel.ids import derived_id, new_id, practice_key
from shared.kernel.money import ZERO
from shared.telemetry import logger
from shared.vault import SubjectSealer, Unreadable
from shared.x12.judging import Judge
from shared.x12.objection import Objection
from shared.x12.professional import Header, ProfessionalClaim
from shared.x12.writer import Unwritable

CLAIMS_PER_FILE = 2_000

_TICK_SECONDS = 0.5
_FORM_EVERY_TICKS = 5
_LOG = logger(__name__)


@dataclass(frozen=True, slots=True)
class Route:
    """Where files go. `quiet`: how long (wall time) a claim rests unchanged before it leaves.

    Without `quiet` claims leave at the daily cut-off (BD-3).
    """

    name: str
    destination: Destination
    quiet: timedelta | None = None


class Batcher:
    """Forms files and follows them up, for every practice of this service."""

    def __init__(
        self, parts: Parts[Case, References], subjects: SubjectSealer, route: Route, judge: Judge
    ) -> None:
        self._judge = judge
        self._parts = parts
        self._subjects = subjects
        self._route = route

    async def run(self) -> None:
        """Work for ever."""
        await self._judge.warm()
        while True:
            for tick in range(_FORM_EVERY_TICKS):
                for practice_id in await batches.practices_with_answers(self._parts.database):
                    await self.follow_up(practice_id)
                if tick == 0:
                    for practice_id in await claims.practices_with(self._parts.database, "ready"):
                        await self.form(practice_id)
                await asyncio.sleep(_TICK_SECONDS)

    def ready_until(self) -> datetime:
        """Claims that have been ready since this business instant or longer leave now."""
        clock = self._parts.clock
        if self._route.quiet is None:
            return last_cut_off(clock.business())
        return clock.business_at(clock.wall() - self._route.quiet)

    async def form(self, practice_id: str) -> str | None:
        """Put what is due of a practice into one file; its batch id, None where nothing left.

        Claims are read, scrubbed and judged without a lock; one that has changed when the file is
        stored stays out of it, and the next round sees it as it is.
        """
        now = self._parts.clock.business()
        async with self._parts.database.transaction([practice_id]) as connection:
            due = await claims.ready_versions(connection, self.ready_until(), CLAIMS_PER_FILE)
            cases = await claims.load_cases(connection, [case_id for case_id, _, _ in due])
            known = await profiles.load_profiles(connection, practice_id)
            ways = await routes.load_routes(connection, now)
        practice = known.practice
        if not due or practice is None:
            return None
        chosen = choose([due_of(each, cases, known) for each in due], ways)
        written, stopped = self._opened(practice_id, chosen.due, cases, known, practice)
        stopped += [(each.case_id, route_lost(each)) for each in chosen.lost]
        batch_id = f"B{new_id().hex[:14].upper()}"
        way = self._way(chosen.route)
        head = claim_file.header(practice, way.destination, batch_id, now)
        usage = way.destination.usage
        # A code that a ready claim is charged by has a fee: the practice knows it.
        codes = {line.code for each in written for line in each.claim.lines}

        async def judged(text: str, sets: int) -> list[Objection]:
            return await self._judge.objections(text, sets, now.date(), codes)

        gated = await claim_file.gate(head, usage, [each.claim for each in written], judged)
        stopped += [
            (each.case_id, Stopped(each.claim_id, each.version, hold_of(found)))
            for each in written
            if (found := gated.refused.get(each.claim.id)) is not None
        ]
        if stopped:
            inputs: list[tuple[UUID, Input]] = [(case_id, Asked(stop)) for case_id, stop in stopped]
            await apply(
                self._parts.database, self._parts.stage, inputs, now, practice_id=practice_id
            )
        left = [each for each in written if each.claim.id not in gated.refused]
        seen = {case_id: version for case_id, (version, _) in cases.items()}
        while left:
            changed = await self._store(practice_id, way, head, gated, left, seen, now)
            if not changed:
                return batch_id
            left = [each for each in left if each.case_id not in changed]
            gated = await claim_file.gate(head, usage, [each.claim for each in left], judged)
            left = [each for each in left if each.claim.id not in gated.refused]
        return None

    def _way(self, route: Known | None) -> Route:
        """Where a file goes by this route; the built-in one is the service's own setting."""
        if route is None or route.drop is None:
            return self._route
        drop, usage = route.drop, self._route.destination.usage
        return Route(route.name, Destination(drop.receiver_id, drop.receiver_name, usage))

    async def _store(
        self,
        practice_id: str,
        way: Route,
        head: Header,
        gated: Gated,
        written: Sequence[Written],
        seen: dict[UUID, int],
        now: datetime,
    ) -> frozenset[UUID]:
        """File, number, position index and the claims' states, in one transaction (BT-3).

        Gives the cases that have changed since they were `seen`: with any, nothing is stored.
        """
        destination = way.destination
        seal = await self._parts.sealer(practice_id)
        cases = {each.case_id for each in written}
        batch_id = head.batch_id
        cause = derived_id("batch", batch_id)
        async with self._parts.database.transaction([practice_id]) as connection:
            found = await claims.lock_cases(connection, cases)
            changed = frozenset(each for each in cases if found.get(each) != seen[each])
            if changed:
                return changed
            number = await batches.reserve_control_number(
                connection, head.submitter.id, destination.receiver_id, destination.usage
            )
            text = claim_file.interchange(head, destination.usage, number, gated.sets)
            await batches.insert_batch(
                connection,
                batches.NewBatch(
                    practice_id=practice_id,
                    batch_id=head.batch_id,
                    route=way.name,
                    interchange_control_number=f"{number:09d}",
                    group_control_number=str(number),
                    sets=sets_in_file(head, gated, written),
                    file=seal.seal(batches.FILE_PURPOSE, text.encode("ascii")),
                    body_hash=claim_file.body_hash(gated.sets),
                    charge=sum((each.claim.total for each in written), ZERO),
                    formed_at=now,
                ),
            )
            inputs: list[tuple[UUID, Input]] = [
                (
                    each.case_id,
                    Asked(PutIntoFile(each.claim_id, each.version, head.batch_id), cause),
                )
                for each in written
            ]
            inputs.append((practice_key(practice_id), Asked(HandOver(head.batch_id), cause)))
            applied = await apply(connection, self._parts.stage, inputs, now)
            for outcome in applied.outcomes:
                outcome.result()  # one that is refused undoes the file
        _LOG.info("file formed", batch_id=head.batch_id, claims=len(written))
        return frozenset()

    async def follow_up(self, practice_id: str) -> None:
        """Tell the claims of answered files: submitted, or held because the route refused."""
        now = self._parts.clock.business()
        async with self._parts.database.transaction([practice_id]) as connection:
            for row in await batches.answered_batches(connection):
                applied = await apply(connection, self._parts.stage, tidings(row), now)
                for outcome in applied.outcomes:
                    outcome.result()
                taken = row["status"] == "taken"
                await batches.close_batch(connection, row["batch_id"], taken=taken)

    def _opened(
        self,
        practice_id: str,
        due: Sequence[Due],
        cases: dict[UUID, tuple[int, Case]],
        known: Profiles,
        practice: PracticeProfile,
    ) -> tuple[list[Written], list[tuple[UUID, Stopped]]]:
        """The claims of the due versions, and those that cannot even be written."""
        written: list[Written] = []
        stopped: list[tuple[UUID, Stopped]] = []
        for each in due:
            case_id, claim_id, number = each.case_id, each.claim_id, each.version
            try:
                case = cases[case_id][1]
                claim = self._claim(practice_id, case, claim_id, number, known, practice)
                claim_file.check_writable(claim, practice)
                written.append(Written(case_id, claim_id, number, claim))
            except Unwritable as error:
                stopped.append((case_id, Stopped(claim_id, number, hold_of_unwritable(error))))
            except (Unreadable, ValidationError):
                says = "The sealed patient cannot be read."
                hold = Hold("scrub", says, "/visit_id", "intake")
                stopped.append((case_id, Stopped(claim_id, number, hold)))
        return written, stopped

    def _claim(
        self,
        practice_id: str,
        case: Case,
        claim_id: str,
        number: int,
        known: Profiles,
        practice: PracticeProfile,
    ) -> ProfessionalClaim:
        """The claim of a version; one that is ready has its visit, encounter and payer."""
        claim = case.claims[claim_id]
        version = claim.find(number)
        assert version is not None
        visit = case.visits[claim.visit_id or ""]
        subject = Subject.model_validate_json(self._subjects.open(practice_id, visit.subject))
        encounter = case.encounters[claim.encounter_id]
        payer = known.payers[version.payer_id or ""]
        return professional_claim(claim, version, visit, encounter, subject, practice, payer)
