"""Traces, logs, metrics and the two clocks of a process."""

from shared.telemetry.log import error_fields, logger
from shared.telemetry.start import read_clock, start_telemetry
from shared.telemetry.trace import current_trace_id, span, trace_headers

__all__ = [
    "current_trace_id",
    "error_fields",
    "logger",
    "read_clock",
    "span",
    "start_telemetry",
    "trace_headers",
]
