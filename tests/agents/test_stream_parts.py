"""Headers, settings, duplicates, repeats: what needs no broker."""

import time
from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace
from typing import get_args

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agents import headers
from agents.duplicates import DuplicateFilter, SeenArticle
from agents.headers import TrailStep
from agents.incoming import Incoming
from agents.pool.protocol import Done, Job, OutputMessage, Refused
from agents.repeats import RepeatDetector
from agents.settings import Settings
from agents.stage_jobs import StageSetup, load, perform
from pipeline.cleaning import language
from pipeline.config import PipelineConfig
from pipeline.errors import ConfigurationError, Rejected
from pipeline.stages import stage_named

STEP = TrailStep("clean", "articles.raw", 3, 17, 12.1, "2026-01-01T00:00:00.000Z", "host-1", "", 1_767_225_600_000)
MAY_BE_NOTHING = {
    "duplicate_hours", "drain_seconds", "linger_ms", "feed_follow_hours", "feed_pause_seconds", "feed_metrics_port",
    "sink_metrics_port",
}  # fmt: skip
"""Settings that can be 0: what they bound does not happen then."""


def is_number(field):
    return bool({int, float} & {field.annotation, *get_args(field.annotation)})


def settings(**options):
    return Settings(_env_file=None, **options)


class FakeSeen:
    def __init__(self):
        self.seen = {}

    async def get(self, key):
        return self.seen.get(key)

    def put(self, key, mark):
        self.seen[key] = mark


class FakePublisher:
    def __init__(self):
        self.sent = []

    def send_in_background(self, topic, key, value):
        self.sent.append((topic, key, value))


def trail(offset):
    return orjson.dumps([{"topic": "articles.raw", "partition": 3, "offset": offset}])


def message(key=b"a", content_hash="h1", raw=None, **more):
    pairs = [("content_hash", content_hash.encode()), *((name, value.encode()) for name, value in more.items())]
    pairs += [] if raw is None else [("trail", trail(raw))]
    return Incoming("articles.cleaned", 0, 0, 0, key, b"{}", pairs)


def test_headers_carry_foreign_ones_along_and_lengthen_the_trail():
    first = headers.outgoing([("traceparent", b"00-1"), ("stage", b"forged")], STEP, attempt=2, extra={"revision": "3"})
    assert dict(first)["traceparent"] == b"00-1"
    assert dict(first)["stage"] == b"clean"
    assert dict(first)["attempt"] == b"2"
    second = headers.outgoing(first, replace(STEP, topic="articles.cleaned", offset=18), attempt=1)
    assert [step["offset"] for step in headers.trail_of(second)] == [17, 18]
    assert len([name for name, _ in second if name == "trail"]) == 1
    assert "revision" not in dict(second)


def test_a_header_without_a_value_is_carried_along_as_one():
    foreign = [("retry", None), ("empty", b""), ("x", b"1")]
    assert headers.outgoing(foreign, STEP, attempt=1)[:3] == foreign


@pytest.mark.parametrize(
    "name",
    ["stage", "version", "produced_at", "took_ms", "attempt", "trail", "content_hash", "version_hash", "revision"],
)
def test_a_header_of_a_stage_that_a_producer_wrote_goes_no_further(name):
    assert (name, b"forged") not in headers.outgoing([(name, b"forged")], STEP, attempt=1)


@pytest.mark.parametrize(("more", "carried"), [(0, True), (1, False)])
def test_of_very_many_headers_none_is_carried_along_but_that_of_a_replay(more, carried, caplog):
    """Every message that comes of an article has them, and its statements are on a topic that takes no large ones."""
    replayed = [(headers.REPLAYED_FROM, b"articles.dead-letter/0/7")]
    left = headers.MOST_BYTES - sum(len(name) + len(value) for name, value in replayed)
    foreign = [("x", b"1"), ("baggage", bytes(left - len("x1baggage") + more))]
    out = headers.outgoing([*foreign, *replayed], STEP, attempt=1)
    assert [pair for pair in out if pair[0] not in headers.STAGE_HEADERS] == [*(foreign if carried else []), *replayed]
    assert ("headers of 32,769 bytes are not passed on" in caplog.text) is not carried
    forged = [(headers.REPLAYED_FROM, bytes(headers.MOST_BYTES))]
    assert headers.REPLAYED_FROM not in dict(headers.outgoing(forged, STEP, attempt=1))


