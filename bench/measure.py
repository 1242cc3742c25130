"""What a run measured, and how it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Measured:
    """events: emitted and through. deliveries: an event times its hearers.

    latencies: seconds from the commit of an encounter to its claim in operations, two hops later.
    phases: seconds by service and phase.
    """

    events: int
    deliveries: int
    seconds: float
    latencies: Sequence[float] = ()
    phases: Mapping[tuple[str, str], float] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        return self.events / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds."""
        ranked = sorted(self.latencies)
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
            f"{one.percentile(0.5):9.0f}{one.percentile(0.99):9.0f}{one.seconds:9.1f}"
        )
    print(f"real chain = {real.per_second / limit.per_second:.2f} x the limit")
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
