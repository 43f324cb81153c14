"""Whoever is named in articles, as rows of the store: what they are called, and what the articles say of them."""

import sqlite3
import time
import zlib
from collections.abc import Iterable
from typing import Any

import orjson

from agents.web.store.query_parser import folded_words

Entity = dict[str, Any]
"""Of a QuoteArticle."""
SAID = ("roles", "affiliations")
"""What an article says of an entity; what else is told of it is known from elsewhere."""
REST_SECONDS = 300.0
"""Until the number of a forgotten entity is given again: what is counted in memory can be some seconds old."""
LOOKED_THROUGH = 50
"""Articles at most, for what was said of somebody before."""
_NAMING = (
    "SELECT a.record FROM mentions m JOIN articles a ON a.seq = m.article WHERE m.entity = ?"
    " ORDER BY m.article DESC LIMIT ?"
)


def put_entity(connection: sqlite3.Connection, entity: Entity) -> int:
    """Keep an entity of an article, and give its number. What the article does not say of it (such as its party) stays
    as the articles before said."""
    about = {key: entity.get(key) for key in ("roles", "affiliations", "wikidata")}
    row = connection.execute("SELECT num, name, about FROM entities WHERE id = ?", (entity["id"],)).fetchone()
    if row is None:
        new = _new_num(connection)
        connection.execute(
            "INSERT INTO entities (num, id, name, type, about) VALUES (?, ?, ?, ?, ?)",
            (new, entity["id"], entity["name"], entity["type"], orjson.dumps(about).decode()),
        )
        _index_name(connection, new, entity)
        return new
    num, name, known = row
    stored = orjson.loads(known)
    now = orjson.dumps({key: value or stored[key] for key, value in about.items()}).decode()
    if name != entity["name"]:
        connection.execute("DELETE FROM entity_search WHERE rowid = ?", (num,))
        _index_name(connection, num, entity)
    if name != entity["name"] or now != known:
        connection.execute("UPDATE entities SET name = ?, about = ? WHERE num = ?", (entity["name"], now, num))
    return int(num)


def _new_num(connection: sqlite3.Connection) -> int:
    """The number that has been free for longest, if it is long enough, or else one behind all that are in use or free.

    The longest, since it is found at once, however many are free.
    """
    free = connection.execute(
        "DELETE FROM free_numbers WHERE num = (SELECT num FROM free_numbers WHERE at <= ? ORDER BY at, num LIMIT 1)"
        " RETURNING num",
        (time.time() - REST_SECONDS,),
    ).fetchone()
    if free is not None:
        return int(free[0])
    highest = "max((SELECT coalesce(max(num), 0) FROM entities), (SELECT coalesce(max(num), 0) FROM free_numbers))"
    return int(connection.execute(f"SELECT 1 + {highest}").fetchone()[0])


def forget_entities(connection: sqlite3.Connection, now: float, among: Iterable[int] | None = None) -> None:
    """Forget the entities that no article names, of all or of those with some numbers. New ones get their numbers: the
    higher the numbers are, the longer it takes to count."""
    nobodys = "SELECT num FROM entities WHERE articles = 0"
    if among is not None:
        nobodys += f" AND num IN ({', '.join(map(str, among))})"
    connection.execute(f"INSERT OR REPLACE INTO free_numbers SELECT num, ? FROM ({nobodys})", (now,))
    for table, key in (("entity_search", "rowid"), ("entities", "num")):
        connection.execute(f"DELETE FROM {table} WHERE {key} IN ({nobodys})")


def _index_name(connection: sqlite3.Connection, num: int, entity: Entity) -> None:
    """Let an entity be found by its name, and by its id, which has it in plain letters, or in full for a party."""
    words = folded_words(f"{entity['name']} {entity['id'].partition('/')[2]}")
    connection.execute("INSERT INTO entity_search (rowid, name) VALUES (?, ?)", (num, words))


def take_back(connection: sqlite3.Connection, former: Iterable[Entity], now: Iterable[Entity]) -> None:
    """Tell no more what an article said of somebody that is withdrawn or has a new version, which is already there.

    Args:
        former: the entities of its record; `now`: those of the new version.
    """
    said_now = {entity["id"]: entity for entity in now}
    nums = []
    for entity in former:
        num, about = connection.execute("SELECT num, about FROM entities WHERE id = ?", (entity["id"],)).fetchone()
        nums.append(num)
        known = orjson.loads(about)
        again = said_now.get(entity["id"], {})
        gone = [key for key in SAID if entity.get(key) and entity[key] == known[key] and not again.get(key)]
        if gone:
            known |= _said_before(connection, num, entity["id"], gone)
            connection.execute("UPDATE entities SET about = ? WHERE num = ?", (orjson.dumps(known).decode(), num))
    forget_entities(connection, time.time(), nums)


def _said_before(connection: sqlite3.Connection, num: int, id_: str, keys: Iterable[str]) -> Entity:
    """What the articles that are kept say of an entity, the latest that say it."""
    found: Entity = dict.fromkeys(keys)
    for (record,) in connection.execute(_NAMING, (num, LOOKED_THROUGH)):
        said = next(entity for entity in orjson.loads(zlib.decompress(record))["entities"] if entity["id"] == id_)
        found = {key: value or said.get(key) for key, value in found.items()}
        if all(found.values()):
            break
    return found
