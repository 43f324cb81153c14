import random
import re

import numpy as np

from pipeline.reader.antecedent_pairs import AHEAD, ANTECEDENT_FEATURES, ANTECEDENTS, antecedent_pairs
from pipeline.reader.layout import Layout
from pipeline.reader.mentions import ReaderMention, describe, of_one_bearer
from pipeline.reader.pairs import MENTION_FEATURES
from pipeline.reader.speaker_pairs import SPEAKER_FEATURES, QuoteSpan, speaker_pairs
from pipeline.spans import CharOffset

TEXT = "Ministerin Anna Otto (SPD) kam. „Ich gehe“, sagte sie.\n\nDie Ministerin schwieg. Danach sprach Karl Rot."
LAYOUT = Layout(TEXT)


def at(words: str, kind: str, nth: int = 0) -> ReaderMention:
    begin = -1
    for _ in range(nth + 1):
        begin = TEXT.index(words, begin + 1)
    span = LAYOUT.span(begin, begin + len(words))
    return describe(LAYOUT, span.first, span.last, kind)  # type: ignore[arg-type]


NAME, PRONOUN, NOMINAL = at("Anna Otto", "name"), at("sie", "pronoun"), at("Die Ministerin", "nominal")
LATER = at("Karl Rot", "name")
MENTIONS = [NAME, PRONOUN, NOMINAL, LATER]


def test_what_a_mention_tells() -> None:
    assert (NAME.gender, NAME.head) == ("f", "otto")
    assert "minister" in NAME.context
    assert (PRONOUN.gender, NOMINAL.gender, NOMINAL.head) == ("f", "f", "minister")


def test_pronouns_and_nominals_refer_back_and_to_names_soon_after() -> None:
    pairs = antecedent_pairs(LAYOUT, MENTIONS)
    assert pairs.features.shape == (len(pairs.left), ANTECEDENT_FEATURES)
    found = set(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))
    assert found == {(1, 0), (1, 3), (2, 0), (2, 1), (2, 3)}


def test_a_quote_may_be_said_by_everybody_around_it() -> None:
    begin = TEXT.index("„")
    span = LAYOUT.span(begin, TEXT.index("“") + 1)
    quote = QuoteSpan(((span.first, span.last),), 0, (PRONOUN.first, PRONOUN.last))
    pairs = speaker_pairs(LAYOUT, MENTIONS, [quote])
    assert pairs.right.tolist() == [0, 1, 2, 3]
    assert pairs.features.shape == (4, SPEAKER_FEATURES)


def test_without_mentions_or_quotes_there_are_no_pairs() -> None:
    assert len(antecedent_pairs(LAYOUT, []).left) == 0
    assert len(speaker_pairs(LAYOUT, MENTIONS, []).left) == 0
    assert len(speaker_pairs(LAYOUT, [], [QuoteSpan(((0, 2),), 0)]).left) == 0


def test_a_double_name_does_not_tell_the_gender_of_its_first_part() -> None:
    layout = Layout("Sarah Wagner-Tölke kam. Wagner-Tölke sprach. Wagner-Tölke ging, Wagner auch.")
    names = [
        describe(layout, *layout.span(CharOffset(match.start()), CharOffset(match.end())), "name")
        for match in re.finditer(r"(?:Sarah )?Wagner(?:-Tölke)?", layout.text)
    ]
    assert [name.gender for name in names] == ["f", "", "", "m"]
    assert [name.gender for name in of_one_bearer(names, ["rot"] * 4)] == ["f"] * 4


def test_names_of_one_bearer_know_what_the_others_tell() -> None:
    layout = Layout(
        "Landrätin Eva Rot kam. Bürgermeister Tom Blau, der Chef des Vereins, blieb. Blau schwieg, Rot sprach."
    )

    def name(words: str, after: int = 0) -> ReaderMention:
        begin = layout.text.index(words, after)
        span = layout.span(begin, begin + len(words))
        return describe(layout, span.first, span.last, "name")

    first, second = name("Eva Rot"), name("Tom Blau")
    later, last = name("Blau", 70), name("Rot", 80)
    assert (last.gender, last.roles, last.frequency) == ("", frozenset(), 1)
    shared = of_one_bearer([first, second, later, last], ["rot", "blau", "blau", "rot"])
    assert [mention.gender for mention in shared] == ["f", "m", "m", "f"]
    assert [mention.frequency for mention in shared] == [2, 2, 2, 2]
    assert shared[3].roles == first.roles
    assert "chef" in shared[2].roles
    assert not shared[2].roles & shared[3].roles


def test_what_is_no_name_stays_as_it_is() -> None:
    assert of_one_bearer([PRONOUN, NOMINAL], [None, None]) == [PRONOUN, NOMINAL]