def test_a_trail_that_is_longer_than_any_of_ours_counts_as_none():
    long = orjson.dumps([{"topic": "articles.raw", "partition": 0, "offset": 1, "x": "x" * headers.MOST_BYTES}])
    assert headers.trail_of([("trail", long)]) == []


@given(st.lists(st.tuples(st.text(max_size=8), st.one_of(st.none(), st.binary(max_size=20)))))
def test_any_headers_can_be_carried_and_told(pairs):
    out = headers.outgoing(pairs, STEP, attempt=1)
    assert headers.text_of(out, "attempt") == "1"
    headers.trail_of(pairs)


async def test_the_same_content_is_a_duplicate_within_its_time_and_other_content_a_revision():
    seen, publisher = FakeSeen(), FakePublisher()
    duplicates = DuplicateFilter(settings(duplicate_hours=1, topic_prefix="p."), seen, publisher)
    first = await duplicates.check(message())
    assert (first.duplicate, first.revision) == (False, 1)
    duplicates.remember(Done((OutputMessage("articles.entities", b"a", b"{}"),), version_hash="h1"), first)
    assert publisher.sent[0][:2] == ("p.articles.seen", b"a")
    assert (await duplicates.check(message())).duplicate
    changed = await duplicates.check(message(content_hash="h2"))
    assert (changed.duplicate, changed.revision) == (False, 2)
    replayed = await duplicates.check(message(replayed_from="articles.dead-letter/0/1"))
    assert (replayed.duplicate, replayed.revision) == (False, 1)
    seen.put(b"a", SeenArticle("h1", time.time() - 3601, 1))
    assert not (await duplicates.check(message())).duplicate
    seen.put(b"a", SeenArticle("h1", time.time(), 4, failed=True))
    failed = await duplicates.check(message())
    assert (failed.duplicate, failed.revision) == (False, 4)


async def test_the_same_text_in_another_version_is_a_revision_and_what_the_last_release_remembered_is_a_duplicate():
    seen, publisher = FakeSeen(), FakePublisher()
    duplicates = DuplicateFilter(settings(duplicate_hours=1), seen, publisher)
    seen.put(b"a", SeenArticle("h1", time.time(), 1))
    first = await duplicates.check(message(version_hash="v1"))
    assert (first.duplicate, first.revision) == (True, 1), "it knew the hash of the text alone"
    duplicates.remember(Done((OutputMessage("articles.entities", b"a", b"{}"),), "h1", version_hash="v1"), first)
    assert seen.seen[b"a"].content_hash == "v1"
    assert (await duplicates.check(message(version_hash="v1"))).duplicate
    corrected = await duplicates.check(message(version_hash="v2"))
    assert (corrected.duplicate, corrected.revision) == (False, 2)


@pytest.mark.parametrize(
    "lacking", [Incoming("t", 0, 0, 0, None, b"", [("content_hash", b"h")]), Incoming("t", 0, 0, 0, b"k", b"", [])]
)
async def test_what_has_no_key_or_hash_is_no_duplicate(lacking):
    assert not (await DuplicateFilter(settings(), FakeSeen(), FakePublisher()).check(lacking)).duplicate


