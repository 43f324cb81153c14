"""Bytes to record and back: what is refused, what is carried through, and that writing is deterministic."""

from contextlib import suppress

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.codec import RecordError, decode, encode
from schemas.records import (
    CleanArticle,
    DeadLetter,
    EntityArticle,
    HeaderInBase64,
    Quote,
    QuoteArticle,
    RawArticle,
    Statement,
    StatementArticle,
    StatementStart,
)
from schemas.spans import Span

REFUSED = [
    (None, "empty", "tombstone"),
    (b"", "empty", "empty value"),
    (b"{", "malformed-json", ""),
    (b'{"text": "\xff"}', "malformed-json", "UTF-8"),
    (b'{"text": "\\ud800"}', "malformed-json", ""),
    (b"[" * 5000, "malformed-json", ""),
    (b'"text"', "schema", "expected an object, got str"),
    (b"null", "schema", "expected an object, got NoneType"),
    (b"{}", "schema", "text or html"),
    (b'{"text": 5}', "schema", "text: "),
    (b'{"id": 5, "text": "a"}', "schema", "id: "),
    (b'{"id": "", "text": "a"}', "schema", "id: "),
    (b'{"text": "a", "meta": [1]}', "schema", "meta: "),
    (b'{"text": "a", "published_at": "gestern"}', "schema", "published_at: 'gestern' is not an RFC 3339 time"),
    (b'{"text": "a", "published_at": "2022-01-10"}', "schema", "published_at: "),
    (b'{"text": "a", "published_at": "2022-01-10 09:00:00"}', "schema", "published_at: "),
    (b'{"text": "a", "published_at": "2022-01-10  09:00:00Z"}', "schema", "published_at: "),
    (b'{"text": "a", "language": "Deutsch, glaube ich"}', "schema", "language: "),
    (b'{"schema": "raw-article/7", "text": "a"}', "unsupported-schema", "'raw-article/7'"),
    (b'{"schema": ["raw-article/1"], "text": "a"}', "unsupported-schema", "raw-article/1"),
]


@pytest.mark.parametrize(("data", "reason", "detail"), REFUSED)
def test_refused_in_one_line_that_names_the_field(data: bytes | None, reason: str, detail: str) -> None:
    with pytest.raises(RecordError) as caught:
        decode(data, RawArticle)
    assert caught.value.reason == reason
    assert detail in caught.value.detail
    assert "\n" not in caught.value.detail


def test_a_huge_wrong_value_does_not_swell_the_message() -> None:
    with pytest.raises(RecordError) as caught:
        decode(orjson.dumps({"text": ["x" * 100_000]}), RawArticle)
    assert len(caught.value.detail) < 500


@pytest.mark.parametrize("name", ["schema", "text", "meta"])
def test_a_wrong_value_may_be_nested_as_deeply_as_json_is_read(name: str) -> None:
    """Python writes no value that is nested more deeply than its own calls may be."""
    with pytest.raises(RecordError) as caught:
        decode(b'{"%s": %s%s}' % (name.encode(), b"[" * 1000, b"]" * 1000), RawArticle)
    assert caught.value.detail.startswith(f"{name}: ")


def test_unknown_fields_go_into_meta_and_overwrite_nothing_there() -> None:
    article = decode(b'{"text": "a", "ressort": "Lokales", "meta": {"ressort": 1}}', RawArticle)
    assert article.meta == {"ressort": 1, "ressort_": "Lokales"}
    for without in (b'{"text": "a", "ressort": "Lokales"}', b'{"text": "a", "ressort": "Lokales", "meta": null}'):
        assert decode(without, RawArticle).meta == {"ressort": "Lokales"}


