"""Watching the play: how far the clinic is, what each stage has told, when all is quiet."""

import contextlib
import json
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.local.parts import CLEARINGHOUSE, SERVICES

_POLL_SECONDS = 1.0
# A ready claim leaves at most 10 s after its last change: a longer silence is the end.
_QUIET_SECONDS = 12.0
_UNDER_WAY = {"ready", "batched", "sent", "received", "accepted_clearinghouse"}
_STAGES: Mapping[str, tuple[str, ...]] = {
    "visits classified": ("visit_classified",),
    "encounters documented": ("encounter_documented",),
    "queries to providers": ("documentation_queried",),
    "pathology returned": ("pathology_returned",),
    "claim versions coded": ("claim_coded",),
    "claims submitted": ("claim_submitted",),
    "acceptances": ("claim_accepted",),
    "rejections": ("claim_rejected",),
    "remittances posted": ("remittance_posted",),
    "denials": ("denial_received",),
}


@dataclass(slots=True)
class Clinic:
    """The clinic's process, read line by line on a thread of its own."""

    process: "subprocess.Popen[str]"
    scenes: dict[str, str] = field(default_factory=dict)
    steps: int = 0
    posted: Counter[str] = field(default_factory=Counter)
    cases: dict[str, str] = field(default_factory=dict)
    day: str = ""
    refused: dict[str, int] = field(default_factory=dict)
    finished: bool = False
    reader: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self.reader = threading.Thread(target=self._read, name="clinic", daemon=True)
        self.reader.start()

    @property
    def sent(self) -> int:
        return self.posted.total()

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self._take(json.loads(line))

    def _take(self, said: Mapping[str, Any]) -> None:
        if "plan" in said:
            self.scenes, self.steps = dict(said["plan"]), said["steps"]
        elif "step" in said:
            self.posted[said["step"]] += 1
            self.day = said["at"][:10]
            if said["case_id"]:
                self.cases[said["visit_id"]] = said["case_id"]
        else:
            self.refused, self.finished = dict(said["refused"]), True


class Watch:
    """Asks the services and the clearinghouse once a second."""

    def __init__(
        self, urls: Mapping[str, str], token: str, clinic: Clinic, console: Console
    ) -> None:
        self._urls = urls
        self._clinic = clinic
        self._console = console
        self._client = httpx.Client(timeout=5, headers={"authorization": f"Bearer {token}"})
        self._counts: Counter[str] = Counter()
        self._changed_at = time.monotonic()

    def until_quiet(self, deadline: float) -> None:
        """Show the play until everything sent has come to rest, or the deadline."""
        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
        )
        task = bar.add_task("the clinic opens", total=None)
        with Live(console=self._console, refresh_per_second=4) as live:
            while time.monotonic() < deadline and not self._is_over():
                self._look()
                bar.update(
                    task,
                    total=self._clinic.steps or None,
                    completed=self._clinic.sent,
                    description=self._where(),
                )
                live.update(Group(bar, self._table()))
                time.sleep(_POLL_SECONDS)

    def _where(self) -> str:
        if self._clinic.running:
            return f"{self._clinic.day or 'the clinic opens'}: documents sent"
        return "reports, payments and denials still to come"

    def _is_over(self) -> bool:
        """Whether all is said: the clinic, the services, the clearinghouse and its payers."""
        if self._clinic.running:
            return False
        silent = time.monotonic() - self._changed_at
        return silent > _QUIET_SECONDS and not self._is_under_way()

    def _is_under_way(self) -> bool:
        """Whether a claim is to be sent, or an answer or a payment still to come."""
        house = self._urls[CLEARINGHOUSE]
        try:
            told = self._client.get(f"{self._urls['operations']}/v1/figures").json()
            answers = self._client.get(f"{house}/v1/answers").json()
            claims = self._client.get(f"{house}/v1/claims").json()
        except httpx.HTTPError:
            return True
        undelivered = any(not answer["delivered"] for answer in answers)
        unpaid = any(claim["state"] == "accepted" for claim in claims)
        return undelivered or unpaid or bool(told["claims_by_state"].keys() & _UNDER_WAY)

    def _look(self) -> None:
        for service in SERVICES:
            with contextlib.suppress(httpx.HTTPError):
                for topic, number in self._emitted(service).items():
                    if self._counts[topic] != number:
                        self._counts[topic], self._changed_at = number, time.monotonic()

    def _emitted(self, service: str) -> dict[str, int]:
        text = self._client.get(f"{self._urls[service]}/metrics").text
        return {
            sample.labels["topic"].removeprefix("dermis.").partition(".")[0]: int(sample.value)
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == "dermis_events_emitted_total"
        }

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False, show_header=False)
        table.add_column(style="dim")
        table.add_column(justify="right")
        table.add_row(
            "posted",
            ", ".join(f"{number} {kind}s" for kind, number in self._clinic.posted.items()) or "0",
        )
        for stage, topics in _STAGES.items():
            table.add_row(stage, str(sum(self._counts[topic] for topic in topics)))
        return table
