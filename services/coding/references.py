"""Reference tables from the command line: `python -m services.coding.references import FILE ...`.

FILE is a ZIP of CMS as downloaded or the text inside it. The database is CODING_DATABASE_URL.
"""

import argparse
import asyncio
import os
import sys
from datetime import date
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from services.coding import store
from services.coding.importing import Imported, import_file
from services.coding.official import Said
from shared.db import Database
from shared.kernel.refused import Refused

_DATABASE = "CODING_DATABASE_URL"
_WIDTH = 30
_MOST = 1000


def main(arguments: list[str] | None = None) -> int:
    """Import or list; a file that cannot be taken is told in a sentence, exit code 1."""
    options = _parser().parse_args(arguments)
    url = os.environ.get(_DATABASE)
    if not url:
        _say(f"{_DATABASE} is not set: the address of coding's database, with its own role")
        return 2
    try:
        return asyncio.run(_run(options, Database(url, url, "coding")))
    except (OSError, SQLAlchemyError) as fault:
        _say(f"the database of {_DATABASE} cannot be used ({type(fault).__name__})")
        return 2


async def _run(options: argparse.Namespace, database: Database) -> int:
    try:
        if options.command == "list":
            await _list(database)
            return 0
        said = Said(options.release, options.effective_from, options.effective_to)
        refused = [path for path in options.files if not await _import(database, path, said)]
        return 1 if refused else 0
    finally:
        await database.close()


async def _import(database: Database, path: Path, said: Said) -> bool:
    """One file; others go on where it is refused."""
    try:
        imported = await import_file(database, path, path.name, said, _bar)
    except Refused as refused:
        _say(f"{path.name}: nothing was loaded: {refused.reason}")
        return False
    for each in imported:
        _say(_sentence(each))
        for row in each.loaded.rejected:
            _say(f"  line {row.line}: {row.reason}")
    return True


async def _list(database: Database) -> None:
    async with database.transaction([]) as connection:
        await store.ReferenceTables().snapshot(connection)  # the shipped ones, at the first start
        releases = await store.list_releases(connection, 0, _MOST)
    for each in releases:
        release = each.release
        days = f"{release.since} to {release.until or 'the next'}"
        rows = sum(load.rows_loaded for load in each.loads)
        origin = "official" if release.official else "shipped"
        missing = f", waits for part {_numbers(each.missing)}" if each.missing else ""
        _say(f"{release.table} {release.name}: {days}, {rows:,} rows, {origin}{missing}")


def _sentence(each: Imported) -> str:
    release = each.published.release
    days = f"from {release.since}" + (f" to {release.until}" if release.until else "")
    what = f"{release.table} {release.name}, {days}: {each.loaded.rows:,} rows"
    if each.loaded.known:
        what += ", this very content was there already"
    if each.loaded.rejected:
        what += f", {len(each.loaded.rejected)} rejected"
    if each.missing:
        what += f"; not in force before part {_numbers(each.missing)} is there"
    return what


def _numbers(parts: tuple[int, ...]) -> str:
    return ", ".join(str(part) for part in parts)


def _bar(name: str, share: float, rows: int) -> None:
    """A progress bar where somebody watches."""
    if not sys.stderr.isatty():
        return
    done = "#" * round(share * _WIDTH)
    end = "\n" if share >= 1 else ""
    sys.stderr.write(f"\r{name[:40]:40} [{done:<{_WIDTH}}] {share:4.0%} {rows:>11,} rows{end}")
    sys.stderr.flush()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return path


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.coding.references")
    commands = parser.add_subparsers(dest="command", required=True)
    taken = commands.add_parser("import", help="load official files")
    taken.add_argument("files", nargs="+", type=_file, metavar="FILE")
    taken.add_argument("--release", help="its name, where the file does not say it")
    taken.add_argument("--effective-from", type=date.fromisoformat, metavar="YYYY-MM-DD")
    taken.add_argument("--effective-to", type=date.fromisoformat, metavar="YYYY-MM-DD")
    commands.add_parser("list", help="the releases that are there")
    return parser


if __name__ == "__main__":
    sys.exit(main())
