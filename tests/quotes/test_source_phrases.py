"""Sources that are named without a verb: where their phrase ends, and whether they say or think it."""

import pytest

from tests.quotes.reading import found_by_rules, readable, words


@pytest.mark.parametrize(
    ("text", "quote", "source", "cue", "medium"),
    [
        ("Laut EU fehlt Geld.", "fehlt Geld", "EU", "Laut", "SW"),
        ("Laut tagesschau.de fehlt Geld.", "fehlt Geld", "tagesschau.de", "Laut", "SW"),
        ("Der Polizei zu Folge fehlt Geld.", "fehlt Geld", "Der Polizei", "zu Folge", "SW"),
        ("Meiner Meinung nach fehlt Geld.", "fehlt Geld", "Meiner Meinung", "nach", "ST"),
        ("Aus Sicht des Ministers fehlt Geld.", "fehlt Geld", "Sicht des Ministers", "Aus", "ST"),
        ("Nach Auffassung des Gerichts fehlt Geld.", "fehlt Geld", "Auffassung des Gerichts", "Nach", "ST"),
        ("Nach Reifs Worten fehlt Geld.", "fehlt Geld", "Reifs Worten", "Nach", "SW"),
        ("Nach Angaben von Obst und Reif fehlt Geld.", "fehlt Geld", "Angaben von Obst und Reif", "Nach", "SW"),
        (
            "Dem Bericht des Amtes und der Stadt zufolge fehlt Geld.",
            "fehlt Geld",
            "Dem Bericht des Amtes und der Stadt",
            "zufolge",
            "SW",
        ),
        ("Nach Angaben russischer Behörden fehlt Geld.", "fehlt Geld", "Angaben russischer Behörden", "Nach", "SW"),
        (
            "Nach Angaben mehrerer russischer Behörden fehlt Geld.",
            "fehlt Geld",
            "Angaben mehrerer russischer Behörden",
            "Nach",
            "SW",
        ),
        ("Nach Angaben des Vereins für Obst fehlt Geld.", "fehlt Geld", "Angaben des Vereins für Obst", "Nach", "SW"),
        (
            "Nach Angaben der Bank (B) der Stadt fehlt Geld.",
            "fehlt Geld",
            "Angaben der Bank (B) der Stadt",
            "Nach",
            "SW",
        ),
        ("Laut Papieren aus dem Archiv fehlt Geld.", "fehlt Geld", "Papieren aus dem Archiv", "Laut", "SW"),
        ("Laut dem Bericht vom Mai 2011 fehlt Geld.", "fehlt Geld", "dem Bericht vom Mai 2011", "Laut", "SW"),
        ("Ersten Angaben zufolge fehlt Geld.", "fehlt Geld", "Ersten Angaben", "zufolge", "SW"),
        ("Berliner Angaben zufolge fehlt Geld.", "fehlt Geld", "Berliner Angaben", "zufolge", "SW"),
        ("Den bekannten Angaben zufolge fehlt Geld.", "fehlt Geld", "Den bekannten Angaben", "zufolge", "SW"),
        ("Gemäß Jonas Reif fehlt Geld.", "fehlt Geld", "Jonas Reif", "Gemäß", "SW"),
        ("Gemäß dem Bericht fehlt Geld.", "fehlt Geld", "dem Bericht", "Gemäß", "SW"),
        ("Das Dach, so etwa Obst, ist alt.", "Das Dach … ist alt", "Obst", "so", "Speech"),
        ("Das Dach ist alt, so Obst weiter.", "Das Dach ist alt", "Obst", "so", "Speech"),
        (
            "Das Dach ist alt, so Jonas Reif, Leiter des Amtes.",
            "Das Dach ist alt",
            "Jonas Reif, Leiter des Amtes",
            "so",
            "Speech",
        ),
        ("Das Dach ist alt, so Jonas Reif, der das Amt leitet.", "Das Dach ist alt", "Jonas Reif", "so", "Speech"),
    ],
)
def test_what_a_source_says(text: str, quote: str, source: str, cue: str, medium: str) -> None:
    assert readable(text) == [("Indirect", quote, source, cue)]
    assert [found.medium for found in found_by_rules(text)] == [medium]


@pytest.mark.parametrize(
    ("before", "source", "behind"),
    [
        ("Am Montag starben", "behördlichen Angaben", "zehn Menschen"),
        ("Die Gruppen gewinnen", "Medienberichten", "an Einfluss"),
        ("Der Mann meldete", "ersten Angaben", "einen Brand"),
        ("Dort kamen in Waldau", "Polizeiangaben", "zehn Menschen um"),
    ],
)
def test_the_words_before_a_source_are_not_its(before: str, source: str, behind: str) -> None:
    assert readable(f"{before} {source} zufolge {behind}.") == [("Indirect", f"{before} … {behind}", source, "zufolge")]


@pytest.mark.parametrize(
    "text",
    [
        "Zwei Tage nach Angaben der Polizei war es ruhig.",
        "Das Dach, so mancher denkt, ist alt.",
        "Gemäß Plan fehlt Geld.",
    ],
)
def test_what_only_looks_like_a_source(text: str) -> None:
    assert readable(text) == []


def test_a_name_in_marks_is_the_source_as_a_whole() -> None:
    text = "Dem „Tagblatt“ zufolge fehlt Geld."
    assert [words(text, found.speaker_spans) for found in found_by_rules(text)] == ["Dem „Tagblatt“"]


@pytest.mark.parametrize(
    ("text", "said", "frame"),
    [
        ("Der Bau ist, laut Polizei, sicher.", "Der Bau ist … sicher", ", laut Polizei,"),
        ("Der Bau (laut Polizei) ist sicher.", "Der Bau … ist sicher", "(laut Polizei)"),
        ("Der Bau ist sicher, laut Polizei.", "Der Bau ist sicher", ", laut Polizei"),
    ],
)
def test_the_signs_around_a_source_belong_to_its_frame(text: str, said: str, frame: str) -> None:
    (quote,) = found_by_rules(text)
    assert (words(text, quote.spans), words(text, quote.frame_spans)) == (said, frame)
