"""An event handled continues the trace it was emitted in, or, long after, links to it."""

from datetime import UTC, datetime, timedelta

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.bus.envelope import message
from shared.bus.tracing import handling
from shared.kernel import ids
from shared.telemetry import span, trace_headers
from shared.testing import toy

NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
CASE = ids.case_id("north", "V-1")


@pytest.fixture
def spans() -> InMemorySpanExporter:
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider()
        trace.set_tracer_provider(provider)
    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return exporter


@pytest.mark.parametrize(
    ("age", "same"), [(timedelta(minutes=59), True), (timedelta(hours=2), False)]
)
def test_the_trace_goes_on_for_an_hour(
    spans: InMemorySpanExporter, age: timedelta, same: bool
) -> None:
    event = toy.Said(case_id=CASE, practice_id="north", occurred_at=NOW, word="a")
    with span("emission") as emission:
        sent = message(
            event,
            1,
            source=toy.MOUTH,
            cause_id=None,
            case_version=1,
            recorded_at=NOW,
            trace=trace_headers(),
        )
    with handling(toy.WALL, CASE, sent, NOW + age):
        pass
    (handled,) = [one for one in spans.get_finished_spans() if one.name.startswith("handle")]
    emitted = emission.get_span_context()
    assert handled.attributes["dermis.case_id"] == str(CASE)
    assert handled.attributes["dermis.event_id"] == str(sent.event_id)
    assert (handled.context.trace_id == emitted.trace_id) is same
    assert [link.context.span_id for link in handled.links] == ([] if same else [emitted.span_id])