async def test_what_a_crash_repeats_is_no_revision_and_a_version_that_is_changed_back_is_one():
    seen, publisher = FakeSeen(), FakePublisher()
    duplicates = DuplicateFilter(settings(duplicate_hours=1), seen, publisher)

    async def come(raw, content_hash, **more):
        check = await duplicates.check(message(content_hash=content_hash, raw=raw, **more))
        if not check.duplicate:
            done = Done((OutputMessage("articles.entities", b"a", b"{}"),), version_hash=content_hash)
            duplicates.remember(done, check)
            seen.seen[b"a"] = SeenArticle.decode(publisher.sent[-1][2])
        return check.duplicate, check.revision

    assert [await come(5, "A"), await come(7, "B")] == [(False, 1), (False, 2)]
    assert [await come(5, "A"), await come(7, "B")] == [(True, 1), (True, 2)], "both again, after a crash"
    assert await come(9, "A") == (False, 3), "changed back"
    assert await come(9, "A") == (True, 3)
    assert await come(11, "A") == (True, 3), "sent once more without a change"
    assert await come(5, "other cleaning") == (False, 4), "read again by another version of the stages"
    assert await come(5, "A", replayed_from="articles.dead-letter/0/1") == (False, 1)
    for number in range(100):
        await come(100 + number, f"version {number}")
    assert len(seen.seen[b"a"].versions) == 32
    seen.seen[b"a"] = SeenArticle("Z", time.time() - 3601, 200, versions={"3/5/A": 1})
    assert await come(5, "A") == (False, 1), "its time is over"
    seen.seen[b"a"] = SeenArticle("Z", time.time() - 3601, 200, versions={"3/5/A": 1})
    assert await come(205, "B") == (False, 201), "but what the former version has published is there to be taken back"


def test_that_an_older_version_failed_changes_nothing_of_the_newest():
    newest = SeenArticle("B", 10.0, 2, versions={"3/7/B": 2})
    assert SeenArticle("A", 11.0, 1, failed=True).over(newest) is newest
    assert SeenArticle("B", 11.0, 2, failed=True).over(newest) == SeenArticle("B", 10.0, 2, True, {"3/7/B": 2})
    assert SeenArticle("A", 1.0, 1).over(None) == SeenArticle("A", 1.0, 1)


def test_a_version_is_told_by_its_own_hash_and_where_a_former_release_wrote_none_by_the_texts():
    assert headers.version_hash_of([("version_hash", b"v"), ("content_hash", b"h")]) == "v"
    assert headers.version_hash_of([("content_hash", b"h")]) == "h"
    assert headers.version_hash_of([]) is None


@pytest.mark.parametrize(
    "steps", [b"{", b"[1]", b"{}", b'[{"topic": "articles.raw"}]', b'[{"topic": "x", "partition": 1, "offset": 2}]']
)
def test_a_trail_that_tells_no_origin_is_passed_over(steps):
    assert headers.origin_of([("trail", steps)]) is None
    assert headers.origin_of([("trail", trail(7))]) == (3, 7)


def test_a_given_up_article_may_come_again():
    publisher = FakePublisher()
    DuplicateFilter.forget(publisher, settings(), message(revision="3"))
    mark = SeenArticle.decode(publisher.sent[0][2])
    assert (mark.failed, mark.revision, mark.content_hash) == (True, 3, "h1")


@pytest.mark.parametrize("revision", ["9" * 30, "9" * 5000, "-3", "drei", ""])
def test_a_revision_that_is_none_keeps_no_article_from_being_given_up(revision):
    """What is raised there would come again at each try, and the partition would stand still."""
    publisher = FakePublisher()
    DuplicateFilter.forget(publisher, settings(), message(revision=revision))
    assert SeenArticle.decode(publisher.sent[0][2]).revision == 1


def test_a_version_that_is_changed_back_is_no_repeat():
    repeats = RepeatDetector()

    def seen(value, raw=None):
        pairs = [] if raw is None else [("trail", trail(raw))]
        return repeats.is_repeat(SimpleNamespace(topic="t", partition=0, key=b"a", value=value, headers=pairs))

    assert [seen(b"A", 5), seen(b"B", 7), seen(b"A", 9)] == [False, False, False]
    assert [seen(b"A", 5), seen(b"B", 7), seen(b"A", 9)] == [True, True, True]
    assert [seen(b"A"), seen(b"A"), seen(b"B"), seen(b"A")] == [False, True, False, False]


def test_repeats_are_same_key_and_bytes_and_memory_is_bounded():
    repeats = RepeatDetector(remembered=2)

    def seen(key, value):
        headers = [("trail", trail(7))]
        return repeats.is_repeat(SimpleNamespace(topic="t", partition=0, key=key, value=value, headers=headers))

    assert [seen(b"a", b"1"), seen(b"a", b"1"), seen(b"a", b"2"), seen(b"1", b"a"), seen(None, None)] == [
        False,
        True,
        False,
        False,
        False,
    ]
    assert not seen(b"a", b"1"), "forgotten by now"


