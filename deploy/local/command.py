"""The commands around a stack: run it, stop it, tell about it, migrate, play the demo on it."""

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from deploy.local.credentials import Credentials
from deploy.local.lock import Lock, holder
from deploy.local.parts import CONTRACT_PORTS, SERVICES, free_ports
from deploy.local.ports import free_port, wait_until
from deploy.local.postgres import Postgres
from deploy.local.problem import LocalProblem
from deploy.local.process import birth
from deploy.local.stack import Stack, end_leftovers, migrate, role_passwords

_STOP_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How `run` starts a stack."""

    home: Path
    play: str
    fresh: bool
    free_ports: bool
    rate: float
    business0: datetime


def run(options: RunOptions) -> int:
    """Run a stack until a signal ends it."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in signals:
        signal.signal(number, signal.default_int_handler)
    stack = Stack(
        options.home,
        play=options.play,
        fresh=options.fresh,
        ports=free_ports() if options.free_ports else CONTRACT_PORTS,
        rate=options.rate,
        business0=options.business0,
        say=say,
    )
    try:
        stack.start()
        say(
            f"ready: {stack.urls['operations']} (operations); token and sources in {stack.home},"
            f" logs in {stack.home / 'logs'}; Ctrl-C or `make down` stops it"
        )
        threading.Event().wait()
    except KeyboardInterrupt:
        for number in signals:
            signal.signal(number, signal.SIG_IGN)  # stopping takes seconds and is not to be cut
        say("stopping")
        stack.stop()
    say("stopped")
    return 0


def down(home: Path) -> int:
    """Stop the stack that runs in a directory, or what a killed one left behind.

    Raises:
        LocalProblem: it does not end.
    """
    pid = holder(home)
    if pid is not None:
        os.kill(pid, signal.SIGTERM)
        if not wait_until(lambda: birth(pid) is None or holder(home) is None, _STOP_SECONDS):
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


def migrate_database(home: Path, environment: Mapping[str, str]) -> int:
    """Bring the database of `DATABASE_URL`, or the embedded one of `run`, to the newest schema.

    The roles get the passwords that stand in `<SERVICE>_DATABASE_URL` and
    `<SERVICE>_RELAY_DATABASE_URL` where all are set, else those kept in the directory.
    """
    given = environment.get("DATABASE_URL")
    if given:
        asyncio.run(migrate(given, _passwords(environment, home)))
    else:
        lock = Lock(home)
        lock.take()
        end_leftovers(home)
        postgres = Postgres(home / "run", free_port(), log=home / "logs" / "postgres.log")
        try:
            postgres.start()
            asyncio.run(migrate(postgres.url(), _passwords(environment, home)))
        finally:
            postgres.stop()
            lock.release()
    say(f"migrated: {', '.join(SERVICES)}")
    return 0


def _passwords(environment: Mapping[str, str], home: Path) -> dict[str, str]:
    given = {
        role: environment[variable]
        for service in SERVICES
        for role, variable in (
            (service, f"{service.upper()}_DATABASE_URL"),
            (f"{service}.relay", f"{service.upper()}_RELAY_DATABASE_URL"),
        )
        if environment.get(variable)
    }
    if len(given) == 2 * len(SERVICES):  # a server of its own: nothing is kept here
        return {role: unquote(urlsplit(url).password or "") for role, url in given.items()}
    return role_passwords(Credentials(home / "run" / "credentials.json"))


def say(text: str) -> None:
    """One line to the person at the terminal, at once."""
    print(text, flush=True)


def say_problem(text: str) -> None:
    """One line about what is wrong."""
    print(text, file=sys.stderr, flush=True)
