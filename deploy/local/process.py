"""One child process: started with its log and pid file, ended by signal, never left behind."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from deploy.local.ports import wait_until
from deploy.local.problem import LocalProblem

_PR_SET_PDEATHSIG = 1


class Child(Protocol):
    """A running program, as `subprocess.Popen` has it."""

    pid: int

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def send_signal(self, number: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a child runs as, where not as ourselves."""

    uid: int
    gid: int


class Process:
    """A child with a name. It ends with the process that started it, whatever ended that one."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        pid_file: Path,
        env: Mapping[str, str] | None = None,
        account: Account | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        cwd: Path | None = None,
    ) -> None:
        self.name = name
        self._command = list(command)
        self._log = log
        self._pid_file = pid_file
        self._env = dict(env) if env is not None else None
        self._account = account
        self._stop_signal = stop_signal
        self._cwd = cwd
        self._child: Child | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id while it lives."""
        return self._child.pid if self._child is not None and self.alive else None

    @property
    def alive(self) -> bool:
        """Whether the child runs."""
        return self._child is not None and self._child.poll() is None

    @property
    def exit_code(self) -> int | None:
        """How the child ended (negative: by that signal); None while it lives or never started."""
        return self._child.poll() if self._child is not None else None

    def start(self) -> None:
        """Start the child; what an earlier supervisor left behind under this name ends first.

        Raises:
            LocalProblem: its program cannot be run.
        """
        end_leftover(self._pid_file)
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._pid_file.parent.mkdir(parents=True, exist_ok=True)
        self._child = self._begin()
        self._pid_file.write_text(f"{self._child.pid} {birth(self._child.pid)}\n")

    def _begin(self) -> Child:
        account: dict[str, object] = {}
        if self._account is not None:
            account = {"user": self._account.uid, "group": self._account.gid, "extra_groups": []}
        with self._log.open("ab") as log:
            try:
                begun: Child = subprocess.Popen(  # type: ignore[call-overload]
                    self._command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=self._env,
                    cwd=self._cwd,
                    start_new_session=True,  # Ctrl-C is the supervisor's to hand on, in its order
                    preexec_fn=lambda: ask_to_end_with_parent(self._stop_signal),
                    **account,
                )
            except OSError as error:
                raise LocalProblem(
                    f"{self.name} cannot be started ({error.strerror}: {self._command[0]}):"
                    " run `make setup` and try again."
                ) from error
        return begun

    def send(self, number: signal.Signals) -> None:
        """Send the child a signal; nothing where it has ended."""
        if self._child is not None and self.alive:
            self._child.send_signal(number)

    def wait(self, seconds: float) -> bool:
        """Whether the child ended within the time."""
        if self._child is None:
            return True
        try:
            self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """End the child at once, as a crash would."""
        self.send(signal.SIGKILL)
        self.wait(10)

    def stop(self, seconds: float = 10) -> None:
        """Ask the child to end, and end it if it has not by then."""
        self.send(self._stop_signal)
        if not self.wait(seconds):
            self.kill()
        self._pid_file.unlink(missing_ok=True)

    def log_tail(self, lines: int = 12) -> str:
        """The end of its log, for a person who asks why it ended."""
        if not self._log.exists():
            return ""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])


def end_leftover(pid_file: Path, seconds: float = 10) -> None:
    """End the process a pid file names, if it still is that one; a reused number is let be."""
    try:
        pid_text, born = pid_file.read_text().split(maxsplit=1)
        pid = int(pid_text)
    except (OSError, ValueError):
        return
    if born.strip() == birth(pid):
        for number in (signal.SIGINT, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            if wait_until(lambda: birth(pid) is None, seconds):
                break
    pid_file.unlink(missing_ok=True)


def end_leftovers(home: Path) -> None:
    """End what a supervisor that was killed left running in this directory."""
    for pid_file in home.glob("*/*.pid"):
        end_leftover(pid_file)


def birth(pid: int) -> str | None:
    """When the process of that number began, which tells it from a later one; None: ended."""
    if sys.platform == "linux":
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            return None
        return None if fields[0] == "Z" else fields[19]
    found = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or None


def ask_to_end_with_parent(number: signal.Signals) -> None:
    """What a new child does first on Linux: ask for this signal when its parent dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(number))
