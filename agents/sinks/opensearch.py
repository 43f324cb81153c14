"""OpenSearch or Elasticsearch, by the bulk API that both document: an index for each table, a document for each row.

A bulk request is no transaction. So that a batch can be broken off anywhere and be written again, a further index,
`PREFIX-sink`, has a document for each article and statement: the digest of its message, and how many documents each
index has of it at most. Before rows are written, the document is made to say that they may be there and that they are
of no message yet; afterwards it says which message they are of, and with it go the offsets. Documents have ids that
follow from the article's id and the row's position, so that writing again makes no second one.
"""

import hashlib
import ssl
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import aiohttp
import orjson
from aiokafka import TopicPartition

from agents.http_address import is_http_address
from agents.http_answers import body_of, words_of
from agents.retry_after import retry_after_seconds
from agents.sinks.store import (
    Batch,
    SinkAddressError,
    SinkError,
    SinkUnavailable,
    StoredPosition,
    WriteResult,
    counted,
    fresh,
)
from agents.sinks.webhook import LONGEST_WAIT_SECONDS
from pipeline.tables.columns import TABLES, TABLES_OF, ColumnType, Row
from pipeline.tables.rows import Change
from schemas.codec import one_line

VERSION = 1
"""Of the mappings, kept with the offsets."""
REQUEST_SECONDS = 60.0
BULK_BYTES = 8_000_000
"""A request of a bulk is sent once it has so many."""
ANSWER_CHARACTERS = 300
"""Shown of an answer that is an error, at most."""
ANSWER_BYTES = 64_000_000
"""An answer to a bulk request has a few hundred bytes for each of its documents, and for an error somewhat more."""
AGAIN = {408, 425, 429, 500, 502, 503, 504}
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

Action = tuple[dict[str, Any], dict[str, Any] | None]
"""What a bulk request does with a document, and the document; None where it is deleted."""


