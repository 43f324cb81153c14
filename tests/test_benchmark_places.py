"""An article's time, cut by place: from its trail, the broker's time stamps, spans and commits."""

import struct

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from agents.incoming import Incoming
from agents.tracing import OpenTelemetryTracing
from benchmarks.commits import parse
from benchmarks.places import ON_THE_WAY, Commit, Passage, Position, medians, passages
from benchmarks.spans import receiving

BEGIN = 1_767_225_600.0
TRAIL = [
    {
        "stage": "clean",
        "topic": "articles.raw",
        "partition": 3,
        "offset": 7,
        "took_ms": 4.0,
        "produced_at": "2026-01-01T00:00:00.110Z",
        "timestamp": 1_767_225_600_100,
    },
    {
        "stage": "entities",
        "topic": "articles.cleaned",
        "partition": 3,
        "offset": 5,
        "took_ms": 50.0,
        "produced_at": "2026-01-01T00:00:00.180Z",
        "timestamp": 1_767_225_600_112,
    },
]
SPANS = {
    Position("articles.raw", 3, 7): (BEGIN + 0.103, BEGIN + 0.114),
    Position("articles.cleaned", 3, 5): (BEGIN + 0.118, BEGIN + 0.190),
}
COMMITS = {("articles.raw", 3): [Commit(7, BEGIN + 0.05), Commit(8, BEGIN + 0.9), Commit(12, BEGIN + 3.0)]}


def test_the_places_of_a_stage_add_up_to_the_time_until_the_next_can_take_the_article() -> None:
    clean, entities = passages(TRAIL, BEGIN + 0.185, SPANS, COMMITS)
    assert clean.places == pytest.approx(
        {"queue": 0.003, "hand over": 0.003, "model": 0.004, "publish": 0.002, "confirm": 0.002, "commit": 0.786},
        abs=1e-6,
    )
    for passage in (clean, entities):
        on_the_way = sum(passage.places[place] for place in ON_THE_WAY)
        assert on_the_way == pytest.approx(passage.published - passage.arrived, abs=1e-6)
    assert entities.published == BEGIN + 0.185
    assert clean.published == entities.arrived


def test_what_a_stage_did_before_it_had_the_message_is_no_time_of_its_way() -> None:
    passage = Passage("quotes", 1.0, 1.01, 1.03, 0.025, 1.04, 1.05, None)
    assert passage.places == pytest.approx(
        {"queue": 0.01, "hand over": 0, "model": 0.02, "publish": 0.01, "confirm": 0.01}
    )


def test_a_message_whose_offset_was_not_committed_has_no_time_of_it() -> None:
    _, entities = passages(TRAIL, BEGIN + 0.185, SPANS, COMMITS)
    assert entities.committed is None
    assert "commit" not in entities.places


def test_a_message_without_a_span_is_not_passed_over() -> None:
    with pytest.raises(KeyError):
        passages(TRAIL, BEGIN + 0.185, {}, COMMITS)


def test_medians_are_by_stage_and_place() -> None:
    def passage(stage: str, took: float) -> Passage:
        return Passage(stage, 0.0, 0.01, 0.02 + took, took, 0.03 + took, 0.04 + took, None)

    found = medians([passage("clean", 0.001), passage("clean", 0.003), passage("clean", 0.1), passage("quotes", 0.5)])
    assert found["clean"]["model"] == pytest.approx(3.0)
    assert found["quotes"]["model"] == pytest.approx(500.0)
    assert found["quotes"]["hand over"] == pytest.approx(10.0)


def commit_key(version: int, group: str, topic: str, partition: int) -> bytes:
    names = b"".join(struct.pack(">h", len(name)) + name.encode() for name in (group, topic))
    return struct.pack(">h", version) + names + struct.pack(">i", partition)


def test_a_commit_is_read_from_kafkas_own_record() -> None:
    value = struct.pack(">hqih", 3, 1234, 5, 0) + struct.pack(">q", 1_767_225_600_000)
    assert parse(commit_key(1, "a-redefluss-clean", "a-articles.raw", 6), value) == (
        *("a-redefluss-clean", "a-articles.raw", 6, 1234),
    )
    assert parse(struct.pack(">h", 2) + struct.pack(">h", 1) + b"g", b"") is None


def test_spans_are_received_with_where_their_message_stood() -> None:
    with receiving() as receiver:
        provider = TracerProvider()
        address = receiver.environment["OTEL_EXPORTER_OTLP_ENDPOINT"]
        provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(endpoint=f"{address}/v1/traces")))
        tracing = OpenTelemetryTracing(provider)
        with tracing.stage("clean", Incoming("p-articles.raw", 3, 17, 0, b"a", b"{}", ())):
            pass
        tracing.stop()
        ((position, (begin, end)),) = receiver.spans("p-").items()
    assert position == Position("articles.raw", 3, 17)
    assert 0 <= end - begin < 10
