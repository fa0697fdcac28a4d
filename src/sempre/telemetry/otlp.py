"""Sends traces to a collector (OTLP over HTTP). Imported only where `telemetry.otlp_endpoint` is set: the libraries
behind it take a fifth of a second and some megabytes. Headers that a collector wants come from
OTEL_EXPORTER_OTLP_HEADERS, as everywhere."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import requests
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from sempre import __version__
from sempre.telemetry.traces import Span, Trace

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CONVENTIONS = {
    "model": "gen_ai.request.model",
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "tool": "gen_ai.tool.name",
}


class Exporter:
    """`node` tells one machine's traces from another's."""

    def __init__(self, endpoint: str, *, node: str, seconds: float = 10) -> None:
        session = requests.Session()
        session.trust_env = False  # no proxy that happens to be set takes part
        self._exporter = OTLPSpanExporter(endpoint=endpoint, timeout=seconds, session=session)
        self._resource = Resource(
            {
                "service.name": "sempre",
                "service.version": __version__,
                "service.instance.id": node,
            }
        )

    def send(self, traces: Sequence[Trace]) -> bool:
        """Blocks. Whether the collector took them."""
        spans = [self._span(trace, span) for trace in traces for span in trace.spans]
        return self._exporter.export(spans) is SpanExportResult.SUCCESS

    def close(self) -> None:
        self._exporter.shutdown()

    def _span(self, trace: Trace, span: Span) -> ReadableSpan:
        def context(span_id: str) -> SpanContext:
            return SpanContext(
                int(trace.id, 16), int(span_id, 16), is_remote=False, trace_flags=TraceFlags(1)
            )

        return ReadableSpan(
            name=span.name,
            context=context(span.id),
            parent=context(span.parent) if span.parent else None,
            resource=self._resource,
            attributes={_named(name): value for name, value in span.attributes.items()},
            kind=SpanKind.INTERNAL,
            status=Status(StatusCode.OK if span.ok else StatusCode.ERROR),
            start_time=_nanoseconds(span.start),
            end_time=_nanoseconds(span.end),
        )


def _named(attribute: str) -> str:
    """As OpenTelemetry's conventions for models have it, else under our own name."""
    return _CONVENTIONS.get(attribute, f"sempre.{attribute}")


def _nanoseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND * 1000
