import numpy as np

from pipeline.reader.schema import DIRECT_TAGS, OTHER_TAGS
from pipeline.reader.scorers import Floats
from pipeline.reader.tagged_quotes import tagged_quotes


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
