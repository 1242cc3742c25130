"""The local stack as a person at a terminal knows it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.business_clock import DEFAULT_START
from deploy.local.ports import wait_until
from shared.telemetry import read_clock

ROOT = Path(__file__).parents[3]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    _local(tmp_path, "down")


def test_a_stack_in_one_terminal_is_stopped_from_another_and_keeps_its_state(home: Path) -> None:
    first = _running(home)
    clock = read_clock(home / "clock")
    assert clock.business0 == DEFAULT_START
    credentials = (home / "run" / "credentials.json").read_text()

    second = _local(home, "run", "--free-ports")
    assert second.returncode == 1
    assert "runs already" in second.stderr
    assert "`make down`" in second.stderr

    assert _local(home, "down").returncode == 0
    assert first.wait(60) == 0
    assert _local(home, "status").returncode == 1

    _running(home)
    assert read_clock(home / "clock").business0 > DEFAULT_START
    assert (home / "run" / "credentials.json").read_text() == credentials
    assert json.loads((home / "stack.json").read_text())["play"] == "run"


def _running(home: Path) -> subprocess.Popen[str]:
    with (home / "supervisor.log").open("a") as log:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "deploy.local", "--home", str(home), "run", "--free-ports"],
            cwd=ROOT,
            stdout=log,
            stderr=log,
            text=True,
        )
    ready = home / "stack.json"
    assert wait_until(lambda: ready.exists() or supervisor.poll() is not None, 300)
    assert supervisor.poll() is None, (home / "supervisor.log").read_text()
    return supervisor


def _local(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deploy.local", "--home", str(home), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
