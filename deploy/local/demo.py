"""The demo: a clinic's three weeks through the running stack, watched, then summed up.

The clinic is the outside world's: it runs as a process of its own and is met on the wire.
"""

import asyncio
import json
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

from rich.console import Console

from deploy.local.demo_figures import gather
from deploy.local.demo_report import report
from deploy.local.demo_watch import Clinic, Watch

# Three weeks of visits and the weeks of their reports and payments in about two minutes. The clock
# runs while the services start: it begins some 15 s of wall time before the clinic's first booking.
RATE = 30_000.0
BUSINESS0 = datetime.fromisoformat("2026-02-25T00:00:00-06:00")
_PROJECT = Path(__file__).resolve().parents[2]
# Far beyond what a play takes: it ends one that stands still.
_WALL_LIMIT_SECONDS = 600.0


def play(home: Path, visits: int) -> int:
    """Play the clinic on the stack of `home` and print the summary; 0 only if the books close."""
    console = Console()
    stack = json.loads((home / "stack.json").read_text())
    token = (home / "token").read_text().strip()
    began = time.monotonic()
    with _start_clinic(home, stack["urls"], visits) as process:
        try:
            clinic = Clinic(process)
            watch = Watch(stack["urls"], token, clinic, console)
            watch.until_quiet(began + _WALL_LIMIT_SECONDS)
        finally:
            process.terminate()
    lasted = time.monotonic() - began
    figures = asyncio.run(gather(stack["urls"], token, clinic))
    report(console, figures, lasted, home, stack)
    return 0 if figures.books_close else 1


def _start_clinic(home: Path, urls: dict[str, str], visits: int) -> "subprocess.Popen[str]":
    services = ("eligibility", "documentation", "pathology", "clearinghouse")
    addresses = [part for name in services for part in (f"--{name}", urls[name])]
    with (home / "logs" / "clinic.log").open("w") as log:
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "deploy.simulators.clinic", "--visits", str(visits)),
                *("--sources", str(home / "sources.json"), "--clock", str(home / "clock")),
                *addresses,
            ],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=_PROJECT,
        )