def many_mentions() -> tuple[Layout, list[ReaderMention]]:
    """An article with many mentions, some within others, whose words end each other."""
    generator = random.Random(3)
    people = ["Eva Rot", "Trainer Tom Blau", "Vizepräsident Karl Rot", "Präsident Grün", "Ina von Blau"]
    others = {"sie": "pronoun", "er": "pronoun", "der Präsident": "nominal", "die Vizepräsidentin": "nominal"}
    sentences = [
        f"{generator.choice(people)} und {generator.choice([*others])} kamen, sagte {generator.choice([*others])}."
        for _ in range(60)
    ]
    layout = Layout(" ".join(sentences[:30]) + "\n\n" + " ".join(sentences[30:]))
    kinds = {"Eva Rot": "name", "Tom Blau": "name", "Karl Rot": "name", "Rot": "name", "Grün": "name", "Blau": "name"}
    words = [word.split() for word in (*kinds, *others)]
    found = [
        describe(layout, n, n + len(word), (kinds | others)[" ".join(word)])  # type: ignore[arg-type]
        for n in range(len(layout))
        for word in words
        if layout.words[n : n + len(word)] == word
    ]
    found.sort(key=lambda mention: (mention.first, -mention.last))
    return layout, of_one_bearer(found, [mention.head for mention in found])


def ends(one: str, other: str) -> bool:
    return one.endswith(other) or other.endswith(one)


def test_pairs_are_those_that_a_look_at_each_two_mentions_gives() -> None:
    layout, mentions = many_mentions()
    found = antecedent_pairs(layout, mentions)
    expected = []
    for a, one in enumerate(mentions):
        for b, other in enumerate(mentions):
            soon = layout.sentence[other.first] - layout.sentence[one.first] <= AHEAD and other.kind == "name"
            apart = other.last <= one.first or other.first >= one.last
            if one.kind != "name" and apart and (a - ANTECEDENTS <= b < a or (b > a and soon)):
                expected.append((a, b))
    assert list(zip(found.left.tolist(), found.right.tolist(), strict=True)) == expected
    assert len({mention.kind for mention in mentions}) == 3


def test_words_of_pairs_match_as_a_look_at_each_pair_says() -> None:
    layout, mentions = many_mentions()
    found = antecedent_pairs(layout, mentions)
    matching, known = [], []
    for a, b in zip(found.left.tolist(), found.right.tolist(), strict=True):
        one, other = mentions[a], mentions[b]
        long = min(len(one.head), len(other.head)) > 3
        role = any(ends(word, one.head) for word in other.roles)
        asked = one.kind == "nominal" and bool(other.roles)
        matching.append(
            (
                one.head == other.head,
                one.head != other.head and long and ends(one.head, other.head),
                one.words == other.words,
                other.kind == "name" and any(ends(word, one.head) for word in other.context if len(word) > 3),
                one.kind == other.kind == "pronoun" and one.words == other.words,
            )
        )
        known.append((asked and role, asked and not role, min(other.frequency, 10) / 10))
    end = ANTECEDENT_FEATURES - len(known[0])
    begin = end - 2 * MENTION_FEATURES - len(matching[0])
    assert np.array_equal(found.features[:, begin : begin + 5], np.array(matching, dtype=np.float32))
    assert np.array_equal(found.features[:, end:], np.array(known, dtype=np.float32))
    assert np.array(matching).any(axis=0).all()
    assert np.array(known).any(axis=0).all()


def test_a_quotes_pairs_are_the_same_whatever_others_there_are() -> None:
    layout, mentions = many_mentions()
    quotes = [
        QuoteSpan(((3, 9), (12, 20)), 1, (20, 22)),
        QuoteSpan(((40, 44),), 2, (38, 40), carried=True),
        QuoteSpan(((len(layout) - 5, len(layout) - 1),), 3),
    ]
    together = speaker_pairs(layout, mentions, quotes)
    alone = [speaker_pairs(layout, mentions, [quote]) for quote in quotes]
    assert together.left.tolist() == [number for number, pairs in enumerate(alone) for _ in pairs.left]
    assert np.array_equal(together.right, np.concatenate([pairs.right for pairs in alone]))
    assert np.array_equal(together.features, np.concatenate([pairs.features for pairs in alone]))


def test_what_lies_between_the_parts_of_a_quote_is_not_inside_it() -> None:
    first, last = LAYOUT.span(0, TEXT.index(" kam")), LAYOUT.span(TEXT.index("schwieg"), len(TEXT))
    quote = QuoteSpan(((first.first, first.last), (last.first, last.last)), 0)
    flags = speaker_pairs(LAYOUT, MENTIONS, [quote]).features[:, -10 - MENTION_FEATURES : -MENTION_FEATURES]
    assert flags[:, 0].tolist() == [1, 0, 0, 1]
    assert flags[:, 1].tolist() == [0, 1, 1, 0]
