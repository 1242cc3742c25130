"""The stack around the demo: fresh, at the play's speed, and ended or left running after it."""

import subprocess
import sys
import time
from pathlib import Path

from deploy.local import demo
from deploy.local.business_clock import DEFAULT_RATE
from deploy.local.control import down, say
from deploy.local.lock import holder
from deploy.local.ports import wait_until
from deploy.local.problem import LocalProblem
from deploy.local.process import Process

_PROJECT = Path(__file__).resolve().parents[2]
_PLAY = "demo"
_START_SECONDS = 360.0


def run_demo(home: Path, visits: int, keep: bool) -> int:
    """Play the demo on a stack of its own and end it; with `keep` leave it running at RATE 60.

    Raises:
        LocalProblem: a stack runs here already, or this one cannot start.
    """
    if holder(home) is not None:
        raise LocalProblem(f"A stack runs already in {home}: stop it with `make down` first.")
    began = time.monotonic()
    supervisor = _supervisor(
        home, ["--fresh", "--rate", str(demo.RATE), "--business0", demo.BUSINESS0.isoformat()]
    )
    try:
        supervisor.start()
        _wait_ready(home, supervisor)
        say(f"the stack is ready after {time.monotonic() - began:.0f} s")
        code = demo.play(home, visits)
    finally:
        supervisor.stop(60)
    if keep:
        _leave_running(home)
    return code


def _supervisor(home: Path, options: list[str]) -> Process:
    return Process(
        "the stack",
        _command(home, options),
        log=home / "supervisor.log",
        pid_file=home / "supervisor.pid",
        cwd=_PROJECT,
    )


def _command(home: Path, options: list[str]) -> list[str]:
    base = [sys.executable, "-m", "deploy.local", "--home", str(home), "run", "--play", _PLAY]
    return base + options


def _wait_ready(home: Path, supervisor: Process) -> None:
    description = home / "stack.json"
    ready = wait_until(lambda: description.exists() or not supervisor.alive, _START_SECONDS)
    if not ready or not supervisor.alive:
        said = supervisor.log_tail(1)
        raise LocalProblem(said or f"The stack did not start: see {home / 'logs'}.")


def _leave_running(home: Path) -> None:
    """The demo's stack again, at a speed a person can follow, until `make down`.

    Its business clock goes on where the play ended.
    """
    with (home / "supervisor.log").open("ab") as log:
        left = subprocess.Popen(
            _command(home, ["--rate", str(DEFAULT_RATE)]),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd=_PROJECT,
        )
    description = home / "stack.json"
    ready = wait_until(lambda: description.exists() or left.poll() is not None, _START_SECONDS)
    if not ready or left.poll() is not None:
        down(home)
        raise LocalProblem(f"The stack did not start again: see {home / 'supervisor.log'}.")
    say("the stack keeps running: `make status` says where, `make down` stops it")
