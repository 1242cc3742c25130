"""One stack per directory: whoever supervises it holds its lock file."""

import fcntl
import os
from pathlib import Path
from typing import IO

from deploy.local.problem import LocalProblem
from deploy.local.process import birth


class Lock:
    """Held from `take()` to `release()`, or until its process ends, however it ends."""

    def __init__(self, home: Path) -> None:
        self._path = home / "lock"
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Hold the directory.

        Raises:
            LocalProblem: another process does.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise LocalProblem(
                f"A stack runs already in {self._path.parent}: use it, or stop it with `make down`."
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()} {birth(os.getpid())}\n")
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let the directory go."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None


def holder(home: Path) -> int | None:
    """The process that supervises a stack here, if one does."""
    try:
        pid, born = (home / "lock").read_text().split(maxsplit=1)
    except (OSError, ValueError):
        return None
    return int(pid) if birth(int(pid)) == born.strip() else None
