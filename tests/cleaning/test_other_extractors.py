"""How much of each line stands in a text: the same as if each were searched for, and in no more steps than words."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from pipeline.cleaning.lines import Line
from pipeline.cleaning.other_extractors import shares_inside

words = st.lists(st.sampled_from("abc"), max_size=30)


def searched(line: list[str], text: list[str]) -> float:
    """By looking for the line, and for each run of four of its words, anywhere in the text."""
    whole = f" {' '.join(text)} "
    if line and f" {' '.join(line)} " in whole:
        return 1.0
    runs = [line[start : start + 4] for start in range(0, len(line) - 3, 4)] if len(line) >= 8 else []
    return sum(f" {' '.join(run)} " in whole for run in runs) / len(runs) if runs else 0.0


@given(st.lists(words, max_size=6), words)
def test_it_is_as_if_each_line_were_searched_for(lines: list[list[str]], text: list[str]) -> None:
    found = shares_inside([Line(" ".join(line) or "-") for line in lines], text)
    assert found == [searched(line, text) for line in lines]


class Counted(list[str]):
    """Words that count how often one of them is looked at."""

    looks = 0

    def __getitem__(self, key: slice) -> "Counted":  # type: ignore[override]
        return Counted(super().__getitem__(key))

    def __iter__(self) -> Iterator[str]:
        for word in super().__iter__():
            Counted.looks += 1
            yield word


def test_the_words_of_the_text_are_looked_at_as_often_for_many_lines_as_for_few() -> None:
    text = Counted(f"wort{number % 50}" for number in range(1000))
    lines = [Line(" ".join(f"zeile{number}x{word}" for word in range(1 + number % 12))) for number in range(600)]
    counts = []
    for part in (lines[:12], lines):
        Counted.looks = 0
        shares_inside(part, text)
        counts.append(Counted.looks)
    assert counts[0] == counts[1] < 40 * len(text)
