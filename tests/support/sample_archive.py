"""Parquet files to try things on, as `redefluss sink parquet` writes them, of articles of the corpus.

    python -m tests.support.sample_archive DIR [--articles 120] [--models]

The articles are spread over eight papers and four weeks; without `--models` the rules alone read them, which is quick.
"""

import argparse
import asyncio
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

from aiokafka import TopicPartition

from agents.pool.protocol import Done, Job
from agents.sinks.parquet import ParquetStore
from agents.sinks.store import Batch, StoredPosition
from agents.stage_jobs import StageSetup, load
from pipeline.config import PipelineConfig
from pipeline.corpus.model import AnnotatedArticle
from pipeline.stages import FINISHED_TOPIC
from pipeline.tables.rows import change_of
from schemas.codec import encode
from schemas.records import RawArticle
from tests.support.press import DAYS, FIRST_DAY, corpus_articles

PAPERS = 8
STAGES = ("clean", "entities", "quotes")


def raw_article(article: AnnotatedArticle, number: int) -> RawArticle:
    """The article as a paper would have it."""
    title = article.part("title")
    return RawArticle(
        id=article.id,
        source=f"Zeitung {number % PAPERS + 1}",
        title=title.text if title is not None else None,
        text=article.body.text,
        language="de",
        published_at=(FIRST_DAY + timedelta(days=number % DAYS, minutes=number)).isoformat(),
    )


async def write(folder: Path, articles: int, config: PipelineConfig) -> None:
    """Take so many articles through the stages, and store them."""
    perform = load(StageSetup(STAGES, config))
    batch = Batch(positions={TopicPartition(FINISHED_TOPIC, 0): StoredPosition(articles, "")})
    for number, article in enumerate(corpus_articles(articles)):
        value = encode(raw_article(article, number))
        for stage in STAGES:
            outcome = perform(Job(stage, article.id.encode(), value))
            if not isinstance(outcome, Done) or outcome.messages[-1].value is None:
                break
            value = outcome.messages[-1].value
        else:
            change = change_of("article", article.id.encode(), value, timestamp_ms=0)
            batch.messages.append((SimpleNamespace(value=value), change))
    store = ParquetStore(folder)
    await store.open()
    await store.write(batch)
    await store.close()


def main() -> None:
    """Write a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, default=120)
    parser.add_argument("--models", action="store_true", help="read them with the trained models")
    args = parser.parse_args()
    config = PipelineConfig() if args.models else PipelineConfig(model_de="rules", quote_model="rules")
    asyncio.run(write(args.folder, args.articles, config))


if __name__ == "__main__":
    main()
