"""When two quotes are the same statement, measured on pairs that a reader judged, and where it must not guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.statements.same_statement import LONGEST_COMPARED, ComparedQuote, same_statement
from pipeline.statements.stems import folded, stem
from pipeline.statements.wording import Wording
from tests.statements.pairs import pairs

PRECISION = 0.98
RECALL = 0.85


def test_there_are_enough_pairs_of_either_kind() -> None:
    judged = [pair.same for part in ("dev", "test") for pair in pairs(part)]
    assert len(judged) >= 300
    assert min(judged.count(True), judged.count(False)) >= 120


@pytest.mark.parametrize("part", ["dev", "test"])
def test_judged_pairs(part: str) -> None:
    found = [(pair.same, same_statement(pair.one, pair.other)) for pair in pairs(part)]
    right = found.count((True, True))
    assert right / (right + found.count((False, True))) >= PRECISION
    assert right / (right + found.count((True, False))) >= RECALL


@pytest.mark.parametrize("part", ["dev", "test"])
def test_the_judgement_does_not_depend_on_the_order(part: str) -> None:
    for pair in pairs(part):
        assert same_statement(pair.one, pair.other) is same_statement(pair.other, pair.one)


@given(one=st.text(max_size=80), other=st.text(max_size=80), verbatim=st.booleans())
def test_any_texts_can_be_compared(one: str, other: str, verbatim: bool) -> None:
    a, b = ComparedQuote(one, one, True), ComparedQuote(other, other, verbatim)
    assert same_statement(a, b) is same_statement(b, a)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("Zum Neubau der Grundschule fragte der Rat nach dem Bahnhof und dem Deich.", True),
        ("Zum Neubau der Grundschule fragte der Rat nach dem Kanal.", True),
        ("Zum Neubau der Grundschule fragte der Verein nach Kanal, Radweg, Hafen und Werft.", False),
        ("Zum Neubau der Grundschule.", True),
        ("Zum Neubau.", False),
    ],
)
def test_what_anybody_could_say_is_the_same_where_half_of_the_surroundings_is(other: str, same: bool) -> None:
    around = "Zum Neubau der Grundschule fragte der Rat nach dem Bahnhof und dem Deich."
    one = ComparedQuote("„Das ist gut“", around, True)
    assert same_statement(one, ComparedQuote("„Das ist gut“", other, True)) is same


def test_a_few_quoted_words_are_known_by_what_the_whole_sentence_says_besides() -> None:
    whole = ComparedQuote("„Das Freibad war ein schwerer Fehler“", "", True)
    for subject, same in [("Das Freibad", True), ("Der Radweg", False)]:
        words = ComparedQuote("„schwerer Fehler“", f"{subject} sei ein „schwerer Fehler“ gewesen.", True)
        assert same_statement(words, whole) is same


@pytest.mark.parametrize("speaker", ["", "Ralf Dittmer Oberstaatsanwalt"])
def test_who_said_a_phrase_and_when_does_not_tell_of_what(speaker: str) -> None:
    phrase = "„Kein Kommentar“"
    one = f"Zu der Werft in Stralsund sagte Oberstaatsanwalt Ralf Dittmer am Dienstag: {phrase}"
    other = f"Nach dem Brand im Hotel sagte Oberstaatsanwalt Ralf Dittmer am Dienstag der Zeitung: {phrase}"
    quotes = [ComparedQuote(phrase, around, True, speaker) for around in (one, other)]
    assert same_statement(*quotes) is (not speaker)


@pytest.mark.parametrize(
    ("other", "verbatim", "same"),
    [
        ("man könne die Elbbrücke in Rade nicht freigeben", False, True),
        ("man könne die Elbbrücke in Rade freigeben", False, False),
        ("man könne die Elbbrücke in Rade vor Mai nicht freigeben", False, False),
        ("„Wir können die Elbbrücke bei Rade nicht freigeben“", True, False),
        ("„Wir können ja die Elbbrücke in Rade halt nicht freigeben“", True, True),
        ("„Es bleibt dabei. Wir können die Ellbbrücke in Rade nicht freigeben.“", True, True),
        ("„Es bleibt dabei. Wir können die Elbbrücke in Rade bis 2030 nicht freigeben.“", True, False),
        ("die Sicherheit der Menschen gehe vor", False, False),
    ],
)
def test_a_sentence_of_a_longer_quote_is_known_where_it_is_retold_or_edited(
    other: str, verbatim: bool, same: bool
) -> None:
    whole = "„Wir können die Elbbrücke in Rade nicht freigeben. Die Sicherheit der Menschen geht vor.“"
    assert same_statement(ComparedQuote(whole, "", True), ComparedQuote(other, "", verbatim)) is same


def test_of_quotes_with_very_many_sentences_the_equal_ones_are_shared() -> None:
    shared = "Wir können die Brücke in Rade nicht freigeben."
    one, other = (
        ComparedQuote("„" + " ".join(f"{word} {n} ist anders." for n in range(30)) + end, "", True)
        for word, end in [("Dorf", f" {shared}“"), ("Hof", f" {shared}“")]
    )
    assert same_statement(one, other)
    assert not same_statement(ComparedQuote(one.text.replace(shared, ""), "", True), other)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (
            "„Wegen dem Sparkurs fehlen uns in Harburg Ärzte“",
            "„Wegen des Sparkurses fehlen uns in Harburg Ärzte“",
            True,
        ),
        ("„Der Hafen bringt der Regoin 800 Stellen“", "„Der Hafen bringt der Region 800 Stellen“", True),
        (
            "„Seit Montag ist die Strecke in Stendal gesperrt“",
            "„Bis Montag ist die Strecke in Stendal gesperrt“",
            False,
        ),
        ("„Ich habe ihm das Geld in der Garage gegeben“", "„Er hat mir das Geld in der Garage gegeben“", False),
        ("„Mein Vater hat die Orgel in Stade gebaut“", "„Sein Vater hat die Orgel in Stade gebaut“", False),
        ("„Der Bus nach Plön fährt schon ab Montag“", "„Der Bus nach Plön fährt erst ab Montag“", False),
        ("„Nur Landwirte bekommen die Prämie aus Plön“", "„Auch Landwirte bekommen die Prämie aus Plön“", False),
        ("„Er war Chefarzt der Klinik in Peine“", "„Er ist Chefarzt der Klinik in Peine“", False),
        ("„Ich werde als Landrätin in Plön abtreten“", "„Ich würde als Landrätin in Plön abtreten“", False),
    ],
)
def test_small_words_may_be_edited_but_for_who_when_where_and_whether(one: str, other: str, same: bool) -> None:
    assert same_statement(ComparedQuote(one, "", True), ComparedQuote(other, "", True)) is same


@pytest.mark.parametrize(
    ("retold", "same"),
    [
        ("das Werk in Eisenach mit 1300 Leuten wegen hoher Kosten für Strom und Stahl im Mai", True),
        ("das Werk in Eisenach mit 1300 Leuten wegen der Kosten für Strom und Stahl im Mai", True),
        ("das Werk in Rüsselsheim mit 1300 Leuten wegen hoher Kosten für Strom und Stahl im Mai", False),
        ("das Werk in Eisenach mit 1300 Leuten wegen hoher Kosten für Strom und Blech im Mai", False),
        ("das Werk in Eisenach mit 1300 Leuten wegen niedriger Kosten für Strom und Stahl im Mai", False),
    ],
)
def test_a_long_sentence_that_is_retold_of_another_place_is_another_statement(retold: str, same: bool) -> None:
    said = "der Konzern schließe das Werk in Eisenach mit 1300 Leuten wegen hoher Kosten für Strom und Stahl im Mai"
    one, other = (ComparedQuote(text, "", False) for text in (said, f"der Konzern werde {retold} schließen"))
    assert same_statement(one, other) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("in Kiel gebe es mehr Einbrüche als in Plön", "in Plön gebe es mehr Einbrüche als in Kiel", False),
        ("in Kiel gebe es mehr Einbrüche als in Plön", "mehr Einbrüche als in Plön gebe es in Kiel", True),
        ("die Zahl der Fälle in Kiel sei auf 200 gesunken", "die Zahl der Fälle in Kiel sei um 200 gesunken", False),
        ("der Anteil sei von 20 auf 30 Prozent gestiegen", "der Anteil sei von 30 auf 20 Prozent gestiegen", False),
        ("die Strecke sei seit Montag in Stendal gesperrt", "die Strecke sei bis Montag in Stendal gesperrt", False),
        ("der Täter sei in den Garten geklettert", "dass der Täter aus dem Garten geklettert sei", False),
        ("das Schiff fahre ins Rote Meer", "dass das Schiff in das Rote Meer fährt", True),
        ("die Polizei habe das Haus durchsucht", "das Haus sei von der Polizei durchsucht worden", True),
    ],
)
def test_where_to_and_until_when_is_not_where_from_and_since_when(one: str, other: str, same: bool) -> None:
    assert same_statement(ComparedQuote(one, "", False), ComparedQuote(other, "", False)) is same


@pytest.mark.parametrize(
    ("other", "verbatim", "same"),
    [
        ("„Die Klinik in Peine wird geschlossen“", True, False),
        ("die Klinik in Peine werde geschlossen", False, False),
        ("ob die Klinik in Peine geschlossen werde", False, True),
        ("„… die Klinik in Peine geschlossen“", True, True),
    ],
)
def test_a_question_is_no_assertion(other: str, verbatim: bool, same: bool) -> None:
    question = ComparedQuote("„Wird die Klinik in Peine geschlossen?“", "", True)
    assert same_statement(question, ComparedQuote(other, "", verbatim)) is same


@pytest.mark.parametrize("verbatim", [True, False])
def test_the_same_on_another_day_of_the_month_is_another_statement(verbatim: bool) -> None:
    """The full stop behind a day ends no sentence."""
    one, other = (ComparedQuote(f"am {day}. Mai wird das Bad in Unna eröffnet", "", verbatim) for day in (3, 13))
    assert not same_statement(one, other)


def test_three_words_that_say_something_are_enough_to_know_a_misprint() -> None:
    printed, misprinted, elsewhere = (
        ComparedQuote(f"„{words}“", "", True)
        for words in ("Hebammen verdienen Anerkennung", "Hebammen verdienen Anerkenung", "Hebammen, Anerkenung")
    )
    assert same_statement(printed, misprinted)
    assert not same_statement(printed, elsewhere)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("gestiegen", "steigen"),
        ("stieg", "steige"),
        ("angekündigt", "anzukündigen"),
        ("angenommen", "annimmt"),
        ("gelte", "gilt"),
        ("Häuser", "Haus"),
        ("Klöckner", "Kloeckner"),
        ("verlängert", "verlängern"),
        ("Straße", "Strasse"),
    ],
)
def test_inflected_forms_have_one_stem(one: str, other: str) -> None:
    assert stem(folded(one)) == stem(folded(other))


def test_marks_brackets_and_gaps_are_no_words() -> None:
    wording = Wording.of("„Wir haben [in Lüchow] die Pegel“ … „seit Tagen im Blick“ (lacht)")
    assert wording.words == ("wir", "haben", "die", "pegel", "seit", "tagen", "im", "blick")
    assert wording.gaps == {2, 4}


def test_thousands_are_written_either_way() -> None:
    same = ("1000 Stellen", "1.000 Stellen", "1'000 Stellen", "1’000 Stellen", "1 000 Stellen", "1\u202f000 Stellen")
    assert {Wording.of(text).words for text in same} == {("1000", "stellen")}
    assert Wording.of("1 500 000 Euro").numbers == {"1500000"}
    assert Wording.of("seit 2024 500 Stellen").numbers == {"2024", "500"}
    assert Wording.of("um 9:30 Uhr").numbers == Wording.of("um 9.30 Uhr").numbers
    assert Wording.of("3,5 Prozent").numbers == {"3,5"}


def test_a_long_word_does_not_take_long() -> None:
    assert Wording.of("e" * 100_000).words
    assert not same_statement(ComparedQuote("a b " * 5000, "", True), ComparedQuote("c d " * 5000, "", True))


def test_of_an_endless_quote_the_beginning_is_compared() -> None:
    endless = "„" + "Wir bauen den Hafen im nächsten Jahr um. " * 50_000 + "“"
    one, other = (ComparedQuote(endless + end, "", verbatim=True) for end in ("", "„Und die Schleuse.“"))
    assert len(one.wording.words) < LONGEST_COMPARED
    assert same_statement(one, other)
