"""What has come of an archive run: what the stores have beside what was published and what is on the topics."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

QUESTIONS = {
    "articles": "SELECT id, revision, text FROM articles",
    "quotes": "SELECT article_id, id, text, coalesce(speaker_name, '') FROM quotes",
    "mentions": "SELECT article_id, entity_id, begin_char, end_char FROM mentions",
    "statements": "SELECT id, text, count FROM statements",
}


@dataclass
class StoreReport:
    """What a store has at the end.

    Attributes:
        articles, quotes, mentions, statements: rows.
        revised: articles in a version that is not the first.
        lost: articles that are on their pages and not in the store.
        twice: rows that should be there once.
        stale: articles whose text is not that of the page as it is at the end.
        not_withdrawn: articles that were withdrawn and are there.
        differing: rows that are in the store or on the topics, and not in both, by table.
    """

    articles: int = 0
    quotes: int = 0
    mentions: int = 0
    statements: int = 0
    revised: int = 0
    lost: int = 0
    twice: int = 0
    stale: int = 0
    not_withdrawn: int = 0
    differing: dict[str, int] = field(default_factory=dict)

    @property
    def faults(self) -> int:
        """All that should not be."""
        return self.lost + self.twice + self.stale + self.not_withdrawn + sum(self.differing.values())


@dataclass
class Report:
    """What came of it."""

    published: int = 0
    versions: int = 0
    revised: int = 0
    withdrawn: int = 0
    raw_messages: int = 0
    sent_again: int = 0
    dead_letters: int = 0
    killed: dict[str, int] = field(default_factory=dict)
    ended_by_themselves: list[str] = field(default_factory=list)
    exit_codes: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    stores: dict[str, StoreReport] = field(default_factory=dict)

    @property
    def faults(self) -> int:
        """What should not be, in both stores and before them."""
        badly = sum(code != 0 for code in self.exit_codes.values())
        stores = sum(store.faults for store in self.stores.values())
        return stores + badly + self.dead_letters + len(self.ended_by_themselves)


def compared(
    rows: Mapping[str, list[tuple[Any, ...]]],
    on_topics: Mapping[str, Counter[tuple[Any, ...]]],
    wanted: Mapping[str, str],
    withdrawn: set[str],
) -> StoreReport:
    """What a store has, and what is wrong with it.

    Args:
        rows: of the store, by table, as `QUESTIONS` ask for them.
        on_topics: the same of the topics' last records.
        wanted: the text of each article that should be there, by its id.
        withdrawn: ids of articles that should not be there.
    """
    texts = {key: text for key, _, text in rows["articles"]}
    single = {
        "articles": [row[0] for row in rows["articles"]],
        "quotes": [row[1] for row in rows["quotes"]],
        "statements": [row[0] for row in rows["statements"]],
    }
    return StoreReport(
        **{table: len(found) for table, found in rows.items()},
        revised=sum(revision > 1 for _, revision, _ in rows["articles"]),
        lost=len(wanted.keys() - texts.keys()),
        twice=sum(len(keys) - len(set(keys)) for keys in single.values()),
        stale=sum(texts[key] != text for key, text in wanted.items() if key in texts),
        not_withdrawn=len(withdrawn & texts.keys()),
        differing={
            table: ((Counter(found) - on_topics[table]) + (on_topics[table] - Counter(found))).total()
            for table, found in rows.items()
        },
    )


def rows_of(
    articles: Mapping[str, dict[str, Any]], statements: Mapping[str, dict[str, Any]], revisions: Mapping[str, int]
) -> dict[str, Counter[tuple[Any, ...]]]:
    """The rows that the topics' last records come to, as the questions ask for them."""
    return {
        "articles": Counter((key, revisions[key], record["text"]) for key, record in articles.items()),
        "quotes": Counter(
            (key, quote["id"], quote["text"], (quote["speaker"] or {}).get("name") or "")
            for key, record in articles.items()
            for quote in record["quotes"]
        ),
        "mentions": Counter(
            (key, entity["id"], mention["begin"], mention["end"])
            for key, record in articles.items()
            for entity in record["entities"]
            for mention in entity["mentions"]
        ),
        "statements": Counter((key, record["text"], record["count"]) for key, record in statements.items()),
    }


def as_markdown(report: Report, command: str) -> str:
    """The report for people."""
    killed = ", ".join(f"{name} {count}" for name, count in sorted(report.killed.items()))
    rows: dict[str, Iterable[object]] = {
        "articles published": [report.published],
        "of these revised at least once": [report.revised],
        "of these withdrawn at the end": [report.withdrawn],
        "messages on `articles.raw`": [report.raw_messages],
        "of these sent again after a kill, byte for byte the same": [report.sent_again],
        "dead letters": [report.dead_letters],
        "kills by SIGKILL": [f"{sum(report.killed.values())} ({killed})"],
        "commands that ended by themselves or with an error": [
            len(report.ended_by_themselves) + sum(code != 0 for code in report.exit_codes.values())
        ],
        "time": [f"{report.seconds:.0f} s"],
    }
    lines = [f"## `{command}`", "", "| | |", "|---|---|"]
    lines += [f"| {name} | {' | '.join(map(str, values))} |" for name, values in rows.items()]
    stores = {
        "articles": "articles", "quotes": "quotes", "mentions": "mentions", "statements": "statements",
        "articles in a later version": "revised", "**lost**": "lost", "**more than once**": "twice",
        "**not the page's last version**": "stale", "**withdrawn and still there**": "not_withdrawn",
    }  # fmt: skip
    lines += ["", f"| rows at the end | {' | '.join(report.stores)} |", "|---|" + "---|" * len(report.stores)]
    for name, attribute in stores.items():
        lines.append(f"| {name} | {' | '.join(str(getattr(store, attribute)) for store in report.stores.values())} |")
    differing = " | ".join(str(sum(store.differing.values())) for store in report.stores.values())
    return "\n".join([*lines, f"| **rows that differ from the topics** | {differing} |", ""])
