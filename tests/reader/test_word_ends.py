from hypothesis import given
from hypothesis import strategies as st

from pipeline.reader.word_ends import kin


def test_a_word_and_what_it_ends() -> None:
    found = kin(["minister", "außenminister", "ministerin", "sinn"])
    assert found["minister"] == {"minister", "außenminister"}
    assert found["außenminister"] == {"minister", "außenminister"}
    assert found["ministerin"] == {"ministerin"}


@given(st.lists(st.text("abé", max_size=5), max_size=12))
def test_all_that_end_each_other_are_found(words: list[str]) -> None:
    assert kin(words) == {
        word: {other for other in words if word.endswith(other) or other.endswith(word)} for word in words
    }


def test_very_many_and_very_long_words_take_no_minute() -> None:
    found = kin([*(f"{number}minister" for number in range(20_000)), *("a" * length for length in range(1000))])
    assert len(found["aa"]) == 1000
