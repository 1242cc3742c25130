"""Traces through HTTP and Kafka: W3C headers in and out, spans by what happened to which id."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanKind

CASE_ID = "dermis.case_id"
EVENT_ID = "dermis.event_id"
CLAIM_ID = "dermis.claim_id"

_TRACER = "dermis"


@contextmanager
def span(
    name: str,
    *,
    parent: Mapping[str, str] | None = None,
    links: Iterator[Mapping[str, str]] | tuple[Mapping[str, str], ...] = (),
    kind: SpanKind = SpanKind.INTERNAL,
    **attributes: str | int | UUID,
) -> Iterator[Span]:
    """A span that is current inside the block.

    parent: `traceparent`/`tracestate` headers to continue; absent: the current span. links: headers
    of spans that led here without being the parent. Attributes carry ids and counts alone; an
    underscore pair stands for a dot (`dermis__case_id`). An exception marks the span by its type.
    """
    tracer = trace.get_tracer(_TRACER)
    context = propagate.extract(parent) if parent is not None else None
    with tracer.start_as_current_span(
        name,
        context=context,
        kind=kind,
        links=[link for headers in links if (link := _link(headers)) is not None],
        attributes={
            key.replace("__", "."): value if isinstance(value, int) else str(value)
            for key, value in attributes.items()
        },
        # The recorded exception would carry its message: only the type is told.
        record_exception=False,
        set_status_on_exception=False,
    ) as current:
        try:
            yield current
        except BaseException as error:
            current.set_status(trace.StatusCode.ERROR, type(error).__qualname__)
            raise


def trace_headers() -> dict[str, str]:
    """`traceparent` and, where there is one, `tracestate` of the current span."""
    headers: dict[str, str] = {}
    propagate.inject(headers)
    return headers


def current_trace_id() -> str | None:
    """The current trace id as 32 hex digits; None outside any span."""
    context = trace.get_current_span().get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else None


def _link(headers: Mapping[str, str]) -> Link | None:
    context: Context = propagate.extract(headers)
    span_context = trace.get_current_span(context).get_span_context()
    return Link(span_context) if span_context.is_valid else None
