"""Running a stack in the foreground, and migrating a database."""

import asyncio
import signal
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from deploy.local.control import say
from deploy.local.credentials import Credentials
from deploy.local.lock import Lock
from deploy.local.parts import CONTRACT_PORTS, SERVICES, free_ports
from deploy.local.ports import free_port
from deploy.local.postgres import Postgres
from deploy.local.process import end_leftovers
from deploy.local.stack import Stack, migrate, role_passwords


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
