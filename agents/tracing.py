"""Traces: a span for each message in each stage, in the trace that the header `traceparent` names (W3C Trace Context).

The packages come with the extra `tracing`; without the setting nothing of them is imported, and the header is carried
along as any other.
"""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol

from agents import headers
from agents.headers import RawHeaders, installed_version
from agents.incoming import Incoming

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

PROPAGATED = ("traceparent", "tracestate")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?")
INSTALL_HINT = "tracing needs packages that are not installed: pip install 'redefluss[tracing]'"


class TracingMissing(Exception):
    """The packages are not installed: one line."""


class TraceSpan(Protocol):
    """One message in one stage."""

    @property
    def trace_id(self) -> str | None:
        """32 hexadecimal digits; None where the message belongs to no trace."""
        ...

    def on(self, outgoing: RawHeaders) -> RawHeaders:
        """The headers of what came of the message, in the same trace."""
        ...

    def failed(self, reason: str, detail: str) -> None:
        """It became a dead letter."""
        ...


class Tracing(Protocol):
    """Opens spans."""

    def stage(self, stage: str, message: Incoming) -> AbstractContextManager[TraceSpan]:
        """The span of a message in a stage, for the length of a `with` block."""
        ...

    def stop(self) -> None:
        """Send what is left."""
        ...


class _Carried:
    """The trace of a message as it came."""

    def __init__(self, raw: RawHeaders = ()) -> None:
        found = _TRACEPARENT.fullmatch(headers.text_of(raw, "traceparent") or "")
        self.trace_id = found[1] if found and set(found[1]) != {"0"} else None

    def on(self, outgoing: RawHeaders) -> RawHeaders:
        return list(outgoing)

    def failed(self, reason: str, detail: str) -> None:
        pass


_current: ContextVar[TraceSpan] = ContextVar("span", default=_Carried())  # noqa: B039 - has no state


def current_span() -> TraceSpan:
    """The span of the message that is being handled."""
    return _current.get()


@contextmanager
def _entered(span: TraceSpan) -> Iterator[TraceSpan]:
    token = _current.set(span)
    try:
        yield span
    finally:
        _current.reset(token)


class NoTracing:
    """No spans; a message's trace is carried along unchanged."""

    def stage(self, stage: str, message: Incoming) -> AbstractContextManager[TraceSpan]:  # noqa: ARG002
        """Only the trace is known."""
        return _entered(_Carried(message.headers))

    def stop(self) -> None:
        """Nothing is left."""


class OpenTelemetryTracing:
    """Spans by OpenTelemetry.

    Args:
        provider: where they go; by default to an OTLP collector over HTTP, as OpenTelemetry's own variables say
            (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER`, …).

    Raises:
        TracingMissing: the packages of the extra `tracing` are not there.
    """

    def __init__(self, provider: "TracerProvider | None" = None) -> None:
        try:
            from opentelemetry import trace
            from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

            self._provider = provider or _to_collector()
        except ModuleNotFoundError as error:
            if (error.name or "").startswith("opentelemetry"):
                raise TracingMissing(INSTALL_HINT) from None
            raise
        self._trace = trace
        self._propagator = TraceContextTextMapPropagator()
        self._tracer = self._provider.get_tracer("redefluss", installed_version())

    @contextmanager
    def stage(self, stage: str, message: Incoming) -> Iterator[TraceSpan]:
        """A consumer's span, named after topic and stage, whose parent is the span that published the message."""
        carrier = {name: text for name in PROPAGATED if (text := headers.text_of(message.headers, name)) is not None}
        attributes: dict[str, str | int] = {
            "messaging.system": "kafka",
            "messaging.operation.type": "process",
            "messaging.destination.name": message.topic,
            "messaging.destination.partition.id": str(message.partition),
            "messaging.kafka.offset": message.offset,
            "redefluss.stage": stage,
        }
        opened = self._tracer.start_as_current_span(
            f"{message.topic} {stage}",
            context=self._propagator.extract(carrier),
            kind=self._trace.SpanKind.CONSUMER,
            attributes=attributes,
        )
        with opened as span, _entered(_OpenTelemetrySpan(self._trace, self._propagator, span)) as ours:
            yield ours

    def stop(self) -> None:
        """Send what is left."""
        self._provider.shutdown()


class _OpenTelemetrySpan:
    def __init__(self, trace: Any, propagator: Any, span: Any) -> None:
        self._trace = trace
        self._span = span
        self.trace_id: str | None = trace.format_trace_id(span.get_span_context().trace_id)
        self._own: dict[str, str] = {}
        propagator.inject(self._own, context=trace.set_span_in_context(span))

    def on(self, outgoing: RawHeaders) -> RawHeaders:
        kept = [(name, value) for name, value in outgoing if name not in PROPAGATED]
        return [*kept, *((name, value.encode()) for name, value in self._own.items())]

    def failed(self, reason: str, detail: str) -> None:
        self._span.set_attribute("error.type", reason)
        self._span.set_status(self._trace.Status(self._trace.StatusCode.ERROR, detail))


def _to_collector() -> "TracerProvider":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    ours = Resource({SERVICE_NAME: "redefluss", SERVICE_VERSION: installed_version()})
    provider = TracerProvider(resource=Resource.create().merge(ours).merge(OTELResourceDetector().detect()))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
