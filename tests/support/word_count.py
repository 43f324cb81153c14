"""A fourth stage, added by one row: counts the words of finished articles. Importing this adds it."""

import sys
from collections.abc import Callable

from pydantic import BaseModel

from agents.pool.protocol import Job, Outcome
from agents.stage_jobs import StageSetup, perform
from pipeline import stages
from pipeline.stages import FINISHED_TOPIC, Output, Stage, stage_named
from schemas.records import QuoteArticle
from tests.support import stages as quick


class WordCount(BaseModel):
    """How many words an article has."""

    schema_: str = "word-count/1"
    id: str
    words: int


def _count(article: QuoteArticle) -> WordCount:
    return WordCount(id=article.id, words=len(article.text.split()))


stages.STAGES += (
    Stage(
        name="words",
        source=FINISHED_TOPIC,
        reads=QuoteArticle,
        output=Output("articles.words", WordCount, "How many words an article has."),
        load=lambda config: _count,
    ),
)


def load(setup: StageSetup) -> Callable[[Job], Outcome]:
    """What a pool process does: the quick stages of the tests, and the added one as its row says."""
    functions = quick.FUNCTIONS | {"words": stage_named("words").load(setup.config)}
    return lambda job: perform(job, stage_named(job.stage), functions[job.stage])


if __name__ == "__main__":
    from tests.support.run_worker import run

    sys.exit(run("tests.support.word_count:load"))
