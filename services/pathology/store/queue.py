"""What handlers read beside the case: results that wait, patients, orders, waiting times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pathology.domain.commands import (
    Known,
    MatchResult,
    MergePatient,
    RecordResult,
    References,
    TakeWaiting,
)
from services.pathology.domain.evidence import Candidate
from services.pathology.domain.report import Report
from services.pathology.store.locks import (
    Keys,
    hold_merges,
    lock_accessions,
    lock_patients,
    lock_specimens,
)
from services.pathology.store.people import load_people
from services.pathology.store.rows import found_by, load_unmatched, report_of
from services.pathology.store.specimens import candidates_named
from services.pathology.store.surroundings import load_surroundings
from services.pathology.store.times import load_times
from services.pathology.tables import result
from shared.bus.stage import Asked, Due, Heard, Input
from shared.contracts.encounter_documented import EncounterDocumented

_UNMATCHED = "unmatched"


@dataclass(slots=True)
class _Wanted:
    """What the inputs of one practice ask for."""

    keys: Keys = field(default_factory=Keys)
    reports: list[Report] = field(default_factory=list)
    result_ids: set[str] = field(default_factory=set)
    named: list[Candidate] = field(default_factory=list)
    encounters: bool = False


async def load_references(
    connection: AsyncConnection, inputs: Sequence[tuple[UUID, Input]]
) -> References:
    """What the inputs may need, with the results that they may set free locked."""
    wanted: dict[str, _Wanted] = {}
    asking = [given.data for _, given in inputs if isinstance(given, Asked)]
    for case_id, given in inputs:
        if isinstance(given, Heard) and isinstance(given.data, EncounterDocumented):
            _add_encounter(wanted.setdefault(given.data.practice_id, _Wanted()), case_id, given)
    if asking:
        # Commands come in a transaction of the one practice that asks.
        mine = wanted.setdefault(await _practice_of(connection), _Wanted())
        for command in asking:
            _add_command(mine, command)
    known = {
        practice: await _known(connection, practice, each)
        for practice, each in sorted(wanted.items())
    }
    return References({**await _still_waiting(connection, inputs), **known})


def _add_encounter(wanted: _Wanted, case_id: UUID, heard: Heard[EncounterDocumented]) -> None:
    event = heard.data
    wanted.encounters = True
    if not event.encounter.specimens:
        return
    wanted.named += candidates_named(case_id, event)
    wanted.keys |= Keys(
        specimen_ids=frozenset(each.specimen_id for each in event.encounter.specimens),
        mrns=frozenset((event.encounter.patient.mrn,)),
    )


def _add_command(wanted: _Wanted, command: object) -> None:
    if isinstance(command, RecordResult):
        wanted.reports.append(command.report)
    elif isinstance(command, MatchResult):
        wanted.result_ids.add(command.result_id)
    elif isinstance(command, MergePatient):
        wanted.keys |= Keys(mrns=frozenset((command.old, command.new)))
    elif isinstance(command, TakeWaiting):
        wanted.keys |= Keys(
            specimen_ids=frozenset(command.specimen_ids),
            mrns=frozenset(command.mrns),
            placer_orders=frozenset(command.placer_orders),
        )


async def _known(connection: AsyncConnection, practice_id: str, wanted: _Wanted) -> Known:
    times = await load_times(connection, practice_id) if wanted.encounters else None
    known = Known() if times is None else Known(times=times)
    ids = sorted(wanted.result_ids)
    by_id = (
        await load_unmatched(connection, practice_id, result.c.result_id.in_(ids)) if ids else []
    )
    keys = wanted.keys | Keys.of([*wanted.reports, *by_id])
    if keys == Keys():
        return known
    await hold_merges(connection, practice_id)
    people, names = await load_people(connection, practice_id, keys.mrns)
    await lock_patients(connection, practice_id, map(people.current, keys.mrns))
    await lock_specimens(connection, practice_id, keys)
    keys = replace(keys, mrns=names)
    first = await load_unmatched(
        connection,
        practice_id,
        or_(found_by(keys), result.c.result_id.in_(ids)),
    )
    together = Keys.of([*wanted.reports, *first])
    await lock_accessions(connection, practice_id, together)
    siblings = Keys(accessions=together.accessions)
    waiting = await load_unmatched(
        connection,
        practice_id,
        or_(
            found_by(keys | siblings),
            result.c.result_id.in_(ids),
        ),
    )
    if not waiting and not wanted.reports:
        return known
    around = await load_surroundings(connection, practice_id, [*wanted.reports, *waiting])
    seen = {each.place for each in around.elsewhere}
    new = [each for each in wanted.named if each.place not in seen]
    return replace(
        around,
        waiting=tuple(waiting),
        elsewhere=(*around.elsewhere, *new),
        times=known.times,
    )


async def _still_waiting(
    connection: AsyncConnection, inputs: Sequence[tuple[UUID, Input]]
) -> Mapping[str, Known]:
    """The unmatched results whose alert is due, by practice."""
    kinds = [given.kind.partition(":") for _, given in inputs if isinstance(given, Due)]
    ids = sorted(name for kind, _, name in kinds if kind == _UNMATCHED)
    if not ids:
        return {}
    rows = await connection.execute(
        select(result).where(result.c.result_id.in_(ids), result.c.state == _UNMATCHED)
    )
    waiting: dict[str, list[Report]] = {}
    for row in rows:
        waiting.setdefault(row.practice_id, []).append(report_of(row))
    return {practice: Known(waiting=tuple(each)) for practice, each in waiting.items()}


async def _practice_of(connection: AsyncConnection) -> str:
    asked = await connection.execute(text("select current_setting('app.practices')"))
    return str(asked.scalar_one())
