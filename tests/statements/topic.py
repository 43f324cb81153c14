"""A topic of statements in memory, for tests of states that go on from what was given out."""

from collections.abc import Iterable, Iterator

from pipeline.config import PipelineConfig
from pipeline.statements import StatementJoiner
from pipeline.statements.occurrence import Occurrence
from pipeline.statements.outline import articles_of, name_hash
from pipeline.statements.outline import read as outline_read
from pipeline.statements.speaker import SpeakerStatements
from schemas.codec import decode, encode
from schemas.records import Statement
from tests.statements.test_speaker import speaker

JOINER = StatementJoiner(PipelineConfig())


class Topic:
    """What was given out, and how many records were read of it (`read`)."""

    def __init__(self) -> None:
        self.records_by_id: dict[str, bytes] = {}
        self.outlines_by_id: dict[str, bytes] = {}
        self.read = 0

    def outlines(self) -> list[tuple[str, bytes]]:
        return list(self.outlines_by_id.items())

    def in_article(self, article: str) -> list[tuple[str, bytes]]:
        key = name_hash(article)
        return [(name, data) for name, data in self.outlines() if key in articles_of(outline_read(data))]

    def outline(self, name: str) -> bytes | None:
        return self.outlines_by_id.get(name)

    def records(self, names: Iterable[str]) -> Iterator[Statement]:
        for name in names:
            self.read += 1
            yield decode(self.records_by_id[name], Statement)

    def publish(self, changes: Iterable[tuple[str, Statement | None]]) -> None:
        for name, statement in changes:
            if statement is None:
                self.records_by_id.pop(name, None)
                self.outlines_by_id.pop(name, None)
            else:
                self.records_by_id[name] = encode(statement)
                self.outlines_by_id[name] = JOINER.outline(statement)

    def state(self, *, most: int = 1000) -> SpeakerStatements:
        """A state that goes on from it, of which nothing is given out by half."""
        state = speaker(most=most)
        assert state.resume(self) == {}
        return state

    def quotes(self) -> list[str]:
        """The ids of all quotes in the statements."""
        return sorted(found.quote for record in self.records(self.records_by_id) for found in Occurrence.all_of(record))
