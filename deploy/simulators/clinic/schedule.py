"""Three weeks of a clinic: who comes when, and what is sent about it when. One seed, one clinic."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Literal
from zoneinfo import ZoneInfo

from deploy.simulators.clinic.chart import Chart
from deploy.simulators.clinic.people import PROVIDERS, make_person
from deploy.simulators.clinic.scenes import SCENES

ZONE = ZoneInfo("America/Chicago")
WEEKS = 3
_OPENS, _CLOSES = time(8, 0), time(16, 45)
_BOOKED_AHEAD = timedelta(hours=20)

Kind = Literal["visit", "encounter", "result"]


@dataclass(frozen=True, slots=True)
class Step:
    """One document and the business instant at which it is sent. `copy`: a repeat by the sender."""

    at: datetime
    kind: Kind
    visit_id: str
    document: Mapping[str, Any]
    copy: int = 0


@dataclass(frozen=True, slots=True)
class Schedule:
    """Everything the clinic will send, and what the payers were told to refuse."""

    steps: tuple[Step, ...]
    scenes: Mapping[str, str]
    refusals: tuple[Mapping[str, Any], ...]

    @property
    def begins_at(self) -> datetime:
        return self.steps[0].at

    @property
    def ends_at(self) -> datetime:
        return self.steps[-1].at


def plan(visits: int, seed: int, first_day: date) -> Schedule:
    """The clinic of a seed: so many visits from the first day on."""
    random = Random(f"dermis clinic {seed}")  # noqa: S311 - a schedule, no secret
    names = _deck(visits)
    random.shuffle(names)
    charts = []
    for serial, (name, at) in enumerate(zip(names, _slots(visits, first_day), strict=True), 1):
        scene = SCENES[name]
        person = make_person(random, serial, scene.ages, first_day, insured=scene.insured)
        day = (at.date() - first_day).days
        chart = Chart(serial, person, dict(random.choice(PROVIDERS)), at, day, random)
        scene.play(chart)
        charts.append((name, chart))
    steps = sorted(
        (step for _, chart in charts for step in _steps(chart)), key=lambda step: step.at
    )
    return Schedule(
        tuple(steps),
        {chart.visit_id: name for name, chart in charts},
        tuple(refusal for _, chart in charts for refusal in chart.refusals if chart.documented),
    )


def _deck(visits: int) -> list[str]:
    """Scene names in their shares, exactly so many: largest remainders first."""
    total = sum(scene.share for scene in SCENES.values())
    wanted = {name: scene.share * visits / total for name, scene in SCENES.items()}
    deck = [name for name, share in wanted.items() for _ in range(int(share))]
    by_remainder = sorted(wanted, key=lambda name: int(wanted[name]) - wanted[name])
    return deck + by_remainder[: visits - len(deck)]


def _slots(visits: int, first_day: date) -> Iterator[datetime]:
    """Appointment times, spread over the weekdays of the weeks."""
    days = [
        first_day + timedelta(days=offset)
        for offset in range(7 * WEEKS)
        if (first_day + timedelta(days=offset)).weekday() < 5
    ]
    for number in range(visits):
        day = days[number * len(days) // visits]
        first = -(-(days.index(day) * visits) // len(days))
        last = -(-((days.index(day) + 1) * visits) // len(days))
        opens = datetime.combine(day, _OPENS, ZONE)
        open_for = datetime.combine(day, _CLOSES, ZONE) - opens
        at = opens + open_for * (number - first) / (last - first)
        yield at.replace(second=0, microsecond=0)


def _steps(chart: Chart) -> Iterator[Step]:
    yield Step(chart.at - _BOOKED_AHEAD, "visit", chart.visit_id, chart.visit())
    if chart.status != "booked":
        instead = chart.at - timedelta(hours=2 if chart.status == "cancelled" else 0)
        yield Step(instead, "visit", chart.visit_id, chart.visit(chart.status))
        return
    if not chart.documented:
        return
    signed_at = chart.at + timedelta(minutes=chart.random.randint(40, 240))
    yield Step(signed_at, "encounter", chart.visit_id, chart.encounter())
    for at, document, copies in chart.results():
        for copy in range(copies):
            yield Step(at + timedelta(hours=copy), "result", chart.visit_id, document, copy)
