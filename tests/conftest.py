"""The whole stack that these rooms share."""

from collections.abc import Iterator

import pytest

from deploy.local.parts import free_ports
from deploy.local.stack import Stack
from shared.testing.collector import Collector


@pytest.fixture(scope="package")
def collector() -> Iterator[Collector]:
    """Where the whole stack sends its spans."""
    with Collector() as receiving:
        yield receiving


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[Stack]:
    """One whole local stack for these rooms: seven services and the clearinghouse, at RATE 60.

    It ends with them: at rest it costs half a core, which the rooms after them need.
    """
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint)
        running = Stack(tmp_path_factory.mktemp("whole"), ports=free_ports())
        try:
            running.start()
            yield running
        finally:
            running.remove()
