"""One article of the store, with its record and its way through the stages."""

import sqlite3
import zlib

import orjson

from agents.web.models import Step, StoredArticle
from pipeline.stages import FINISHED_TOPIC


def stored_article(connection: sqlite3.Connection, id_: str) -> StoredArticle | None:
    """Everything kept about an article."""
    row = connection.execute(
        "SELECT record, arrived, partition, position, trail FROM articles WHERE id = ?", (id_,)
    ).fetchone()
    if row is None:
        return None
    record, arrived, partition, position, trail = row
    return StoredArticle(
        record=orjson.loads(zlib.decompress(record)),
        arrived=arrived,
        topic=FINISHED_TOPIC,
        partition=partition,
        offset=position,
        steps=_steps(trail),
    )


def _steps(trail: str) -> list[Step]:
    try:
        return [Step.model_validate(step) for step in orjson.loads(trail)]
    except (TypeError, ValueError):
        return []
