"""The bus from the command line: `python -m shared.bus lag|parked|dead|redrive|...`.

Services are reached by `<SERVICE>_DATABASE_URL` and `<SERVICE>_RELAY_DATABASE_URL`, their own.
"""

import argparse
import asyncio
import getpass
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from uuid import UUID

from shared.bus import operating, parked
from shared.bus.topics import TOPICS
from shared.db import Database

Databases = Mapping[str, Database]
Command = Callable[[Databases, argparse.Namespace], Awaitable[None]]


def main(arguments: list[str], environment: Mapping[str, str]) -> int:
    """Run one command; what stands in its way is told in a sentence, exit code 1."""
    options = _parser().parse_args(arguments)
    try:
        asyncio.run(_run(options, environment))
    except (LookupError, OSError, operating.StillRunning) as problem:
        sys.stderr.write(f"{problem.args[-1] if problem.args else problem}\n")
        return 1
    return 0


async def _run(options: argparse.Namespace, environment: Mapping[str, str]) -> None:
    async with AsyncExitStack() as opened:
        databases = {}
        for service in operating.SERVICES:
            database = _database(service, environment)
            if database is not None:
                opened.push_async_callback(database.close)
                databases[service] = database
        wanted = [options.service] if options.service else list(databases)
        if not wanted or not set(wanted) <= set(databases):
            name = (options.service or "<service>").upper()
            raise LookupError(f"set {name}_DATABASE_URL and {name}_RELAY_DATABASE_URL")
        options.services = wanted
        await options.command(databases, options)


def _database(service: str, environment: Mapping[str, str]) -> Database | None:
    name = service.upper()
    url = environment.get(f"{name}_DATABASE_URL")
    relay_url = environment.get(f"{name}_RELAY_DATABASE_URL")
    return Database(url, relay_url, service) if url and relay_url else None


async def _lag(databases: Databases, options: argparse.Namespace) -> None:
    for lag in await operating.lags(databases):
        if lag.service in options.services:
            _say(lag.service, lag.topic, f"told={lag.told}", f"heard={lag.heard}")
    for service in options.services:
        _say(service, f"unpublished={await operating.unpublished(databases[service])}")


async def _list(databases: Databases, options: argparse.Namespace) -> None:
    for service in options.services:
        database = databases[service]
        async with database.transaction(await operating.practices_parked(database)) as connection:
            after = None
            while rows := await parked.find_parked(connection, _which(options), after=after):
                _show(service, rows)
                last = rows[-1]
                after = (last.topic, last.case_id, last.n, last.generation)


async def _settle(databases: Databases, options: argparse.Namespace) -> None:
    for service in options.services:
        database = databases[service]
        async with database.transaction(await operating.practices_parked(database)) as connection:
            rows = await options.deed(
                connection,
                _which(options),
                actor=options.actor,
                reason=options.reason,
                dry_run=options.dry_run,
            )
        _show(service, rows)
        _say(service, f"concerned={len(rows)}", "dry run" if options.dry_run else "done")


async def _baseline(databases: Databases, options: argparse.Namespace) -> None:
    for topic in TOPICS:
        if options.service not in topic.consumers:
            continue
        if topic.owner not in databases:
            raise LookupError(f"{topic.name} is of {topic.owner}: set its two addresses too")
        cases = await operating.baseline(
            databases[options.service],
            databases[topic.owner],
            [topic.name],
            dry_run=options.dry_run,
        )
        _say(options.service, topic.name, f"cases={cases}")


async def _restored(databases: Databases, options: argparse.Namespace) -> None:
    for service in options.services:
        generation = await operating.restored(
            databases[service], actor=options.actor, reason=options.reason
        )
        _say(service, f"generation={generation}")


def _which(options: argparse.Namespace) -> parked.Which:
    return parked.Which(options.topic, options.case, options.n, options.kind, options.status)


def _show(service: str, rows: parked.ParkedRows) -> None:
    for row in rows:
        number = f"{row.n}" if row.generation == 1 else f"{row.n} of generation {row.generation}"
        _say(service, row.topic, row.case_id, number, row.status, row.kind, row.reason)


def _say(*words: object) -> None:
    sys.stdout.write("  ".join(map(str, words)) + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m shared.bus", description=__doc__)
    commands = parser.add_subparsers(required=True)

    def add(
        name: str, about: str, command: Command, *, one: bool = False
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about)
        added.add_argument("--service", choices=operating.SERVICES, required=one)
        added.set_defaults(command=command)
        return added

    add("lag", "events told, heard and not yet published", _lag)
    for name, about, status in (
        ("parked", "events set aside", None),
        ("dead", "events that wait for people", "dead"),
    ):
        _filter(add(name, about, _list), status)
    for name, about, deed in (
        ("redrive", "try parked events again at once", parked.redrive),
        ("discard", "give parked events up for good", parked.discard),
    ):
        settling = add(name, about, _settle, one=True)
        settling.set_defaults(deed=deed)
        _filter(settling, None)
        settling.add_argument("--dry-run", action="store_true", help="only show them")
        _why(settling)
    starting = add("baseline", "start a consumer behind all that was told", _baseline, one=True)
    starting.add_argument("--dry-run", action="store_true", help="only count the cases")
    _why(add("restored", "say that a service's tables came back from a backup", _restored))
    return parser


def _filter(parser: argparse.ArgumentParser, status: str | None) -> None:
    parser.add_argument("--topic")
    parser.add_argument("--case", type=UUID)
    parser.add_argument("--n", type=int)
    parser.add_argument("--kind", choices=("gap", "retry", "waiting"))
    if status is None:
        parser.add_argument("--status", choices=("open", "dead", "discarded", "applied"))
    else:
        parser.set_defaults(status=status)


def _why(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", required=True, help="kept in the audit")
    parser.add_argument("--actor", default=getpass.getuser(), help="who; the user by default")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
