"""A fifth stage, added by one row: counts the words of finished articles. `python -m` of this is a worker with it."""

import sys
from collections.abc import Callable
from typing import Literal

from pydantic import Field

from agents.pool.protocol import Job, Outcome
from agents.stage_jobs import StageSetup, perform
from pipeline import stages
from pipeline.stages import FINISHED_TOPIC, Output, Stage, stage_named
from schemas.records import QuoteArticle
from schemas.spans import RecordModel
from tests.support import stages as quick


class WordCount(RecordModel):
    """How many words an article has."""

    schema_: Literal["word-count/1"] = Field("word-count/1", alias="schema")
    id: str
    words: int


def _count(article: QuoteArticle) -> WordCount:
    return WordCount(id=article.id, words=len(article.text.split()))


ROW = Stage(
    name="words",
    source=FINISHED_TOPIC,
    reads=QuoteArticle,
    output=Output("articles.words", WordCount, "How many words an article has."),
    load=lambda config: _count,
)


def add_row() -> None:
    """Add the stage in this process, once, and before anything else has looked at the table."""
    if ROW not in stages.STAGES:
        stages.STAGES += (ROW,)


def load(setup: StageSetup) -> Callable[[Job], Outcome]:
    """What a pool process does: the quick stages of the tests, and the added one as its row says."""
    add_row()
    functions = quick.FUNCTIONS | {"words": stage_named("words").load(setup.config)}
    return lambda job: perform(job, stage_named(job.stage), functions[job.stage])


if __name__ == "__main__":
    add_row()
    from tests.support.run_worker import run

    sys.exit(run("tests.support.word_count:load"))
