"""A span for each message in each stage, in the trace that its producer began."""

import subprocess
import sys
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from agents.headers import text_of
from agents.pool.protocol import Refused
from agents.tracing import OpenTelemetryTracing
from pipeline.stages import STAGES, stage_named
from tests.agents.test_runner import DONE, Stream

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = ("traceparent", f"00-{TRACE}-{PARENT}-01".encode())


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracing(spans: InMemorySpanExporter) -> OpenTelemetryTracing:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    return OpenTelemetryTracing(provider)


async def test_the_stages_of_an_article_are_one_trace(tracing: Any, spans: InMemorySpanExporter) -> None:
    headers: tuple[Any, ...] = (TRACEPARENT, ("tracestate", b"shop=1"))
    for stage in STAGES[:3]:
        sent = await Stream(stage, tracing=tracing).handle(b"{}", *headers)
        headers = tuple(sent[-1].headers)
        assert [name for name, _ in headers].count("traceparent") == 1
    found = spans.get_finished_spans()
    assert [span.attributes["redefluss.stage"] for span in found if span.attributes] == [s.name for s in STAGES[:3]]
    assert {f"{span.context.trace_id:032x}" for span in found if span.context} == {TRACE}
    parents = [f"{span.parent.span_id:016x}" for span in found if span.parent]
    assert parents == [PARENT, *(f"{span.context.span_id:016x}" for span in found[:2] if span.context)]
    assert text_of(headers, "traceparent") == f"00-{TRACE}-{found[2].context.span_id:016x}-01"  # type: ignore[union-attr]
    assert text_of(headers, "tracestate") == "shop=1"


async def test_a_span_says_where_its_message_stood(tracing: Any, spans: InMemorySpanExporter) -> None:
    await Stream(stage_named("quotes"), tracing=tracing).handle()
    (span,) = spans.get_finished_spans()
    assert span.parent is None
    assert (span.name, span.kind, span.status.status_code) == ("p.source quotes", SpanKind.CONSUMER, StatusCode.UNSET)
    assert dict(span.attributes or {}) == {
        "messaging.system": "kafka",
        "messaging.operation.type": "process",
        "messaging.destination.name": "p.source",
        "messaging.destination.partition.id": "3",
        "messaging.kafka.offset": 17,
        "redefluss.stage": "quotes",
    }


async def test_a_dead_letter_is_an_error_and_keeps_the_message_as_it_was(
    tracing: Any, spans: InMemorySpanExporter
) -> None:
    stream = Stream(stage_named("entities"), Refused("schema", "no title", 0.1), tracing=tracing)
    (sent,) = await stream.handle(b"{}", TRACEPARENT)
    (span,) = spans.get_finished_spans()
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "no title")
    assert (span.attributes or {})["error.type"] == "schema"
    assert (text_of(sent.headers, "traceparent") or "").startswith(f"00-{TRACE}-")
    assert stream.letter()["headers"]["traceparent"] == TRACEPARENT[1].decode()


@pytest.mark.parametrize("header", [b"", b"nonsense", b"00-" + b"0" * 32 + b"-" + b"0" * 16 + b"-01", b"\xff"])
async def test_a_broken_header_begins_a_trace_of_its_own(
    tracing: Any, spans: InMemorySpanExporter, header: bytes
) -> None:
    await Stream(stage_named("quotes"), tracing=tracing).handle(b"{}", ("traceparent", header))
    (span,) = spans.get_finished_spans()
    assert span.parent is None


async def test_without_tracing_the_trace_is_carried_along_unchanged() -> None:
    sent = await Stream(stage_named("quotes"), DONE).handle(b"{}", TRACEPARENT)
    assert all(text_of(message.headers, "traceparent") == TRACEPARENT[1].decode() for message in sent)


def test_without_the_packages_a_worker_says_what_to_install() -> None:
    code = "import sys; sys.modules['opentelemetry'] = None; from agents.cli.main import main; main()"
    run = subprocess.run(
        [sys.executable, "-c", code, "worker"],
        check=False,
        env={"REDEFLUSS_TRACING": "1"},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 2
    assert run.stderr.strip().endswith(
        "tracing needs packages that are not installed: pip install 'redefluss[tracing]'"
    )
