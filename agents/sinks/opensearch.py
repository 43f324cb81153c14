"""OpenSearch or Elasticsearch, by the bulk API that both document: an index for each table, a document for each row.

A bulk request is no transaction. So that a batch can be broken off anywhere and be written again, a further index,
`PREFIX-sink`, has a document for each article and statement: the digest of its message, and how many documents each
index has of it at most. Before rows are written, the document is made to say that they may be there and that they are
of no message yet; afterwards it says which message they are of, and with it go the offsets. Documents have ids that
follow from the article's id and the row's position, so that writing again makes no second one.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from aiokafka import TopicPartition

from agents.sinks.opensearch_client import ANSWER_CHARACTERS, Action, OpenSearchClient
from agents.sinks.store import Batch, SinkError, SinkUnavailable, StoredPosition, WriteResult, fresh, positions_in
from pipeline.tables.columns import TABLES, TABLES_OF, ColumnType, RecordKind, Row
from pipeline.tables.rows import Change
from schemas.codec import one_line

VERSION = 1
"""Of the mappings, kept with the offsets."""
PROSE = {"text", "title", "kicker", "cue", "frame", "speaker_text", "addressee_text"}
"""Columns whose words are searched for, as German ones."""
TYPES: Mapping[ColumnType, dict[str, Any]] = {
    "text": {"type": "keyword", "ignore_above": 8191},
    "texts": {"type": "keyword", "ignore_above": 8191},
    "integer": {"type": "long"},
    "number": {"type": "double"},
    "truth": {"type": "boolean"},
    "time": {"type": "date"},
    "json": {"type": "keyword", "index": False, "doc_values": False},
}


class OpenSearchStore:
    """Indices whose names begin with a prefix.

    Args:
        url: https://user:password@host:9200/prefix; without a path the prefix is "redefluss".
    """

    batch_bytes = 4_000_000
    flush_seconds = 2.0

    def __init__(self, url: str) -> None:
        self._client = OpenSearchClient(url)
        self.name = self._client.name
        self._begun: set[tuple[RecordKind, str, bytes]] = set()
        """What tries to write the present batch have begun to change: kind, key and digest."""

    async def open(self) -> Mapping[TopicPartition, StoredPosition]:
        """Make the indices that are missing; the offsets that are stored."""
        self._client.open()
        try:
            for table, columns in TABLES.items():
                await self._make(table, {name: _mapping(name, type_) for name, type_ in columns.items()})
            sink = {"digest": TYPES["json"], "rows": {"type": "object", "enabled": False}}
            await self._make("sink", sink | {"places": {"type": "object", "enabled": False}})
            _, found = await self._client.ask("GET", f"/{self._index('sink')}/_doc/places", known=(404,))
        except (SinkError, SinkUnavailable) as error:
            await self.close()
            raise SinkError(str(error)) from None
        stored: dict[str, Any] = (
            found["_source"]["places"] if found.get("found") else {"version": VERSION, "offsets": []}
        )
        if stored["version"] > VERSION:
            raise SinkError(f"{self.name}: its indices are of a newer version of Redefluss than this one")
        return positions_in(stored["offsets"])

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def write(self, batch: Batch) -> WriteResult:
        """Announce, write the rows, then say which messages they are of and how far the topics are stored."""
        for kind, tables in TABLES_OF.items():
            await self._replace(tables, batch.latest(kind))
        if batch.positions:
            await self._store_positions(batch.position_rows)
        changes = (change for kind in TABLES_OF for change in batch.latest(kind))
        made = [change for change in changes if (change.kind, change.key, change.digest) in self._begun]
        self._begun.clear()
        return batch.result_of(made)

    async def _replace(self, tables: tuple[str, ...], changes: list[Change]) -> None:
        known = await self._known(changes)
        digests = {
            change.key: bytes.fromhex(known[_key(change)]["digest"]) for change in changes if _key(change) in known
        }
        changes = fresh(changes, digests)
        self._begun.update((change.kind, change.key, change.digest) for change in changes)
        before = {change.key: known.get(_key(change), {}).get("rows", {}) for change in changes}
        after = {change.key: {table: len(change.rows.get(table, ())) for table in tables} for change in changes}
        most = {change.key: _larger(before[change.key], after[change.key]) for change in changes}
        await self._client.bulk(
            self._index_one("sink", _key(change), {"digest": "", "rows": most[change.key]}) for change in changes
        )
        await self._client.bulk(
            action for change in changes for action in self._rows(change, tables, before[change.key], after[change.key])
        )
        await self._client.bulk(
            self._index_one("sink", _key(change), {"digest": change.digest.hex(), "rows": after[change.key]})
            if change.rows
            else self._delete_one("sink", _key(change))
            for change in changes
        )

    def _rows(
        self, change: Change, tables: tuple[str, ...], before: Mapping[str, int], after: Mapping[str, int]
    ) -> Iterator[Action]:
        """The rows of an article or statement, and the end of those that it had besides."""
        for table in tables:
            for position, row in enumerate(change.rows.get(table, ())):
                yield self._index_one(table, f"{_key(change)}-{position}", _document(table, row))
            for position in range(after[table], before.get(table, 0)):
                yield self._delete_one(table, f"{_key(change)}-{position}")

    async def _known(self, changes: list[Change]) -> dict[str, dict[str, Any]]:
        """What is stored of the articles or statements of the changes, by the ids of their documents."""
        if not changes:
            return {}
        asked = orjson.dumps({"ids": [_key(change) for change in changes]})
        _, found = await self._client.ask("POST", f"/{self._index('sink')}/_mget", asked, needed="docs")
        return {each["_id"]: each["_source"] for each in found["docs"] if each.get("found")}

    async def _store_positions(self, rows: list[tuple[str, int, int, str]]) -> None:
        """Put the offsets of a batch beside those of the other partitions."""
        address = f"/{self._index('sink')}/_doc/places"
        _, found = await self._client.ask("GET", address, known=(404,))
        offsets = found["_source"]["places"]["offsets"] if found.get("found") else []
        stored = {(topic, number): (topic, number, *position) for topic, number, *position in (*offsets, *rows)}
        document = {"places": {"version": VERSION, "offsets": list(stored.values())}}
        await self._client.ask("PUT", address, orjson.dumps(document))

    async def _make(self, table: str, properties: dict[str, Any]) -> None:
        """Make an index, if it is not there."""
        body = orjson.dumps({"mappings": {"dynamic": False, "properties": properties}})
        status, answer = await self._client.ask("PUT", f"/{self._index(table)}", body, known=(400,))
        error = answer.get("error") if status == 400 else None
        kind = error.get("type") if isinstance(error, dict) else None
        if status == 400 and kind != "resource_already_exists_exception":
            raise SinkError(one_line(f"{self.name}: {answer}", ANSWER_CHARACTERS))

    def _index(self, table: str) -> str:
        return f"{self._client.prefix}-{table}"

    def _index_one(self, table: str, identifier: str, document: dict[str, Any]) -> Action:
        return {"index": {"_index": self._index(table), "_id": identifier}}, document

    def _delete_one(self, table: str, identifier: str) -> Action:
        return {"delete": {"_index": self._index(table), "_id": identifier}}, None


def _mapping(column: str, type_: ColumnType) -> dict[str, Any]:
    return {"type": "text", "analyzer": "german"} if column in PROSE else TYPES[type_]


def _document(table: str, row: Row) -> dict[str, Any]:
    """A row as JSON has it."""
    return {column: row[column] for column in TABLES[table] if row[column] is not None}


def _larger(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {table: max(one.get(table, 0), other.get(table, 0)) for table in {**one, **other}}


def _key(change: Change) -> str:
    """The id of an article's or statement's document: ids of articles can be longer than those of documents."""
    return hashlib.blake2b(f"{change.kind}/{change.key}".encode(), digest_size=16).hexdigest()