class OpenSearchStore:
    """Indices whose names begin with a prefix.

    Args:
        url: https://user:password@host:9200/prefix; without a path the prefix is "redefluss".
    """

    batch_bytes = 4_000_000
    flush_seconds = 2.0

    def __init__(self, url: str) -> None:
        parts = urlsplit(url) if is_http_address(url) else None
        prefix = ("" if parts is None else parts.path.strip("/")) or "redefluss"
        if parts is None or not parts.hostname or "/" in prefix or prefix != prefix.lower():
            raise SinkAddressError("not an address such as https://user:password@localhost:9200/redefluss")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        self._base = f"{parts.scheme}://{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
        self._prefix = prefix
        self.name = f"OpenSearch {self._base}/{prefix}"
        user = unquote(parts.username or "")
        login = b64encode(f"{user}:{unquote(parts.password or '')}".encode()).decode()
        self._headers = {"Authorization": f"Basic {login}"} if user else {}
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> Mapping[TopicPartition, StoredPosition]:
        """Make the indices that are missing; the offsets that are stored."""
        timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
        self._session = aiohttp.ClientSession(headers=self._headers, timeout=timeout)
        try:
            for table, columns in TABLES.items():
                await self._make(table, {name: _mapping(name, type_) for name, type_ in columns.items()})
            sink = {"digest": TYPES["json"], "rows": {"type": "object", "enabled": False}}
            await self._make("sink", sink | {"places": {"type": "object", "enabled": False}})
            _, found = await self._ask("GET", f"/{self._index('sink')}/_doc/places", known=(404,))
        except (SinkError, SinkUnavailable) as error:
            await self.close()
            raise SinkError(str(error)) from None
        stored: dict[str, Any] = (
            found["_source"]["places"] if found.get("found") else {"version": VERSION, "offsets": []}
        )
        if stored["version"] > VERSION:
            raise SinkError(f"{self.name}: its indices are of a newer version of Redefluss than this one")
        return {
            TopicPartition(topic, number): StoredPosition(offset, mark)
            for topic, number, offset, mark in stored["offsets"]
        }

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def write(self, batch: Batch) -> WriteResult:
        """Announce, write the rows, then say which messages they are of and how far the topics are stored."""
        made: list[Change] = []
        for kind, tables in TABLES_OF.items():
            changes = [change for change in batch.latest if change.kind == kind]
            made += await self._replace(tables, changes)
        if batch.places:
            await self._store_places(batch.places)
        return counted(made, len(batch.messages) - len(made))

    async def _replace(self, tables: tuple[str, ...], changes: list[Change]) -> list[Change]:
        known = await self._known(changes)
        digests = {
            change.key: bytes.fromhex(known[_key(change)]["digest"]) for change in changes if _key(change) in known
        }
        changes = fresh(changes, digests)
        before = {change.key: known.get(_key(change), {}).get("rows", {}) for change in changes}
        after = {change.key: {table: len(change.rows.get(table, ())) for table in tables} for change in changes}
        most = {change.key: _larger(before[change.key], after[change.key]) for change in changes}
        await self._bulk(
            self._index_one("sink", _key(change), {"digest": "", "rows": most[change.key]}) for change in changes
        )
        await self._bulk(
            action for change in changes for action in self._rows(change, tables, before[change.key], after[change.key])
        )
        await self._bulk(
            self._index_one("sink", _key(change), {"digest": change.digest.hex(), "rows": after[change.key]})
            if change.rows
            else self._delete_one("sink", _key(change))
            for change in changes
        )
        return changes

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
        _, found = await self._ask("POST", f"/{self._index('sink')}/_mget", asked, needed="docs")
        return {each["_id"]: each["_source"] for each in found["docs"] if each.get("found")}

    async def _store_places(self, places: Mapping[TopicPartition, StoredPosition]) -> None:
        """Put the offsets of a batch beside those of the other partitions."""
        address = f"/{self._index('sink')}/_doc/places"
        _, found = await self._ask("GET", address, known=(404,))
        offsets = found["_source"]["places"]["offsets"] if found.get("found") else []
        stored = {(topic, number): [topic, number, offset, mark] for topic, number, offset, mark in offsets}
        for tp, place in places.items():
            stored[tp.topic, tp.partition] = [tp.topic, tp.partition, place.offset, place.fingerprint]
        document = {"places": {"version": VERSION, "offsets": list(stored.values())}}
        await self._ask("PUT", address, orjson.dumps(document))

    async def _make(self, table: str, properties: dict[str, Any]) -> None:
        """Make an index, if it is not there."""
        body = orjson.dumps({"mappings": {"dynamic": False, "properties": properties}})
        status, answer = await self._ask("PUT", f"/{self._index(table)}", body, known=(400,))
        error = answer.get("error") if status == 400 else None
        kind = error.get("type") if isinstance(error, dict) else None
        if status == 400 and kind != "resource_already_exists_exception":
            raise SinkError(one_line(f"{self.name}: {answer}", ANSWER_CHARACTERS))

    async def _bulk(self, actions: Iterable[Action]) -> None:
        """Do all of the actions, in as many requests as it takes.

        Raises:
            SinkUnavailable: some were not done, for now.
            SinkError: one was refused.
        """
        body = bytearray()
        for action, document in actions:
            body += orjson.dumps(action) + b"\n" + (b"" if document is None else orjson.dumps(document) + b"\n")
            if len(body) >= BULK_BYTES:
                await self._send(bytes(body))
                body.clear()
        if body:
            await self._send(bytes(body))

    async def _send(self, body: bytes) -> None:
        _, answer = await self._ask("POST", "/_bulk", body, kind="application/x-ndjson", needed="errors")
        if not answer["errors"]:
            return
        failed = [done for item in answer["items"] for name, done in item.items() if _has_failed(name, done)]
        lasting = next((done for done in failed if done["status"] not in AGAIN), None)
        if lasting is not None:
            raise SinkError(
                one_line(f"{self.name} refuses {lasting['_id']}: {lasting.get('error')}", ANSWER_CHARACTERS)
            )
        if failed:
            words = one_line(f"{self.name}: {failed[0].get('error')}", ANSWER_CHARACTERS)
            raise SinkUnavailable(f"{words} (and {len(failed) - 1:,} more)")

    async def _ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        kind: str = "application/json",
        known: tuple[int, ...] = (),
        needed: str | None = None,
    ) -> tuple[int, dict[str, Any]]:
        """A request; its status and what it answers. `known` are statuses that are no error, and `needed` is a field
        without which somebody else answers."""
        assert self._session is not None
        try:
            async with self._session.request(
                method, self._base + path, data=body, headers={"Content-Type": kind}, allow_redirects=False
            ) as answer:
                status, headers = answer.status, answer.headers
                taken = 200 <= status < 300 or status in known
                told = await body_of(answer, ANSWER_BYTES) if taken else None
                words = "" if taken else await words_of(answer, ANSWER_CHARACTERS)
        except ssl.SSLError as error:
            raise SinkError(f"{self.name}: {one_line(str(error))}") from None
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise SinkUnavailable(f"{self.name}: {one_line(str(error)) or type(error).__name__}") from None
        if taken:
            if told is None:
                raise SinkError(f"{self.name} answers {method} {path} with more than {ANSWER_BYTES:,} bytes")
            try:
                value = orjson.loads(told)
            except orjson.JSONDecodeError:
                raise SinkError(f"{self.name} answers {method} {path} with something that is no JSON") from None
            if not isinstance(value, dict) or (needed is not None and needed not in value):
                raise SinkError(f"{self.name} answers {method} {path} otherwise than OpenSearch does")
            return status, value
        words = one_line(f"{self.name} answers {status}: {words}", ANSWER_CHARACTERS)
        if status in AGAIN:
            raise SinkUnavailable(words, retry_after_seconds(headers, most_seconds=LONGEST_WAIT_SECONDS))
        raise SinkError(words)

    def _index(self, table: str) -> str:
        return f"{self._prefix}-{table}"

    def _index_one(self, table: str, identifier: str, document: dict[str, Any]) -> Action:
        return {"index": {"_index": self._index(table), "_id": identifier}}, document

    def _delete_one(self, table: str, identifier: str) -> Action:
        return {"delete": {"_index": self._index(table), "_id": identifier}}, None


def _has_failed(action: str, done: Mapping[str, Any]) -> bool:
    """Whether one action of a bulk request was not done; what is to go and is not there has gone before."""
    return done["status"] >= 300 and not (action == "delete" and done["status"] == 404)


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
