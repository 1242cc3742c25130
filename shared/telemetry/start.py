"""Telemetry of one process: logs, traces and the clock it reads."""

import json
import os
from datetime import datetime
from pathlib import Path

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import DEFAULT_OFF

from shared.kernel.clock import Clock
from shared.telemetry.log import start_logging

_ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


def start_telemetry(service: str) -> None:
    """Begin JSON logs and traces.

    Spans are recorded, and leave the process, only where an OTLP endpoint is set; trace ids travel
    in any case.
    """
    start_logging(service)
    exported = bool(os.environ.get(_ENDPOINT))
    provider = TracerProvider(
        resource=Resource.create({"service.name": f"dermis-{service}"}),
        sampler=None if exported else DEFAULT_OFF,  # none: what OTEL_TRACES_SAMPLER says
    )
    if exported:
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


def read_clock(path: Path | None) -> Clock:
    """The clock a supervisor published as {wall0, business0, rate}; wall time without a file.

    Raises:
        ValueError: the file is there and cannot be read as a clock.
    """
    if path is None or not path.exists():
        return Clock()
    try:
        setting = json.loads(path.read_text(encoding="utf-8"))
        return Clock(
            wall0=datetime.fromisoformat(setting["wall0"]),
            business0=datetime.fromisoformat(setting["business0"]),
            rate=float(setting["rate"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is no clock: wall0, business0 and rate are needed") from error
