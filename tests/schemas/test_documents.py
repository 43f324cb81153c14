"""The documents in schemas/json/ say what the code does."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest

from pipeline.stages import DEAD_LETTER_TOPIC, STAGES, channels, topic_names
from schemas import asyncapi
from schemas.codec import RecordError, decode, encode
from schemas.records import CleanArticle, DeadLetter, RawArticle

DOCUMENTS = asyncapi.documents(channels())


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_file_is_what_the_code_generates(name: str) -> None:
    written = (asyncapi.DIRECTORY / f"{name}.json").read_text(encoding="utf-8")
    assert written == asyncapi.rendered(DOCUMENTS[name]), "run `redefluss schema --write`"


def test_all_documents_are_written_into_a_folder_that_need_not_be_there(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    for _ in range(2):
        written = {path.stem: path.read_text(encoding="utf-8") for path in asyncapi.write(channels(), folder)}
        assert written == {name: asyncapi.rendered(document) for name, document in DOCUMENTS.items()}


def test_no_other_file_lies_beside_them() -> None:
    assert {path.stem for path in asyncapi.DIRECTORY.iterdir()} == set(DOCUMENTS)


def test_the_channels_are_the_topics_of_the_stages() -> None:
    assert tuple(channel.topic for channel in channels()) == topic_names()
    by_topic = {channel.topic: channel for channel in channels()}
    for stage in STAGES:
        assert by_topic[stage.source].read_by == (stage.name,)
        assert by_topic[stage.source].record is stage.reads
        assert stage.name in by_topic[stage.target].written_by
        assert stage.name in by_topic[DEAD_LETTER_TOPIC].written_by


@pytest.mark.parametrize("name", sorted(set(DOCUMENTS) - {asyncapi.ASYNCAPI}))
def test_a_json_schema_is_valid(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(DOCUMENTS[name])


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = asyncapi.asyncapi(channels())
    references = list(_references(document))
    assert references
    for reference in references:
        target: Any = document
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]


def test_prefix_and_host_are_those_of_the_settings() -> None:
    document = asyncapi.asyncapi(channels(), prefix="probe-", host="kafka:9092")
    assert document["servers"]["broker"]["host"] == "kafka:9092"
    assert {channel["address"] for channel in document["channels"].values()} == {
        f"probe-{topic}" for topic in topic_names()
    }


def test_what_the_codec_writes_is_valid() -> None:
    article = CleanArticle(
        id="a", language="de", text="Hallo.", content_hash="0" * 64, simhash="0" * 16, infobox={"Name": "X"}
    )
    _validate("clean-article", article)
    letter = DeadLetter.of(
        stage="clean", reason="empty", detail="nichts", topic="articles.raw", partition=0, offset=3, timestamp=1,
        key=b"k", value=None, headers=[("a", None), ("a", b"1")], attempts=1,
    )  # fmt: skip
    _validate("dead-letter", letter)


@pytest.mark.parametrize(
    ("value", "good"),
    [
        ({"text": "Hallo."}, True),
        ({"html": "<p>Hallo.</p>", "language": "de", "published_at": "2024-05-01T09:00:00Z"}, True),
        ({"text": 7}, False),
        ({"text": "Hallo.", "meta": []}, False),
        ({"text": "Hallo.", "schema": "raw-article/9"}, False),
    ],
)
def test_schema_and_codec_agree_on_a_raw_article(value: dict[str, Any], good: bool) -> None:
    validator = jsonschema.Draft202012Validator(DOCUMENTS["raw-article"])
    assert validator.is_valid(value) is good
    if good:
        decode(orjson.dumps(value), RawArticle)
    else:
        with pytest.raises(RecordError):
            decode(orjson.dumps(value), RawArticle)


def _validate(name: str, record: CleanArticle | DeadLetter) -> None:
    jsonschema.validate(json.loads(encode(record)), DOCUMENTS[name])


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, item in node.items():
            if key == "$ref":
                yield item
            else:
                yield from _references(item)
    elif isinstance(node, list):
        for item in node:
            yield from _references(item)
