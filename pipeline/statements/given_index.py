"""The statements of a speaker as they were last published, and the wordings that each of them stands for."""

from collections.abc import Iterable, Iterator, Mapping

from pipeline.statements.given_out import Given
from pipeline.statements.wording_graph import WordingId


class GivenIndex(Mapping[str, Given]):
    """Statements by id, and both ways between them and their wordings."""

    def __init__(self) -> None:
        self._given: dict[str, Given] = {}
        self._words: dict[str, frozenset[WordingId]] = {}
        self._names: dict[WordingId, set[str]] = {}

    def __getitem__(self, name: str) -> Given:
        return self._given[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)

    def names_for(self, words: Iterable[WordingId]) -> set[str]:
        """The statements that stand for any of these wordings."""
        return {name for each in words for name in self._names.get(each, ())}

    def words_of(self, names: Iterable[str]) -> set[WordingId]:
        """The wordings that these statements stand for."""
        return {words for name in names for words in self._words[name]}

    def put(self, name: str, given: Given, words: Iterable[WordingId]) -> None:
        """Remember a statement and its wordings, in the place of what was known of it."""
        self.remove(name)
        self._given[name] = given
        self._words[name] = frozenset(words)
        for each in self._words[name]:
            self._names.setdefault(each, set()).add(name)

    def remove(self, name: str) -> None:
        """Forget a statement, if it is known."""
        self._given.pop(name, None)
        for words in self._words.pop(name, ()):
            self._names[words].discard(name)
            if not self._names[words]:
                del self._names[words]
