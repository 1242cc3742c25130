"""Which broker the local stack and the tests start: BROKER is `embedded` (or unset) or `kafka`."""

import os
from pathlib import Path
from typing import Protocol

from deploy.local.broker import Broker
from deploy.local.kafka.server import Kafka
from deploy.local.ports import free_port
from deploy.local.problem import LocalProblem
from deploy.local.process import Process

_CACHE = Path(__file__).resolve().parents[2] / ".dermis" / "cache"


class LocalBroker(Protocol):
    """A broker of our own on this machine.

    bootstrap: its address. idempotence: whether it knows producer ids.
    """

    bootstrap: str
    process: Process

    @property
    def idempotence(self) -> bool: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def forget(self) -> None: ...


def is_embedded() -> bool:
    """Whether the broker is the embedded one, which has gaps that Kafka has not.

    Raises:
        LocalProblem: BROKER names none that is known.
    """
    chosen = os.environ.get("BROKER") or "embedded"
    if chosen not in ("embedded", "kafka"):
        raise LocalProblem(f"BROKER={chosen} is not known: say BROKER=kafka, or leave it unset.")
    return chosen == "embedded" and not os.environ.get("KAFKA_BOOTSTRAP")


def local_broker(directory: Path, *, log: Path) -> LocalBroker:
    """The broker that BROKER names, on a free port, with what it keeps in `directory`.

    Raises:
        LocalProblem: it cannot run here.
    """
    if is_embedded():
        return Broker(directory, free_port(), log=log)
    return Kafka(directory, free_port(), log=log, cache=_CACHE)
