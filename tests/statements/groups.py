"""Groups of articles, a report and what papers made of it, with a reader's judgement of what is one statement.

In their text, `{a1|Katrin Ehmke|„…“}` marks a quote of that speaker, which belongs to the statement `a1` of its group;
`{+a1|…}` continues the one before.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from pipeline.config import PipelineConfig
from pipeline.statements import StatementJoiner
from pipeline.statements.occurrence import Occurrence
from schemas.records import QuoteRecord, SpeakerEntity, Statement
from tests.statements.records import record

_MARK = re.compile(r"\{(\+?)(\w+)\|([^|}]+)\|([^}]*)\}")
_SENTENCE = re.compile(r"(?<=[.!?“\"«])\s+(?=[A-ZÄÖÜ„»\"])")
_SEEN_AT = "2026-03-02T10:00:00.000Z"


class JudgedQuote(NamedTuple):
    """A quote, and the name of the statement that it belongs to by the judgement of a reader."""

    record: QuoteRecord
    statement: str


class Score(NamedTuple):
    """Of pairs of quotes of two articles: those that are rightly in one statement, wrongly, and wrongly in two."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """The share of the joined pairs that are the same statement."""
        return self.right / (self.right + self.wrong)

    @property
    def recall(self) -> float:
        """The share of the pairs that are the same statement that are joined."""
        return self.right / (self.right + self.missed)


def judged(part: str) -> Iterator[JudgedQuote]:
    """The quotes of a part, "dev" or "test", in the order of the groups."""
    text = (Path(__file__).parent / f"groups_{part}.txt").read_text(encoding="utf-8")
    for group in text.split("== ")[1:]:
        name, *articles = group.split("\n-- ")
        for article in articles:
            yield from _quotes(name.partition(":")[0], article)


def _quotes(group: str, article: str) -> Iterator[JudgedQuote]:
    head, _, marked = article.partition("\n")
    paper, source, agency, published_at = (field.strip() for field in head.split("|"))
    marks = list(_MARK.finditer(marked))
    ends = [0, *(found.end() for found in _SENTENCE.finditer(_MARK.sub(r"\4", marked))), len(marked)]
    for number, mark in enumerate(marks):
        if not mark[1]:
            pieces = [mark]
            pieces += [more for more in marks[number + 1 : number + 2] if more[1]]
            words = " … ".join(piece[4] for piece in pieces)
            begin = len(_MARK.sub(r"\4", marked[: mark.start()]))
            end = len(_MARK.sub(r"\4", marked[: pieces[-1].end()]))
            around = max(at for at in ends if at <= begin), min(at for at in ends if at >= end)
            speaker = SpeakerEntity(id=f"per/{mark[3].lower().replace(' ', '-')}", name=mark[3], type="PER")
            quote = record(
                words,
                f"{group}/{paper}",
                number,
                type="Direct" if words[0] in '„»"' else "Indirect",
                speaker=speaker,
                context=_MARK.sub(r"\4", marked)[slice(*around)],
                source=source,
                published_at=published_at,
                agencies=(agency,) if agency else (),
            )
            yield JudgedQuote(quote, f"{group}/{mark[2]}")


def score(quotes: Iterable[JudgedQuote]) -> Score:
    """How the stage joins these quotes."""
    quotes = list(quotes)
    joiner = StatementJoiner(PipelineConfig())
    states = {joiner.owner(quote.record): joiner.state(joiner.owner(quote.record)) for quote in quotes}
    present: dict[str, Statement | None] = {}
    for quote in quotes:
        present |= states[joiner.owner(quote.record)].add(quote.record, _SEEN_AT)
    found_in = {
        found.quote: name
        for name, statement in present.items()
        if statement is not None
        for found in Occurrence.all_of(statement)
    }
    counts = {(True, True): 0, (True, False): 0, (False, True): 0}
    for one, other in combinations(quotes, 2):
        same = one.statement == other.statement
        joined = found_in[one.record.quote.id] == found_in[other.record.quote.id]
        if one.record.article.id != other.record.article.id and (same or joined):
            counts[same, joined] += 1
    return Score(counts[True, True], counts[False, True], counts[True, False])