@pytest.mark.parametrize("headers", [[], [("trail", trail(7))]])
def test_what_goes_to_every_partition_is_a_repeat_on_none(headers):
    """What takes the quotes of an article back."""
    repeats = RepeatDetector()
    withdrawals = [
        SimpleNamespace(topic="t", partition=partition, key=b"a", value=None, headers=headers) for partition in range(3)
    ]
    assert [repeats.is_repeat(withdrawal) for withdrawal in withdrawals * 2] == 3 * [False] + 3 * [True]


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        ({"broker": "http://x"}, "broker"),
        ({"broker": "kafka://host:port"}, "broker"),
        ({"partitions": 0}, "partitions"),
        ({"sasl_mechanism": "PLAIN"}, "sasl_username"),
        ({"min_insync_replicas": 2, "replication_factor": 1}, "replication_factor"),
        ({"topic_prefix": "a b"}, "topic_prefix"),
    ],
)
def test_settings_that_cannot_work_are_named(wrong, names):
    with pytest.raises(ValidationError, match=names):
        settings(**wrong)


@pytest.mark.parametrize("name", [name for name, field in Settings.model_fields.items() if is_number(field)])
def test_no_number_of_the_settings_is_less_than_nothing(name):
    with pytest.raises(ValidationError, match=name):
        settings(**{name: -1})
    with nullcontext() if name in MAY_BE_NOTHING else pytest.raises(ValidationError, match=name):
        settings(**{name: 0})


def test_settings_are_documented_and_a_dead_letter_of_the_largest_raw_message_fits():
    assert all(field.description for field in Settings.model_fields.values())
    assert settings(broker="kafka://a,kafka://b:9093").bootstrap_servers == ["a:9092", "b:9093"]
    assert settings(broker="kafka://[::1],[fd00::2]:9093").bootstrap_servers == ["[::1]:9092", "[fd00::2]:9093"]
    assert settings(min_insync_replicas=2, replication_factor=2).min_insync_replicas == 2
    chosen = settings()
    assert chosen.max_raw_bytes * 4 // 3 + 50_000 < chosen.max_message_bytes
    assert chosen.max_raw_bytes > 20_000_000
    assert settings(languages="de, EN").languages == ("de", "en")
    for wrong in ("deutsch", "deu", "de;en", ",", "dé"):
        with pytest.raises(ValidationError, match="codes of two letters are needed, such as de or de,en"):
            settings(languages=wrong)


@given(st.binary(max_size=300) | st.none())
def test_no_bytes_make_a_stage_raise(value):
    def reject(_):
        raise Rejected("empty", "so")

    assert isinstance(perform(Job("clean", b"\xff", value), stage_named("clean"), reject), Refused)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["id", "text", "html", "meta", "schema", "language", "x"]), inner)
        ),
    )
)
def test_no_json_makes_a_stage_raise(structure):
    def fail(_):
        raise RecursionError("deep\nly")

    outcome = perform(Job("clean", None, orjson.dumps(structure)), stage_named("clean"), fail)
    assert isinstance(outcome, Refused)
    assert "\n" not in outcome.detail


def test_what_is_loaded_at_first_use_is_loaded_with_the_stages():
    language._detector.cache_clear()
    load(StageSetup(("clean",), PipelineConfig()))
    assert language._detector.cache_info().currsize == 1, "else every process of the pool loads it anew"


def test_a_stage_that_fails_on_any_article_is_not_loaded(monkeypatch):
    """Without a folder for temporary files, the language detector is not: every article became a dead letter."""
    language._detector.cache_clear()

    def no_folder() -> str:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr("tempfile.gettempdir", no_folder)
    with pytest.raises(ConfigurationError, match="clean: FileNotFoundError: No usable temporary directory found"):
        load(StageSetup(("clean",), PipelineConfig()))
