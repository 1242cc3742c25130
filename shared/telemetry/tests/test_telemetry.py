"""What telemetry tells, and what it never does."""

import io
import json
import logging
from datetime import UTC, datetime

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import REGISTRY

from shared.telemetry import current_trace_id, logger, read_clock, span, trace_headers
from shared.telemetry.log import start_logging


@pytest.fixture
def lines(monkeypatch):
    """What is written to standard error, a dictionary per line."""
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    start_logging("coding")
    return lambda: [json.loads(line) for line in written.getvalue().splitlines()]


@pytest.fixture(scope="module")
def exporter():
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider()
        trace.set_tracer_provider(provider)
    exporting = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporting))
    return exporting


def test_a_line_names_service_ids_and_trace(lines, exporter):
    with span("handle"):
        logger("t").info("handled", case_id="C-1")
        trace_id = current_trace_id()
    (line,) = lines()
    assert (line["event"], line["service"], line["case_id"]) == ("handled", "coding", "C-1")
    assert line["trace_id"] == trace_id
    assert line["level"] == "info"
    assert datetime.fromisoformat(line["timestamp"]).tzinfo is not None


def test_an_exceptions_words_are_never_written(lines):
    try:
        raise ValueError("Waltraud")
    except ValueError:
        logger("t").exception("failed")
        logging.getLogger("some.library").exception("a library failed")
        logging.getLogger("some.library").error("again", exc_info=True)
    written = lines()
    assert [line["error"] for line in written] == ["ValueError"] * 3
    assert all("test_telemetry.py" in line["place"] for line in written)
    assert "Waltraud" not in str(written)


def test_a_span_tells_ids_and_an_errors_type_alone(exporter):
    exporter.clear()
    with pytest.raises(ValueError, match="Waltraud"), span("handle", dermis__case_id="C-1"):
        raise ValueError("Waltraud")
    (ended,) = exporter.get_finished_spans()
    assert ended.attributes == {"dermis.case_id": "C-1"}
    assert (ended.status.description, ended.events) == ("ValueError", ())
    assert "Waltraud" not in ended.to_json()


def test_a_trace_goes_on_through_headers(exporter):
    exporter.clear()
    with span("emit"):
        headers = trace_headers()
        trace_id = current_trace_id()
    assert headers["traceparent"].split("-")[1] == trace_id
    with span("hear", parent=headers):
        assert current_trace_id() == trace_id
    with span("batch", parent={}, links=(headers, {"traceparent": "nonsense"})):
        assert current_trace_id() != trace_id
    linked = exporter.get_finished_spans()[-1]
    assert [trace.format_trace_id(link.context.trace_id) for link in linked.links] == [trace_id]


def test_no_metric_has_a_label_for_an_id():
    names = {"case_id", "event_id", "claim_id", "visit_id", "practice_id", "path"}
    ours = [
        collector
        for collector in list(REGISTRY._collector_to_names)
        if getattr(collector, "_name", "").startswith("dermis_")
    ]
    assert len(ours) > 10
    assert all(not names & set(collector._labelnames) for collector in ours)


def test_the_clock_is_read_from_its_file(tmp_path):
    path = tmp_path / "clock"
    assert read_clock(None).business0 is None
    assert read_clock(path).business0 is None
    setting = {"wall0": "2026-11-24T00:00:00+00:00", "business0": "2026-03-16T09:00:00-05:00"}
    path.write_text(json.dumps({**setting, "rate": 60}))
    clock = read_clock(path)
    minute_later = datetime(2026, 11, 24, 0, 1, tzinfo=UTC)
    assert clock.business_at(minute_later) == datetime(2026, 3, 16, 15, tzinfo=UTC)
    for broken in ("", "{}", "[]", '{"wall0": "soon", "business0": "", "rate": 1}'):
        path.write_text(broken)
        with pytest.raises(ValueError, match="is no clock"):
            read_clock(path)