@pytest.mark.parametrize("written", ["2022-01-10t09:00:00.5z", "2022-01-10T09:00:00.5z", "2022-01-10T09:00:00.5Z"])
def test_a_time_may_have_small_letters_and_comes_out_with_capitals(written: str) -> None:
    data = orjson.dumps({"text": "a", "published_at": written})
    assert decode(data, RawArticle).published_at == "2022-01-10T09:00:00.5Z"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("20220110T090000Z", "2022-01-10T09:00:00+00:00"),
        ("2022-W02-1T09:00+0100", "2022-01-10T09:00:00+01:00"),
        ("2022-01-10T09:00:00,5Z", "2022-01-10T09:00:00.500000+00:00"),
        ("2022-01-10 09:00:00+01:00", "2022-01-10T09:00:00+01:00"),
        ("2022-06-30 23:59:60.5z", "2022-06-30T23:59:59.5Z"),
        ("2022-06-30T23:59:60Z", "2022-06-30T23:59:59Z"),
        ("2022-01-10T09:00:00+05:99", "2022-01-10T09:00:00+06:39"),
        ("2022-01-10T09:00:00.123456789-03:30", "2022-01-10T09:00:00.123456789-03:30"),
    ],
)
def test_times_go_on_in_rfc_3339(written: str, read: str) -> None:
    assert decode(orjson.dumps({"text": "a", "published_at": written}), RawArticle).published_at == read


def test_integers_of_any_size_are_carried_through() -> None:
    written = b'{"large":123456789012345678901234567890,"least":-9223372036854775809,"most":18446744073709551616}'
    unknown = b'"key":18446744073709551617,"keys":[{"a":-9223372036854775809}],'
    article = decode(b'{"text":"a",' + unknown + b'"meta":' + written + b"}", RawArticle)
    assert article.meta["large"] == 123456789012345678901234567890
    assert article.meta["key"] == 18446744073709551617
    assert article.meta["keys"] == [{"a": -9223372036854775809}]
    assert decode(b'{"text":"a",' + unknown[:-1] + b"}", RawArticle).meta == {
        "key": 18446744073709551617,
        "keys": [{"a": -9223372036854775809}],
    }
    assert written[:-1] in encode(article)
    assert decode(encode(article), RawArticle) == article


def test_null_meta_counts_as_none_given() -> None:
    assert decode(b'{"text": "a", "meta": null}', RawArticle).meta == {}


def test_meta_that_json_cannot_carry_is_an_error_of_the_record() -> None:
    nested: object = "x"
    for _ in range(500):
        nested = [nested]
    article = RawArticle(text="a", meta={"deep": nested})
    with pytest.raises(RecordError, match="meta"):
        encode(article)


def clean_article(**changes: object) -> dict[str, object]:
    return {
        "schema": "clean-article/1",
        "id": "a",
        "language": "de",
        "text": "Die Lage ist gut.",
        "content_hash": "x",
        "simhash": "0" * 16,
    } | changes


@pytest.mark.parametrize("span", [{"begin": 0, "end": 99}, {"begin": 5, "end": 5}, {"begin": -1, "end": 3}])
def test_blocks_outside_the_text_are_refused(span: dict[str, int]) -> None:
    with pytest.raises(RecordError) as caught:
        decode(orjson.dumps(clean_article(blocks=[span | {"kind": "paragraph"}])), CleanArticle)
    assert caught.value.reason == "schema"


def test_a_mention_must_cover_the_text_it_claims() -> None:
    entity = {
        "id": "misc/lage",
        "name": "Lage",
        "type": "MISC",
        "mentions": [{"begin": 4, "end": 8, "text": "Lang", "kind": "name"}],
        "salience": 0.5,
    }
    with pytest.raises(RecordError, match=r"entities\.misc/lage"):
        decode(orjson.dumps(clean_article(schema="entity-article/1", entities=[entity])), EntityArticle)


def test_a_quotes_text_must_be_that_of_its_spans() -> None:
    quote = {
        "id": "a#0",
        "type": "Direct",
        "medium": "Speech",
        "spans": [{"begin": 0, "end": 3}, {"begin": 13, "end": 16}],
        "text": "Die gut",
        "confidence": 1.0,
    }
    fields = {"schema": "quote-article/1", "quotes": [quote]}
    with pytest.raises(RecordError, match="a#0"):
        decode(orjson.dumps(clean_article(**fields)), QuoteArticle)
    quote["text"] = "Die … gut"
    assert decode(orjson.dumps(clean_article(**fields)), QuoteArticle).quotes[0].text == "Die … gut"


