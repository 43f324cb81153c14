"""Words, their features, and quotation marks of every style."""

import pytest

from pipeline.quotes.learned.words import FEATURE_SIZES, normalise_marks, split_words

TEXT = "Der Verein bleibt. „Wir machen weiter“, sagte Dr. Almut Kerkhoff am 3. Mai.\n\nSie kommt aus Bad Nauheim."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("»Nein«, sagte er.", "„Nein“, sagte er."),
        ('Er rief: "Halt!" Dann ging er.', "Er rief: „Halt!“ Dann ging er."),
        ("“Halt”, rief er.", "„Halt“, rief er."),
        ("„Halt“, rief er.", "„Halt“, rief er."),
        ('«Halt», rief er ("laut").', "„Halt“, rief er („laut“)."),
        ("", ""),
    ],
)
def test_marks_are_normalised_in_place(text: str, expected: str) -> None:
    assert normalise_marks(text) == expected
    assert len(normalise_marks(text)) == len(text)


def test_words_are_cut_at_signs_and_keep_hyphens_and_numbers_whole() -> None:
    text = "Die SPD-Fraktion (12,5 Prozent) wartet."
    words = split_words(text)
    forms = [text[b:e] for b, e in zip(words.begin, words.end, strict=True)]
    assert forms == ["Die", "SPD-Fraktion", "(", "12,5", "Prozent", ")", "wartet", "."]


def test_sentences_do_not_end_at_abbreviations_and_dates() -> None:
    words = split_words(TEXT)
    assert words.sentence.max() == 2
    starts = [
        TEXT[words.begin[i] : words.end[i]]
        for i in range(len(words))
        if i == 0 or words.sentence[i] != words.sentence[i - 1]
    ]
    assert starts == ["Der", "„", "Sie"]


def test_states_follow_quotation_marks() -> None:
    words = split_words(TEXT)
    states = {TEXT[b:e]: int(state) for b, e, state in zip(words.begin, words.end, words.features[:, 0], strict=True)}
    assert (states["Verein"], states["„"], states["machen"], states["“"], states["sagte"]) == (0, 1, 2, 3, 0)


def test_an_unclosed_mark_does_not_reach_into_the_next_paragraph() -> None:
    words = split_words("Er rief: „Halt! Dann ging er.\n\nNiemand folgte ihm.")
    assert words.features[-1, 0] == 0


@pytest.mark.parametrize(
    "text", ["", " \n ", "wort " * 3000, "„" * 50, "kein satzzeichen und alles klein", "👍🏽 e\u0301"]
)
def test_features_stay_in_their_ranges(text: str) -> None:
    words = split_words(normalise_marks(text))
    for column, size in enumerate(FEATURE_SIZES):
        assert ((words.features[:, column] >= 0) & (words.features[:, column] < size)).all()


def test_words_overlapping_spans() -> None:
    text = "Eins zwei drei vier"
    assert split_words(text).overlapping([(0, 4), (6, 12)]) == [0, 1, 2]
    assert split_words(text).overlapping([(4, 5)]) == []
