"""Stopping a stack and telling about it from another terminal: light, so it answers at once."""

import json
import os
import signal
import sys
from pathlib import Path

from deploy.local.lock import holder
from deploy.local.ports import wait_until
from deploy.local.problem import LocalProblem
from deploy.local.process import birth, end_leftovers

_STOP_SECONDS = 60.0


def down(home: Path) -> int:
    """Stop the stack that runs in a directory, or what a killed one left behind.

    Raises:
        LocalProblem: it does not end.
    """
    pid = holder(home)
    if pid is not None:
        os.kill(pid, signal.SIGTERM)
        if not wait_until(lambda: birth(pid) is None, _STOP_SECONDS):
            raise LocalProblem(
                f"The stack (process {pid}) does not end: `kill -9 {pid}`, then this."
            )
    end_leftovers(home)
    say("stopped" if pid is not None else "nothing was running")
    return 0


def status(home: Path) -> int:
    """Say what runs in a directory and where; 1 where nothing does."""
    pid = holder(home)
    if pid is None:
        say("nothing is running: `make run` or `make demo`")
        return 1
    description = home / "stack.json"
    if not description.exists():
        say(f"starting or stopping (process {pid})")
        return 1
    about = json.loads(description.read_text())
    say(f"{about['play']} (process {pid}); Kafka {about['kafka']}; logs {about['logs']}")
    for part, url in about["urls"].items():
        say(f"{part:14} {url}")
    return 0


def say(text: str) -> None:
    """One line to the person at the terminal, at once."""
    print(text, flush=True)


def say_problem(text: str) -> None:
    """One line about what is wrong."""
    print(text, file=sys.stderr, flush=True)
