from pipeline.reader.layout import Layout
from pipeline.reader.mentions import ReaderMention, describe, of_one_bearer
from pipeline.reader.pairs import (
    ANTECEDENT_FEATURES,
    SPEAKER_FEATURES,
    QuoteSpan,
    antecedent_pairs,
    speaker_pairs,
)

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
