"""Ports on 127.0.0.1: which are free, which are open, and a clear word where one is taken."""

import secrets
import socket
import time
from collections.abc import Callable

from deploy.local.problem import LocalProblem

HOST = "127.0.0.1"
# Below the kernel's ephemeral range: a port of that range can be taken by an outgoing connection
# while its server is down, even by a client's own attempt to reach it.
_FIRST, _LAST = 20_000, 32_000


def is_free(port: int) -> bool:
    """Whether a server may listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def is_open(port: int) -> bool:
    """Whether something answers there now."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def free_port() -> int:
    """A port nothing listens on, chosen at random so that two stacks rarely meet."""
    for _ in range(200):
        port = _FIRST + secrets.randbelow(_LAST - _FIRST)
        if is_free(port):
            return port
    raise LocalProblem(
        f"No free port between {_FIRST} and {_LAST}: stop some servers and try again."
    )


def demand_free(port: int, wanted_by: str) -> None:
    """Refuse to start on a taken port.

    Raises:
        LocalProblem: something listens there.
    """
    if not is_free(port):
        raise LocalProblem(
            f"Port {port}, which {wanted_by} needs, is in use: stop what listens there"
            " (`make down`, if it is an earlier stack) and try again."
        )


def wait_until(ready: Callable[[], bool], seconds: float) -> bool:
    """Ask every 50 ms until it is so or the time is over; the last answer."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
