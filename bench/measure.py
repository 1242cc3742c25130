"""What a run measured, and how it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Passage:
    """Seconds from an encounter's row in the outbox to its claim in operations, step by step.

    relayed: to the acknowledgement. coded: to the claim's row in the outbox. relayed_again: to its
    acknowledgement. seen: to the transaction of operations (before the acknowledgement was written
    down it is negative).
    """

    relayed: float
    coded: float
    relayed_again: float
    seen: float

    @property
    def whole(self) -> float:
        return self.relayed + self.coded + self.relayed_again + self.seen


@dataclass(frozen=True)
class Measured:
    """events: emitted and through. deliveries: an event times its hearers.

    latencies: seconds from the commit of an encounter to its claim in operations, two hops later.
    passages: the same of the real chain, step by step. phases: seconds by service and phase.
    """

    events: int
    deliveries: int
    seconds: float
    latencies: Sequence[float] = ()
    passages: Sequence[Passage] = ()
    phases: Mapping[tuple[str, str], float] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        return self.events / self.seconds


def percentile(seconds: Sequence[float], share: float) -> float:
    """Milliseconds."""
    ranked = sorted(seconds)
    return 1000 * ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else 0.0


def report(real: Measured, limit: Measured, cases: int, rate: float) -> None:
    """Print both beside each other, their ratio, and where the real one's time went."""
    print(
        f"\n{cases} cases; latency at {rate:g} events/s, encounter to claim in operations (2 hops)"
    )
    print(f"{'':14}{'events/s':>10}{'deliveries/s':>14}{'p50 ms':>9}{'p99 ms':>9}{'seconds':>9}")
    for name, one in (("real chain", real), ("limit", limit)):
        print(
            f"{name:14}{one.per_second:10.0f}{one.deliveries / one.seconds:14.0f}"
            f"{percentile(one.latencies, 0.5):9.0f}{percentile(one.latencies, 0.99):9.0f}"
            f"{one.seconds:9.1f}"
        )
    print(f"real chain = {real.per_second / limit.per_second:.2f} x the limit")
    print("its latency, p50 and p99 in ms by step:")
    for step in ("relayed", "coded", "relayed_again", "seen"):
        spent = [getattr(passage, step) for passage in real.passages]
        print(f"  {step:14}{percentile(spent, 0.5):8.0f}{percentile(spent, 0.99):8.0f}")
    _report_phases(real)


def _report_phases(real: Measured) -> None:
    """A row per phase, a column per service; `fetch` is for the most part waiting for events."""
    services = sorted({service for service, _ in real.phases})
    phases = sorted(
        {phase for _, phase in real.phases},
        key=lambda phase: -sum(real.phases.get((service, phase), 0.0) for service in services),
    )
    print("\nseconds by phase while the held events passed (fetch: mostly waiting for them)")
    print(f"{'':12}" + "".join(f"{service:>14}" for service in services) + f"{'all':>8}")
    for phase in phases:
        row = [real.phases.get((service, phase), 0.0) for service in services]
        print(f"{phase:12}" + "".join(f"{one:14.2f}" for one in row) + f"{sum(row):8.2f}")
