"""How long 2.5 million NCCI pairs take to import, beside PostgreSQL's own COPY of the same rows.

`python -m bench.references [ROWS]`: a server of its own, four ZIP files as CMS publishes them, and
the command line that an operator uses. Exit code 1 beyond five times COPY or 1 GB of memory.
"""

import argparse
import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from deploy.local.ports import free_port
from deploy.local.postgres import Postgres
from shared.db.migrations import provision, service_role, upgrade

PARTS = 4
MOST_TIMES = 5.0
MOST_MEGABYTES = 1024
_PASSWORD = "bench"
_TOP = "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n"
_WHY = ("Misuse of Column Two code with Column One code", "Standards of medical/surgical practice")
_BESIDE = 600
"""Second columns of a first one; about as many as a code of the official file has."""


@dataclass(frozen=True)
class Row:
    column_1: str
    column_2: str
    since: str
    deleted: str
    indicator: int
    why: str

    def official(self) -> str:
        """As the file of CMS writes it."""
        return (
            f"{self.column_1}\t{self.column_2}\t\t{self.since}\t{self.deleted}\t{self.indicator}"
            f"\t{self.why}\r\n"
        )

    def copied(self) -> str:
        """As COPY takes it."""
        deleted = r"\N" if self.deleted == "*" else self.deleted
        return f"1\t{self.column_1}\t{self.column_2}\t{self.indicator}\t{self.since}\t{deleted}\n"


def pairs(rows: int) -> Iterator[Row]:
    """A third deleted, as in the official file."""
    for number in range(rows):
        open_ended = number % 3 > 0
        yield Row(
            f"{10_000 + number // _BESIDE:05}",
            f"{20_000 + number % _BESIDE * 97:05}",
            "20240401" if open_ended else "20190101",
            "*" if open_ended else "20231231",
            number % 2,
            _WHY[number % 2],
        )


def write(folder: Path, rows: int) -> tuple[Path, list[Path]]:
    """The rows for COPY, and the ZIP files of the same."""
    copied, zips = folder / "pairs.tsv", []
    each = -(-rows // PARTS)
    source = pairs(rows)
    with copied.open("w") as plain:
        for part in range(1, PARTS + 1):
            name = f"ccipra-v322r0-f{part}"
            zips.append(folder / f"medicare-ncci-2026q3-practitioner-ptp-edits-{name}.zip")
            with (
                zipfile.ZipFile(zips[-1], "w", zipfile.ZIP_DEFLATED) as archive,
                archive.open(f"{name}.TXT", "w") as text,
            ):
                text.write(_TOP.encode())
                for _, row in zip(range(each), source, strict=False):
                    text.write(row.official().encode())
                    plain.write(row.copied())
    return copied, zips


async def copy(url: str, file: Path) -> float:
    """Seconds of COPY into the same columns, without an index."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            "create table bench_pair (load_id int not null, column_1 text not null,"
            " column_2 text not null, indicator text not null, since date, deleted date)"
        )
        begun = time.perf_counter()
        await connection.copy_to_table("bench_pair", source=file, format="text")
        return time.perf_counter() - begun
    finally:
        await connection.close()


def imported(url: str, zips: list[Path]) -> tuple[float, float]:
    """Seconds and the most megabytes of the command line, its start included."""
    command = [sys.executable, "-m", "services.coding.references", "import", *map(str, zips)]
    begun = time.perf_counter()
    subprocess.run(command, check=True, env={**os.environ, "CODING_DATABASE_URL": url})
    seconds = time.perf_counter() - begun
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


async def prepared(url: str) -> str:
    """The address of coding's own role in a database at its last migration."""
    await provision(url, "coding", _PASSWORD, _PASSWORD)
    await upgrade(url, "coding")
    parts = urlsplit(url)
    netloc = f"{service_role('coding')}:{_PASSWORD}@{parts.netloc.rpartition('@')[2]}"
    return urlunsplit(parts._replace(netloc=netloc))


def main() -> int:
    """Print both and their ratio."""
    parser = argparse.ArgumentParser(prog="python -m bench.references", description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=2_500_000)
    rows: int = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="dermis-bench-") as name:
        folder = Path(name)
        postgres = Postgres(folder / "server", free_port(), log=folder / "postgres.log")
        print(f"writing {rows:,} rows")
        copied, zips = write(folder, rows)
        postgres.start()
        try:
            service_url = asyncio.run(prepared(postgres.url()))
            baseline = asyncio.run(copy(postgres.url(), copied))
            seconds, megabytes = imported(service_url, zips)
        finally:
            postgres.stop()
    times = seconds / baseline
    print(f"COPY      {baseline:7.1f} s, no index, no check")
    print(f"import    {seconds:7.1f} s, {megabytes:.0f} MB at most")
    print(f"import = {times:.1f} x COPY (at most {MOST_TIMES:g}), {MOST_MEGABYTES} MB allowed")
    return 0 if times <= MOST_TIMES and megabytes < MOST_MEGABYTES else 1


if __name__ == "__main__":
    sys.exit(main())
