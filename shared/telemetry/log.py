"""Structured logs as JSON lines: ids only, and of an exception its type and place, never its words.

An exception's message may quote a row, a field or a whole document, so none is ever written. The
same formatter serves our own lines and those of the libraries.
"""

import logging
import sys
import traceback
from types import TracebackType

import structlog
from opentelemetry import trace
from structlog.typing import EventDict, ExcInfo, WrappedLogger

# Libraries that would log addresses, queries or payloads at INFO say warnings alone.
_QUIET = ("uvicorn.access", "httpx", "httpcore", "aiokafka", "sqlalchemy", "alembic", "asyncio")


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger whose keyword arguments become fields. Give it ids, never a patient's data."""
    bound: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return bound


def place_of(trace_back: TracebackType | None) -> str:
    """`file:line in function` of the innermost frame; empty without a traceback."""
    frames = traceback.extract_tb(trace_back)
    if not frames:
        return ""
    last = frames[-1]
    file = "/".join(last.filename.split("/")[-3:])
    return f"{file}:{last.lineno} in {last.name}"


def error_fields(error: BaseException) -> dict[str, str]:
    """What may be told of an exception: its type and where it arose."""
    return {"error": type(error).__qualname__, "place": place_of(error.__traceback__)}


def start_logging(service: str) -> None:
    """Write every log record of the process to standard error as one JSON line."""

    def with_service(_: WrappedLogger, __: str, fields: EventDict) -> EventDict:
        fields.setdefault("service", service)
        return fields

    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        with_service,
        _with_trace,
        _without_exception_text,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _with_trace(_: WrappedLogger, __: str, fields: EventDict) -> EventDict:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        fields["trace_id"] = trace.format_trace_id(context.trace_id)
    return fields


def _without_exception_text(_: WrappedLogger, __: str, fields: EventDict) -> EventDict:
    info: ExcInfo | BaseException | bool | None = fields.pop("exc_info", None)
    if info is True:
        current = sys.exc_info()[1]
        info = current
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        fields.update(error_fields(error))
    record = fields.get("_record")
    if record is not None and record.exc_info:
        # The standard formatter would append the traceback with the exception's words.
        error = record.exc_info[1]
        record.exc_info = record.exc_text = None
        if isinstance(error, BaseException):
            fields.update(error_fields(error))
    return fields