@pytest.mark.parametrize("role", ["speaker", "cue", "frame", "addressee"])
def test_the_words_around_a_quote_must_be_those_of_their_spans(role: str) -> None:
    quote = {
        "id": "a#0",
        "type": "Direct",
        "medium": "Speech",
        "spans": [{"begin": 0, "end": 3}],
        "text": "Die",
        "confidence": 1.0,
    }
    part = {"spans": [{"begin": 4, "end": 8}], "text": "Lage"}
    fields = {"schema": "quote-article/1", "quotes": [quote | {role: part}]}
    assert getattr(decode(orjson.dumps(clean_article(**fields)), QuoteArticle).quotes[0], role).text == "Lage"
    for wrong in ({"text": "Lang"}, {"spans": [{"begin": 4, "end": 99}]}):
        with pytest.raises(RecordError, match=rf"quotes\.a#0\.{role}"):
            decode(orjson.dumps(clean_article(**fields | {"quotes": [quote | {role: part | wrong}]})), QuoteArticle)


def test_a_record_of_release_0_1_is_read_with_what_it_does_not_say() -> None:
    text = "„Es bleibt dabei“, sagte Wendeling."
    speaker = {"spans": [{"begin": 25, "end": 34}], "text": "Wendeling", "entity": "per/wendeling", "name": "Wendeling"}
    quote = {
        "id": "a#0",
        "type": "Direct",
        "medium": "Speech",
        "spans": [{"begin": 0, "end": 17}],
        "text": "„Es bleibt dabei“",
        "speaker": speaker,
        "cue": None,
        "frame": None,
        "addressee": None,
        "confidence": 0.9,
    }
    entity = {
        "id": "per/wendeling",
        "name": "Wendeling",
        "type": "PER",
        "roles": [],
        "affiliations": [],
        "wikidata": None,
        "mentions": [{"begin": 25, "end": 34, "text": "Wendeling", "kind": "name"}],
        "salience": 0.9,
    }
    fields = {"schema": "quote-article/1", "text": text, "entities": [entity], "quotes": [quote]}
    article = decode(orjson.dumps(clean_article(**fields)), QuoteArticle)
    assert (article.entities[0].gender, article.entities[0].gender_from) == (None, None)
    assert article.quotes[0].part_of is None
    assert article.quotes[0].speaker is not None
    assert (article.quotes[0].speaker.kind, article.quotes[0].speaker.confidence) == ("unknown", 0.5)
    assert decode(encode(article), QuoteArticle) == article


def test_what_a_statement_needs_is_written_in_the_order_of_the_contract() -> None:
    statement = Statement(
        id="s-1",
        text="Es bleibt dabei",
        type="Direct",
        verbatim=True,
        first=StatementStart(article="a"),
        articles=[
            StatementArticle(id="a", quote="a#0", text="Es bleibt dabei", type="Direct", seen_at="2026-03-02T09:00:00Z")
        ],
        count=1,
        sources=0,
        updated_at="2026-03-02T09:00:00Z",
    )
    written = orjson.loads(encode(statement))
    assert list(written) == [
        *("schema", "id", "speaker", "said_by", "text", "type", "verbatim", "first", "articles", "count", "sources"),
        "updated_at",
    ]
    assert list(written["articles"][0])[:7] == ["id", "url", "source", "title", "published_at", "quote", "agency"]
    assert decode(encode(statement), Statement) == statement


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(), lambda inner: st.lists(inner, max_size=3)
)


@given(
    text=st.text(),
    title=st.none() | st.text(),
    meta=st.dictionaries(st.text(max_size=10), JSON_VALUES, max_size=4),
)
def test_what_is_written_is_read_back_and_written_the_same(
    text: str, title: str | None, meta: dict[str, object]
) -> None:
    article = RawArticle(id="a", text=text, title=title, meta=meta)
    data = encode(article)
    assert decode(data, RawArticle) == article
    assert encode(decode(data, RawArticle)) == data


