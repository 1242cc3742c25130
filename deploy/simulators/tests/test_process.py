"""The clearinghouse as a process of its own: real HTTP, a state file that outlives it."""

import base64
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from deploy.simulators.tests.files import claim, file_837, line

ROOT = Path(__file__).resolve().parents[3]
KEY = "key"


@pytest.fixture
def arguments(tmp_path):
    secret = "whsec_" + base64.b64encode(b"x" * 24).decode()
    sources = tmp_path / "sources.json"
    sources.write_text(
        json.dumps(
            [{"source_id": "ch", "service": "submission", "format": "x12", "secret": secret}]
        )
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--port", str(port), "--sources", str(sources), "--submission", "http://127.0.0.1:9"]
    return [*options, "--state", str(tmp_path / "house.sqlite")], f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def running(options):
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.simulators.clearinghouse", *options],
        cwd=ROOT,
        env={**os.environ, "CLEARINGHOUSE_API_KEY": KEY},
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


def wait_live(url):
    for _ in range(200):
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{url}/healthz").raise_for_status()
        time.sleep(0.05)
    raise AssertionError("it never answered")


def test_it_serves_and_a_restart_forgets_nothing(arguments):
    options, url = arguments
    headers = {
        "authorization": f"Bearer {KEY}",
        "content-type": "application/edi-x12",
        "idempotency-key": "k",
    }
    raw = file_837([claim("CLAIM-1", [line("11102", "185")], day="20200101")])
    with running(options):
        wait_live(url)
        assert httpx.post(f"{url}/v1/files", content=raw, headers=headers).status_code == 202
    with running(options):
        wait_live(url)
        (kept,) = httpx.get(f"{url}/v1/claims").json()
        assert kept["claim_id"] == "CLAIM-1"
        assert kept["state"] == "accepted"
        assert httpx.get(f"{url}/v1/files/000000001/raw").content == raw


def test_without_a_key_it_says_so_and_does_not_start(arguments):
    options, _ = arguments
    environment = {name: v for name, v in os.environ.items() if name != "CLEARINGHOUSE_API_KEY"}
    ended = subprocess.run(
        [sys.executable, "-m", "deploy.simulators.clearinghouse", *options],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 2
    assert "CLEARINGHOUSE_API_KEY" in ended.stderr
