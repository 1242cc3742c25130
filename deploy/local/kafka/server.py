"""One Kafka in KRaft mode, broker and controller in one process."""

import base64
import os
import secrets
import shutil
import subprocess
from pathlib import Path

from deploy.local.kafka.jars import jars, java
from deploy.local.ports import HOST, demand_free, free_port, is_open, wait_until
from deploy.local.problem import LocalProblem
from deploy.local.process import Process

_START_SECONDS = 90
_STOP_SECONDS = 30
_HEAP = "-Xmx512m"
_ONE_OF_EACH = (
    "offsets.topic.replication.factor",
    "transaction.state.log.replication.factor",
    "transaction.state.log.min.isr",
    "share.coordinator.state.topic.replication.factor",
    "share.coordinator.state.topic.min.isr",
)


class Kafka:
    """A broker on 127.0.0.1 that keeps its log in `directory`, over a stop and over kill -9."""

    idempotence = True

    def __init__(self, directory: Path, port: int, *, log: Path, cache: Path) -> None:
        self.port = port
        self.bootstrap = f"{HOST}:{port}"
        self._log = log
        self._state = directory / "kafka"
        self._properties = self._state / "server.properties"
        self._program = [java(), _HEAP, "-cp", f"{jars(cache)}/*"]
        self.process = Process(
            "Kafka",
            [*self._program, "kafka.Kafka", str(self._properties)],
            log=log,
            pid_file=directory / "broker.pid",
            env={"PATH": os.environ.get("PATH", "")},
            cwd=directory,
        )

    def start(self) -> None:
        """Start it on the log it has; an empty one is made first.

        Raises:
            LocalProblem: its port is taken or it does not answer.
        """
        demand_free(self.port, "Kafka")
        self._write_properties(free_port())
        if not (self._state / "log" / "meta.properties").exists():
            self._format()
        self.process.start()
        wait_until(lambda: not self.process.alive or is_open(self.port), _START_SECONDS)
        if not self.process.alive or not is_open(self.port):
            tail = self.process.log_tail()
            self.process.kill()
            raise LocalProblem(f"Kafka did not start; its log {self._log} ends:\n{tail}")

    def stop(self) -> None:
        """End it; its log stays."""
        self.process.stop(_STOP_SECONDS)

    def forget(self) -> None:
        """Lose the log of a broker that does not run, as with its disk."""
        shutil.rmtree(self._state)

    def _write_properties(self, controller_port: int) -> None:
        self._state.mkdir(parents=True, exist_ok=True)
        controller = f"{HOST}:{controller_port}"
        settings = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@{controller}",
            "listeners": f"PLAINTEXT://{self.bootstrap},CONTROLLER://{controller}",
            "advertised.listeners": f"PLAINTEXT://{self.bootstrap}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            "inter.broker.listener.name": "PLAINTEXT",
            "log.dirs": str(self._state / "log"),
            "auto.create.topics.enable": "false",
            "group.initial.rebalance.delay.ms": "0",
            **dict.fromkeys(_ONE_OF_EACH, "1"),
        }
        text = "".join(f"{name}={value}\n" for name, value in settings.items())
        self._properties.write_text(text)

    def _format(self) -> None:
        cluster = base64.urlsafe_b64encode(secrets.token_hex(8).encode()).decode().rstrip("=")
        tool = ["kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(self._properties)]
        done = subprocess.run([*self._program, *tool], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise LocalProblem("Kafka's log could not be made; it said:\n" + done.stdout)