@given(value=JSON_VALUES | st.dictionaries(st.text(), JSON_VALUES))
def test_any_json_is_a_record_or_a_record_error(value: object) -> None:
    with suppress(RecordError):
        assert isinstance(decode(orjson.dumps(value), RawArticle), RawArticle)


@given(data=st.binary())
def test_any_bytes_are_a_record_or_a_record_error(data: bytes) -> None:
    with suppress(RecordError):
        assert isinstance(decode(data, RawArticle), RawArticle)


HEADERS = st.lists(st.tuples(st.text(max_size=4), st.none() | st.binary(max_size=8)), max_size=5)


@given(value=st.none() | st.binary(), key=st.none() | st.binary(), headers=HEADERS)
@example(value=b"", key=b"", headers=[("a", b"\xff"), ("a", b"2"), ("b", None), ("a", b"")])
@example(value=b"", key=b"", headers=[("b", b"1"), ("a", b"2"), ("b", b"3")])
def test_a_dead_letter_gives_back_key_value_and_headers_to_the_byte(
    value: bytes | None, key: bytes | None, headers: list[tuple[str, bytes | None]]
) -> None:
    letter = DeadLetter.of(
        stage="clean",
        reason="empty",
        detail="…",
        topic="articles.raw",
        partition=0,
        offset=0,
        timestamp=0,
        key=key,
        value=value,
        headers=headers,
        attempts=1,
    )
    again = decode(encode(letter), DeadLetter)
    assert (again.key_bytes, again.value_bytes, again.header_bytes) == (key, value, headers)
    assert set(again.headers) == {name for name, _ in headers}


def test_headers_are_in_base64_only_where_text_cannot_tell_them() -> None:
    def letter(*headers: tuple[str, bytes | None]) -> DeadLetter:
        return DeadLetter.of(
            stage="clean", reason="empty", detail="…", topic="articles.raw", partition=0, offset=0, timestamp=0,
            key=None, value=None, headers=headers, attempts=1,
        )  # fmt: skip

    plain = letter(("trail", "[ä]".encode()), ("b", b""))
    assert (plain.headers, plain.headers_base64) == ({"trail": "[ä]", "b": ""}, None)
    assert letter(("a", b"1"), ("a", b"2")).headers_base64 == [
        HeaderInBase64(name="a", value="MQ=="),
        HeaderInBase64(name="a", value="Mg=="),
    ]
    assert letter(("a", None)).headers_base64 == [HeaderInBase64(name="a", value=None)]
    assert letter(("a", b"\xff")).headers == {"a": "\\xff"}


def test_a_letter_of_a_former_version_has_its_headers() -> None:
    former = {
        "schema": "dead-letter/1", "stage": "clean", "reason": "empty", "detail": "…", "topic": "articles.raw",
        "partition": 0, "offset": 0, "timestamp": 0, "key": "k", "value": "", "headers": {"a": "1"}, "attempts": 1,
    }  # fmt: skip
    assert decode(orjson.dumps(former), DeadLetter).header_bytes == [("a", b"1")]


def test_a_byte_order_mark_is_passed_over() -> None:
    assert decode(b'\xef\xbb\xbf{"text": "Hallo."}', RawArticle).text == "Hallo."
    with pytest.raises(RecordError, match="malformed-json"):
        decode(b"\xef\xbb\xbf\xef\xbb\xbf{}", RawArticle)


def test_an_id_leaves_room_for_the_ids_of_quotes() -> None:
    longest = "ä" * 1900
    assert decode(orjson.dumps({"id": longest, "text": "a"}), RawArticle).id == longest
    Quote(
        id=f"{longest}#{10**9}", type="Direct", medium="Speech", spans=[Span(begin=0, end=1)], text="a", confidence=1.0
    )
    with pytest.raises(RecordError, match="id: "):
        decode(orjson.dumps({"id": longest + "x", "text": "a"}), RawArticle)
