"""A whole local stack: PostgreSQL, broker, seven services, clearinghouse, watched."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import httpx

from deploy.local.brokers import LocalBroker, local_broker
from deploy.local.business_clock import (
    DEFAULT_RATE,
    DEFAULT_START,
    HEARTBEAT_SECONDS,
    BusinessClock,
)
from deploy.local.credentials import Credentials, write_private
from deploy.local.environment import clearinghouse_environment, service_environment
from deploy.local.issuer import Issuer
from deploy.local.lock import Lock
from deploy.local.module import Module
from deploy.local.parts import CLEARINGHOUSE, CONTRACT_PORTS, PRACTICE, SERVICES
from deploy.local.ports import HOST, demand_free, free_port
from deploy.local.postgres import Postgres
from deploy.local.problem import LocalProblem
from deploy.local.process import Process, end_leftovers
from deploy.local.seed import published_sources, seed
from shared.db.migrations import provision, upgrade
from shared.http.scopes import SCOPES
from shared.kernel.clock import Clock

PROJECT = Path(__file__).resolve().parents[2]
_READY_SECONDS = 300.0
_FAILURES_BEFORE_GIVING_UP = 4


class Stack:
    """One stack in one directory.

    home: where it publishes `token`, `sources.json`, `clock`, `jwks.json` and its logs. play: its
    own state, kept in `home/<play>`; fresh deletes that first. ports: per part, the contract's
    unless given. `DATABASE_URL` and `KAFKA_BOOTSTRAP` name servers to use in place of its own.
    """

    def __init__(
        self,
        home: Path,
        *,
        play: str = "run",
        fresh: bool = False,
        ports: Mapping[str, int] = CONTRACT_PORTS,
        rate: float = DEFAULT_RATE,
        business0: datetime = DEFAULT_START,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.home = home.resolve()
        self.state = self.home / play
        self.ports = dict(ports)
        self._play = play
        self._fresh = fresh
        self._rate = rate
        self._business0 = business0
        self._say = say
        self._lock = Lock(self.home)
        self._postgres: Postgres | None = None
        self._broker: LocalBroker | None = None
        self._processes: dict[str, Process] = {}
        self._guard = threading.RLock()
        self._stopping = threading.Event()
        self._watcher: threading.Thread | None = None
        self._failures: Counter[str] = Counter()

    # --- life

    def start(self) -> None:
        """Start everything, migrate, wait until every service is ready, and seed the practice.

        Raises:
            LocalProblem: it cannot run here, with the mend; what had started is stopped again.
        """
        self._lock.take()
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> None:
        end_leftovers(self.home)
        for part, port in self.ports.items():
            demand_free(port, part)
        if self._fresh:
            shutil.rmtree(self.state, ignore_errors=True)
        self.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._turn_logs()
        credentials = Credentials(self.state / "credentials.json")
        self._say("starting PostgreSQL and the broker")
        owner_url, bootstrap = self._start_servers()
        self._say("migrating seven schemas")
        with ThreadPoolExecutor(1) as thread:  # a caller may be inside a loop of its own
            thread.submit(asyncio.run, migrate(owner_url, role_passwords(credentials))).result()
        self.clock = BusinessClock(self.home / "clock", self.state / "clock")
        self.clock.start(self._rate, self._business0)
        self._publish(credentials)
        self._say("starting seven services and the clearinghouse")
        self._make_processes(owner_url, bootstrap, credentials)
        for process in self._processes.values():
            if not process.alive:
                process.start()
        self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._watcher.start()
        self.wait_ready()
        seed(self.urls, self.token, credentials)
        write_private(self.home / "stack.json", json.dumps(self._description(), indent=1))

    def stop(self) -> None:
        """Stop everything in order: services first, then broker and database. State stays."""
        self._stopping.set()
        if self._watcher is not None:
            self._watcher.join(15)
        with self._guard:
            servers = {"broker", "postgres"}
            rest = [part for name, part in self._processes.items() if name not in servers]
            for process in rest:
                process.send(signal.SIGTERM)
            for process in rest:
                process.stop(15)
            if self._broker is not None:
                self._broker.stop()
            if self._postgres is not None:
                self._postgres.stop()
        (self.home / "stack.json").unlink(missing_ok=True)
        self._lock.release()

    def remove(self) -> None:
        """Stop everything and delete what it stored."""
        self.stop()
        if self._postgres is not None:
            self._postgres.remove()
        shutil.rmtree(self.state, ignore_errors=True)

    # --- what tests and the demo ask

    @property
    def urls(self) -> dict[str, str]:
        """The address of every part."""
        return {part: f"http://{HOST}:{port}" for part, port in self.ports.items()}

    @property
    def token(self) -> str:
        """The bearer token of the demo practice."""
        return (self.home / "token").read_text().strip()

    @property
    def owner_url(self) -> str:
        """The database as its owner, for checks on effects."""
        return self._postgres.url() if self._postgres else os.environ["DATABASE_URL"]

    @property
    def bootstrap(self) -> str:
        """The broker."""
        return self._broker.bootstrap if self._broker else os.environ["KAFKA_BOOTSTRAP"]

    def pid(self, part: str) -> int | None:
        """The process id of a service, `clearinghouse`, `broker` or `postgres`."""
        return self._processes[part].pid

    def kill(self, part: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a part a signal; the supervisor restarts what ends."""
        self._processes[part].send(number)

    def lose_log(self) -> None:
        """Kill the broker and start it with an empty log, as after the loss of its disk."""
        assert self._broker is not None
        with self._guard:
            self._broker.process.kill()
            self._broker.forget()
            self._broker.start()

    def wait_ready(self, seconds: float = _READY_SECONDS) -> None:
        """Wait until every service answers /readyz with 200.

        Raises:
            LocalProblem: one does not in time.
        """
        deadline = time.monotonic() + seconds
        with httpx.Client(timeout=2) as client:
            for service in SERVICES:
                while not (ready := self._is_ready(client, service)):
                    if self._is_hopeless(service, deadline):
                        break
                    time.sleep(0.1)
                if not ready:
                    raise LocalProblem(
                        f"{service} did not become ready; its log {self._log(service)} ends:\n"
                        + self._processes[service].log_tail()
                    )

    def _is_hopeless(self, service: str, deadline: float) -> bool:
        return time.monotonic() > deadline or self._failures[service] >= _FAILURES_BEFORE_GIVING_UP

    def _is_ready(self, client: httpx.Client, service: str) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return client.get(f"{self.urls[service]}/readyz").status_code == 200
        return False

    # --- its parts

    def _start_servers(self) -> tuple[str, str]:
        if not os.environ.get("DATABASE_URL"):
            self._postgres = Postgres(self.state, free_port(), log=self._log("postgres"))
            self._postgres.start()
            self._processes["postgres"] = self._postgres.process
        if not os.environ.get("KAFKA_BOOTSTRAP"):
            self._broker = local_broker(self.state, log=self._log("broker"))
            self._broker.start()
            self._processes["broker"] = self._broker.process
        return self.owner_url, self.bootstrap

    def _make_processes(self, owner_url: str, bootstrap: str, credentials: Credentials) -> None:
        for service in SERVICES:
            variables = service_environment(
                service,
                owner_url=owner_url,
                bootstrap=bootstrap,
                idempotence=self._broker is None or self._broker.idempotence,
                ports=self.ports,
                home=self.home,
                credentials=credentials,
            )
            self._add(service, f"services.{service}.app", [], variables)
        self._add(
            CLEARINGHOUSE,
            "deploy.simulators.clearinghouse",
            [
                *("--host", HOST),
                *("--port", str(self.ports[CLEARINGHOUSE])),
                *("--submission", self.urls["submission"]),
                *("--sources", str(self.home / "sources.json")),
                *("--clock", str(self.home / "clock")),
                *("--state", str(self.state / "clearinghouse.sqlite")),
            ],
            clearinghouse_environment(credentials),
        )

    def _add(
        self, name: str, module: str, arguments: list[str], variables: Mapping[str, str]
    ) -> None:
        self._processes[name] = Module(
            name,
            module,
            arguments,
            log=self._log(name),
            pid_file=self.state / f"{name}.pid",
            env=variables,
            cwd=PROJECT,
        )

    def _publish(self, credentials: Credentials) -> None:
        issuer = Issuer(credentials.signing_key())
        write_private(self.home / "jwks.json", issuer.jwks())
        token = issuer.token(PRACTICE, "demo", SCOPES, Clock().wall())
        write_private(self.home / "token", token + "\n")
        sources = json.dumps(published_sources(credentials), indent=1)
        write_private(self.home / "sources.json", sources)

    def _description(self) -> dict[str, object]:
        return {
            "pid": os.getpid(),
            "play": self._play,
            "urls": self.urls,
            "kafka": self.bootstrap,
            "logs": str(self.home / "logs"),
        }

    def _log(self, part: str) -> Path:
        return self.home / "logs" / f"{part}.log"

    def _turn_logs(self) -> None:
        """Each run writes new logs; those of the run before stay beside them."""
        for log in (self.home / "logs").glob("*.log"):
            log.replace(log.with_suffix(".log.before"))

    # --- watching

    def _watch(self) -> None:
        """Restart what ends, at once the first time, then with growing pauses."""
        again_at: dict[str, float] = {}
        while not self._stopping.wait(HEARTBEAT_SECONDS / 4):
            self.clock.beat()
            for name, process in self._processes.items():
                now = time.monotonic()
                if process.alive:
                    if now - again_at.get(name, now) > 30:
                        self._failures.pop(name, None)
                    continue
                if now < again_at.get(name, 0):
                    continue
                self._failures[name] += 1
                again_at[name] = now + min(30.0, 0.5 * 2 ** self._failures[name])
                self._say(f"{name} ended ({process.exit_code}); starting it again")
                with self._guard, contextlib.suppress(LocalProblem):
                    if not self._stopping.is_set() and not process.alive:
                        process.start()


def role_passwords(credentials: Credentials) -> dict[str, str]:
    """Password per role: `<service>` and `<service>.relay`."""
    roles = [role for service in SERVICES for role in (service, f"{service}.relay")]
    return {role: credentials.password(role) for role in roles}


async def migrate(owner_url: str, passwords: Mapping[str, str]) -> None:
    """Provision the roles and bring every service's schema to its last migration."""
    for service in SERVICES:
        await provision(owner_url, service, passwords[service], passwords[f"{service}.relay"])
        await upgrade(owner_url, service)
