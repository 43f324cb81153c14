"""The sets of modules that are sampled together, with the tests that are to notice what changes in them."""

from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from pipeline.config import PipelineConfig
from tests.mutation.mutants import Change, changes
from tests.mutation.score import CORE

ROOT = Path(__file__).parents[2]


HEAVY = ("time_grows", "hostile", "is_slow", "take_long", "kafka", "too-large", "embedded", "floors", "no_mistakes")


class Sampled(NamedTuple):
    """Modules, and the tests that are to notice what changes in them.

    Attributes:
        modules: patterns of files.
        tests: folders or files.
        without: files that are left out: data, or what is scored by itself.
        heavy: parts of the names of tests that take long, and bound times or sizes only.
    """

    modules: tuple[str, ...]
    tests: tuple[str, ...]
    without: tuple[str, ...] = ()
    heavy: tuple[str, ...] = HEAVY


SETS = {
    "rules": Sampled(
        ("pipeline/entities/*.py", "pipeline/quotes/*.py"),
        ("tests/entities", "tests/quotes"),
        ("*registry.py", "*/generate/*"),
    ),
    "statements": Sampled(("pipeline/statements/*.py",), ("tests/statements",)),
    "cleaning": Sampled(("pipeline/cleaning/*.py",), ("tests/cleaning",)),
    "agents": Sampled(
        ("agents/*.py", "agents/pool/*.py"),
        ("tests/agents", "tests/web/test_health.py", "tests/web/test_metrics.py"),
        tuple(f"{name.replace('.', '/')}.py" for name in CORE),
    ),
    "web": Sampled(("agents/web/**/*.py",), ("tests/web",), heavy=(*HEAVY, "test_collector")),
    "sources": Sampled(
        ("agents/feed/*.py", "agents/imports/*.py"),
        ("tests/feed", "tests/imports", "tests/cli/test_feed.py", "tests/cli/test_import.py"),
    ),
    "sinks": Sampled(
        ("agents/sinks/*.py", "agents/saved_searches/*.py", "pipeline/tables/*.py"),
        (
            "tests/sinks",
            "tests/pipeline/test_table_rows.py",
            "tests/web/test_saved_searches.py",
            "tests/cli/test_mistakes.py",
        ),
    ),
    "cli": Sampled(  # what most commands do is seen with a broker alone; the embedded one starts in a moment
        ("agents/cli/*.py",),
        ("tests/cli",),
        heavy=(
            *(name for name in HEAVY if name != "embedded"),
            "test_run.py",
            "every_sample",
            "does_not_answer",
            "at_the_brokers",
        ),
    ),
    "models": Sampled(
        ("pipeline/reader/*.py", "pipeline/models/*.py", "pipeline/encoder/*.py"),
        ("tests/reader", "tests/models", "tests/encoder", "tests/quotes/test_reader_quotes.py"),
    ),
    "data": Sampled(
        ("pipeline/corpus/*.py", "pipeline/evaluation/*.py", "schemas/*.py", "schemas/records/*.py"),
        ("tests/corpus", "tests/evaluation", "tests/schemas", "tests/cli/test_corpus.py", "tests/cli/test_evaluate.py"),
    ),
}


class Place(NamedTuple):
    """A change and the file that it is in."""

    file: str
    change: Change


def files_of(what: Sampled) -> Iterator[str]:
    """The files of a set."""
    for pattern in what.modules:
        for path in sorted(ROOT.glob(pattern)):
            name = str(path.relative_to(ROOT))
            if not any(fnmatch(name, left_out) for left_out in what.without):
                yield name


def all_places(what: Sampled) -> list[Place]:
    """All changes of a set."""
    return [
        Place(file, change) for file in files_of(what) for change in changes((ROOT / file).read_text(encoding="utf-8"))
    ]


def load_rules() -> None:
    """Load what every test of rules loads."""
    from pipeline.entities import EntityExtractor
    from pipeline.quotes import QuoteExtractor
    from tests.entities.articles import RIVER, clean_article

    article = EntityExtractor(PipelineConfig(model_de="rules", quote_model="rules"))(clean_article(RIVER))
    QuoteExtractor(PipelineConfig(model_de="rules", quote_model="rules"))(article)
    article = EntityExtractor(PipelineConfig())(clean_article(RIVER))
    QuoteExtractor(PipelineConfig())(article)


def load_cleaning() -> None:
    """Load what every test of cleaning loads."""
    from pipeline.cleaning import Cleaner
    from pipeline.warm_up import warm_up_records
    from schemas.records import RawArticle

    for record in warm_up_records(RawArticle):
        assert isinstance(record, RawArticle)
        Cleaner(PipelineConfig())(record)


LOADS = {"rules": load_rules, "cleaning": load_cleaning}
