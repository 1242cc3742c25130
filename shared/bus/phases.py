"""Where the time of a batch goes, as `dermis_bus_seconds_total{service, phase}`."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from shared.telemetry.metrics import BUS_SECONDS


@contextmanager
def phase(service: str, name: str) -> Iterator[None]:
    """Count the time of the block, waits included, under this phase."""
    begun = perf_counter()
    try:
        yield
    finally:
        BUS_SECONDS.labels(service, name).inc(perf_counter() - begun)
