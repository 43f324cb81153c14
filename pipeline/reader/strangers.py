"""Names that the reader sees and the entity model has not found: they mean others than those that it has found."""

from collections.abc import Collection

from pipeline.coverage import Coverage
from pipeline.reader.reading import Reading
from pipeline.spans import TokenIndex, TokenRange


def strangers(reading: Reading, known: Collection[TokenRange], first: int) -> list[tuple[TokenIndex, TokenIndex, int]]:
    """The names beside those that are `known`, as `pipeline.reader.chains.resolve` takes them.

    They are numbered from `first`; those that end with the same word mean the same ("Hanna Obst", "Obst").
    """
    taken = Coverage(len(reading.layout))
    for span in known:
        taken.add(*span)
    numbers: dict[str, int] = {}
    return [
        (name.first, name.last, numbers.setdefault(reading.layout.words[name.last - 1], first + len(numbers)))
        for name in reading.names
        if not taken.meets(name.first, name.last)
    ]
