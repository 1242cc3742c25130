"""A Python module as a child process, forked from a process that has imported what all share.

Seven services import the same libraries, two seconds each; forked, they have them at once.
"""

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

from deploy.local.process import Child, Process

_SHARED = ("shared.http", "shared.bus.runner", "shared.contracts.events", "shared.vault")


class Module(Process):
    """`python -m module arguments`, with an environment and a directory of its own."""

    def __init__(
        self,
        name: str,
        module: str,
        arguments: Sequence[str] = (),
        *,
        log: Path,
        pid_file: Path,
        env: Mapping[str, str],
        cwd: Path,
    ) -> None:
        super().__init__(name, [module, *arguments], log=log, pid_file=pid_file, env=env, cwd=cwd)

    def _begin(self) -> Child:
        asked = (self._command, str(self._log), dict(self._env or {}), str(self._cwd))
        child = _fork_server().Process(target=_run, args=asked, name=self.name)
        child.start()
        return _Forked(child)


class _Forked:
    """What `Process` asks of a `Popen`, of a forked child."""

    def __init__(self, child: ForkServerProcess) -> None:
        self._child = child
        assert child.pid is not None
        self.pid: int = child.pid

    def poll(self) -> int | None:
        return self._child.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._child.join(timeout)
        code = self._child.exitcode
        if code is None:
            raise subprocess.TimeoutExpired(self._child.name, timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)


def _fork_server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_SHARED))
    return context


def _run(command: list[str], log: str, env: dict[str, str], cwd: str) -> None:
    os.setsid()  # Ctrl-C is the supervisor's to hand on, in its order
    threading.Thread(target=_end_with_supervisor, daemon=True).start()
    written = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for stream in (1, 2):
        os.dup2(written, stream)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    sys.argv = command
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)


def _end_with_supervisor() -> None:
    """End when the process that asked for this one ends: the one it was forked from stays."""
    supervisor = multiprocessing.parent_process()
    assert supervisor is not None
    supervisor.join()
    os.kill(os.getpid(), signal.SIGTERM)
