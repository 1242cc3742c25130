"""The local stack from outside: what a person at a terminal, and the next test, may rely on."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deploy.local.business_clock import DEFAULT_START
from deploy.local.parts import SERVICES
from deploy.local.ports import wait_until
from deploy.local.stack import Stack
from shared.telemetry import read_clock

ROOT = Path(__file__).parents[2]


def test_every_service_is_ready_and_knows_the_published_token(stack: Stack) -> None:
    for service in SERVICES:
        assert httpx.get(f"{stack.urls[service]}/readyz").status_code == 200
    url = f"{stack.urls['eligibility']}/v1/sources"
    known = httpx.get(url, headers={"Authorization": f"Bearer {stack.token}"})
    assert known.status_code == 200
    sources = {source["source_id"] for source in known.json()["items"]}
    assert sources == {"demo-ehr-visits", "demo-ehr-visits-fhir", "demo-ehr-visits-hl7"}
    assert httpx.get(url).status_code == 401


@pytest.mark.parametrize("part", ["documentation", "broker", "postgres", "clearinghouse"])
def test_what_is_killed_is_started_again_and_the_stack_is_ready(stack: Stack, part: str) -> None:
    before = stack.pid(part)
    stack.kill(part, signal.SIGKILL)
    assert wait_until(lambda: stack.pid(part) not in (None, before), 30)
    stack.wait_ready()


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
