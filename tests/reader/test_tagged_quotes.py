import numpy as np
import pytest

from pipeline.reader.schema import DIRECT_TAGS, OTHER_TAGS
from pipeline.reader.scorers import Floats
from pipeline.reader.tagged_quotes import best_tags, tagged_quotes


def scores(tags: list[str], names: tuple[str, ...]) -> Floats:
    """Log probabilities in which the tags given are the likeliest."""
    rows = np.full((len(tags), len(names)), np.log(0.01), dtype=np.float32)
    for token, tag in enumerate(tags):
        rows[token, names.index(tag)] = np.log(0.9)
    return rows


def outside(length: int) -> Floats:
    return scores(["O"] * length, OTHER_TAGS)


def test_a_quote_in_two_parts_is_one() -> None:
    (quote,) = tagged_quotes(scores(["B", "I", "O", "O", "C", "I", "O"], DIRECT_TAGS), outside(7))
    assert (quote.spans, quote.type) == (((0, 2), (4, 6)), "Direct")
    assert quote.probability > 0.9


def test_a_further_part_far_away_is_a_quote_of_its_own() -> None:
    tags = ["B", *["O"] * 80, "C"]
    assert len(tagged_quotes(scores(tags, DIRECT_TAGS), outside(len(tags)))) == 2


def test_direct_speech_lies_within_indirect_speech() -> None:
    direct = scores(["O", "O", "B", "I", "O"], DIRECT_TAGS)
    other = scores(["O", "B-Indirect", "I-Indirect", "I-Indirect", "I-Indirect"], OTHER_TAGS)
    assert [(quote.type, quote.spans) for quote in tagged_quotes(direct, other)] == [
        ("Indirect", ((1, 5),)),
        ("Direct", ((2, 4),)),
    ]


def test_inside_follows_its_own_type_alone() -> None:
    other = scores(["B-Indirect", "I-Reported", "I-Indirect"], OTHER_TAGS)
    other[1, OTHER_TAGS.index("I-Indirect")] = np.log(0.05)
    (quote,) = tagged_quotes(scores(["O"] * 3, DIRECT_TAGS), other)
    assert (quote.type, quote.spans) == ("Indirect", ((0, 3),))


def test_a_text_without_words_has_no_quotes() -> None:
    assert tagged_quotes(np.zeros((0, 4), dtype=np.float32), np.zeros((0, 13), dtype=np.float32)) == []


def plainly_best(scores: Floats, types: int) -> list[int]:
    """The best tags by a search over the whole text."""
    count = 1 + 3 * types
    allowed = np.ones((count, count), dtype=bool)
    for inside in range(3, count, 3):
        allowed[:, inside] = False
        allowed[inside - 2 : inside + 1, inside] = True
    total = scores[0] + np.where([tag > 0 and tag % 3 == 0 for tag in range(count)], -1e9, 0.0)
    back = []
    for row in scores[1:]:
        options = total[:, None] + np.where(allowed, 0.0, -1e9)
        back.append(options.argmax(axis=0))
        total = options.max(axis=0) + row
    path = [int(total.argmax())]
    for before in reversed(back):
        path.append(int(before[path[-1]]))
    return path[::-1]


@pytest.mark.parametrize("types", [1, 4])
@pytest.mark.parametrize("sharpness", [1.0, 4.0, 12.0])
def test_tags_are_those_of_a_search_over_the_whole_text(types: int, sharpness: float) -> None:
    generator = np.random.default_rng(7)
    repaired = 0
    for length in [1, 2, 3, *range(5, 80)]:
        found = (generator.normal(size=(length, 1 + 3 * types)) * sharpness).astype(np.float32)
        found[:, 3::3] += sharpness * generator.random()  # so that quotes go on
        expected = plainly_best(found, types)
        assert best_tags(found, types).tolist() == expected
        repaired += found.argmax(axis=1).tolist() != expected
    assert repaired > 30
