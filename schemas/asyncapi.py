"""The wire format as documents: a JSON Schema for the value of each topic, and all topics in AsyncAPI 3."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

DIRECTORY = Path(__file__).parent / "json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
ASYNCAPI = "asyncapi"

_Mode = Literal["validation", "serialization"]


@dataclass(frozen=True)
class Channel:
    """A topic and what travels on it.

    Attributes:
        topic: the name, without prefix.
        record: the model of its values.
        key: what the message key is, in words.
        keyed: whether every message has a key.
        summary: one line on what the topic is for.
        read_by: the stages that consume it.
        written_by: the stages that produce to it.
    """

    topic: str
    record: type[BaseModel]
    key: str
    keyed: bool
    summary: str
    read_by: tuple[str, ...] = ()
    written_by: tuple[str, ...] = ()

    @property
    def schema_name(self) -> str:
        """The record's wire name without its version, such as "clean-article"."""
        return _schema_id(self.record).split("/")[0]

    @property
    def mode(self) -> _Mode:
        """Producers may leave out what has a default; the stages write every field."""
        return "serialization" if self.written_by else "validation"


def documents(channels: Sequence[Channel]) -> dict[str, dict[str, Any]]:
    """Every document by its name: the JSON Schemas by their record's name, and "asyncapi"."""
    return {channel.schema_name: _json_schema(channel) for channel in channels} | {ASYNCAPI: asyncapi(channels)}


def rendered(document: dict[str, Any]) -> str:
    """The document as it stands in its file."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def write(channels: Sequence[Channel], directory: Path = DIRECTORY) -> Iterator[Path]:
    """Write every document as `NAME.json` into `directory` and yield the paths.

    Raises:
        OSError: if the directory cannot be written to.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for name, document in documents(channels).items():
        path = directory / f"{name}.json"
        path.write_text(rendered(document), encoding="utf-8")
        yield path


def asyncapi(channels: Sequence[Channel], *, prefix: str = "", host: str = "127.0.0.1:9092") -> dict[str, Any]:
    """The AsyncAPI 3.0 document of all topics, named with `prefix`, on the broker at `host`."""
    _, definitions = models_json_schema(
        [(channel.record, channel.mode) for channel in channels], ref_template="#/components/schemas/{model}"
    )
    schemas = definitions["$defs"]
    for channel in channels:
        _pin_schema(schemas[channel.record.__name__], channel.record)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Redefluss",
            "version": "1.0.0",
            "description": "Who is in the German news, and who said what. Spans are half-open ranges of Unicode code "
            "points into the `text` of the record. A message with a key and no value takes back what was published: of "
            "the article with this id on the topics of articles and on `quotes`, of the statement on `statements`.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {"broker": {"host": host, "protocol": "kafka"}},
        "channels": {channel.topic: _channel(channel, prefix) for channel in channels},
        "operations": dict(_operations(channels)),
        "components": {
            "messages": {channel.schema_name: _message(channel, _headers(channels)) for channel in channels},
            "schemas": schemas,
        },
    }


def _json_schema(channel: Channel) -> dict[str, Any]:
    schema = channel.record.model_json_schema(mode=channel.mode)
    _pin_schema(schema, channel.record)
    return {"$schema": DIALECT, **schema}


def _schema_id(record: type[BaseModel]) -> str:
    return str(record.model_fields["schema_"].default)


def _pin_schema(schema: dict[str, Any], record: type[BaseModel]) -> None:
    """A record can be read under the names of its extensions as well; it is written under its own alone."""
    schema["properties"]["schema"] = {"const": _schema_id(record), "title": "Schema", "type": "string"}


def _channel(channel: Channel, prefix: str) -> dict[str, Any]:
    name = channel.schema_name
    return {
        "address": prefix + channel.topic,
        "summary": channel.summary,
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "bindings": {"kafka": {"topic": prefix + channel.topic}},
    }


def _message(channel: Channel, headers: dict[str, Any]) -> dict[str, Any]:
    key = {"type": "string" if channel.keyed else ["string", "null"], "description": channel.key}
    message: dict[str, Any] = {
        "name": channel.schema_name,
        "summary": channel.summary,
        "contentType": "application/json",
        "payload": {"$ref": f"#/components/schemas/{channel.record.__name__}"},
        "bindings": {"kafka": {"key": key}},
    }
    if channel.written_by:
        message["headers"] = headers
    return message


def _headers(channels: Sequence[Channel]) -> dict[str, Any]:
    stages = list(dict.fromkeys(stage for channel in channels for stage in channel.written_by))
    return {
        "type": "object",
        "description": "What differs from run to run and so has no place in the value.",
        "properties": {
            "stage": {"type": "string", "enum": stages},
            "version": {"type": "string", "description": "of Redefluss"},
            "produced_at": {"type": "string", "format": "date-time"},
            "took_ms": {"type": "string", "description": "milliseconds of work, in decimal"},
            "attempt": {"type": "string", "description": "1 for the first, in decimal"},
            "trail": {
                "type": "string",
                "description": "JSON list of the steps so far: stage; topic, partition, offset and timestamp of what "
                "it read; took_ms, produced_at, worker, model",
            },
            "content_hash": {"type": "string", "description": "of the article's text: exact copies have the same"},
            "version_hash": {"type": "string", "description": "of the article's version, for recognising duplicates"},
            "revision": {
                "type": "string",
                "description": "2 or more: a later version of an id already processed, in decimal",
            },
            "replayed_from": {"type": "string", "description": "topic/partition/offset of the dead letter it was"},
        },
    }


def _operations(channels: Sequence[Channel]) -> Iterator[tuple[str, dict[str, Any]]]:
    for channel in channels:
        verbs: tuple[tuple[str, Literal["receive", "send"], tuple[str, ...]], ...] = (
            ("reads", "receive", channel.read_by),
            ("writes", "send", channel.written_by),
        )
        for verb, action, stages in verbs:
            for stage in stages:
                yield (
                    f"{stage}.{verb}.{channel.topic}",
                    {
                        "action": action,
                        "channel": {"$ref": f"#/channels/{channel.topic}"},
                        "summary": f"The stage {stage} {verb} {channel.topic}.",
                        "messages": [{"$ref": f"#/channels/{channel.topic}/messages/{channel.schema_name}"}],
                    },
                )
