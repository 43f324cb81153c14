"""Quotes in quotation marks: where they end, go on and stand side by side, and who says those within others."""

import pytest

from tests.quotes.reading import found_by_rules, readable, words

SIGNED = [
    ("„Wir bauen neu.“\nHanna Obst, Bürgermeisterin", "Hanna Obst, Bürgermeisterin"),
    ("„Wir bauen neu“\n\nUdo Falk, SPD\n\nDer Bau ruht.", "Udo Falk, SPD"),
    ("„Wir bauen neu.“\nRumo Falk (CDU), Leiter des Amtes", "Rumo Falk (CDU), Leiter des Amtes"),
    ("„Wir bauen neu.“\n– Udo Falk", "Udo Falk"),
    ("„Wir bauen neu.“ Udo Falk, Kämmerer\n\nDer Bau ruht.", "Udo Falk, Kämmerer"),
    ("„Wir bauen neu.“ (Kämmerer Udo Falk)", "Kämmerer Udo Falk"),
    ("„Wir bauen neu“ – Udo Falk, Kämmerer", "Udo Falk, Kämmerer"),
    ("„Wir bauen neu.\n\nDas wird teuer.“\nUdo Falk, Kämmerer", "Udo Falk, Kämmerer"),
    ("Udo Falk, Kämmerer\n„Wir bauen neu.“\nHanna Obst, Rätin\n„Wir klagen alle.“", ""),
    ("„Wir bauen neu.“\nNeue Brücke, alter Streit", ""),
    ("„Wir bauen neu.“\nUdo Falk\nDer Bau ruht.", ""),
    ("„Wir bauen neu.“ (Neue Zeitung)", ""),
    ("„Wir bauen neu.“\nUdo Falk, Kämmerer, kam an.", ""),
    ("Der Bau ruht. „Wir bauen neu.“\nUdo Falk, Kämmerer", ""),
    ("„Wir bauen neu“, sagte Obst.\nUdo Falk, Kämmerer", "Obst"),
]


@pytest.mark.parametrize(
    ("text", "quote", "speaker"),
    [
        ("„Das Geld“, sagte Reif, „reicht nicht für alle.“", "„Das Geld“ … „reicht nicht für alle.“", "Reif"),
        ("„Das ist“, sagte Hanna Obst, „ein schwarzer Tag.“", "„Das ist“ … „ein schwarzer Tag.“", "Hanna Obst"),
        ("„Wir müssen“, betonte Reif, „handeln.“", "„Wir müssen“ … „handeln.“", "Reif"),
        ("„Am Ende“, so Kämmerer Udo Falk, „fehlt Geld.“", "„Am Ende“ … „fehlt Geld.“", "Kämmerer Udo Falk"),
        ("»Am Ende« – so Reif – »fehlt Geld.«", "»Am Ende« … »fehlt Geld.«", "Reif"),
        ("„A. Da“, sagte Udo Falk, „ist er. B“, rief er, „ist weg.“", "„A. Da“ … „ist er. B“ … „ist weg.“", "Udo Falk"),
        (
            "„Das“, sagte Chef Udo Falk, „ist gut. Er“, so Falk, „ist weg.“",
            "„Das“ … „ist gut. Er“ … „ist weg.“",
            "Chef Udo Falk",
        ),
        (
            "„Das“, rief Rätin Eva Falk, „ist es. Er“, so die Rätin, „ist da.“",
            "„Das“ … „ist es. Er“ … „ist da.“",
            "Rätin Eva Falk",
        ),
    ],
)
def test_a_quote_broken_by_its_frame_is_one(text: str, quote: str, speaker: str) -> None:
    assert [found[:3] for found in readable(text)] == [("Direct", quote, speaker)]


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("„Es fehlt Geld.“, sagte Reif, „Wir müssen sparen.“", ["„Es fehlt Geld.“", "„Wir müssen sparen.“"]),
        ("„Es fehlt Geld“, sagte Reif und rief: „Wir sparen.“", ["„Es fehlt Geld“", "„Wir sparen.“"]),
        ("„Es fehlt Geld“, sagte Reif, „wir sparen“, sagte Obst.", ["„Es fehlt Geld“", "„wir sparen“"]),
        ("„Es fehlt Geld“, sagte Eva Falk, „wir sparen“, sagte Udo Falk.", ["„Es fehlt Geld“", "„wir sparen“"]),
        ("„Es fehlt Geld“, sagte Reif. „Wir sparen“, sagte er.", ["„Es fehlt Geld“", "„Wir sparen“"]),
        ("Es fehle Geld, so Reif, „für die Schule“.", ["Es fehle Geld … „für die Schule“"]),
    ],
)
def test_quotes_that_do_not_go_on_behind_a_frame(text: str, quotes: list[str]) -> None:
    found = [words for _, words, _, _ in readable(text)]
    assert found[: len(quotes)] == quotes


@pytest.mark.parametrize("frame", ["sagte Obst", "so Obst", "erzählt Obst, die das Amt leitet"])
def test_quotes_side_by_side_have_the_frame_behind_the_last(frame: str) -> None:
    found = found_by_rules(text := f"Es wird still. „Wir müssen bauen“, „Und zwar bald!“, {frame}.")
    assert [(c.rule, words(text, c.spans), words(text, c.speaker_spans)) for c in found] == [
        ("marks-framed", "„Wir müssen bauen“", "Obst"),
        ("marks-framed", "„Und zwar bald!“", "Obst"),
    ]


def test_words_in_marks_side_by_side_are_no_speech_without_a_frame() -> None:
    found = readable("„Ein langer Tag“, „der alte Weg“, „die Bude“ und andere Filme laufen am Montag.")
    assert [said for _, said, _, _ in found] == ["„Ein langer Tag“"]


def test_a_quote_without_a_frame_goes_on_with_the_speaker() -> None:
    assert readable("„Das Geld reicht nicht“, sagte Reif. „Wir müssen sparen.“") == [
        ("Direct", "„Das Geld reicht nicht“", "Reif", "sagte"),
        ("Direct", "„Wir müssen sparen.“", "Reif", ""),
    ]


def test_a_part_in_quotation_marks_lies_within_indirect_speech() -> None:
    assert readable("Obst sagte, die Brücke sei „ein Denkmal aus Stahl“.") == [
        ("Indirect", "die Brücke sei „ein Denkmal aus Stahl“", "Obst", "sagte"),
        ("Direct", "„ein Denkmal aus Stahl“", "Obst", "sagte"),
    ]


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("Obst forderte einen „sofortigen Stopp“ der Arbeiten.", "Obst forderte einen … der Arbeiten"),
        ("Er bezeichnete den Bau als „großen Fehler“.", "Er bezeichnete den Bau als"),
    ],
)
def test_a_part_in_quotation_marks_of_a_reported_act_of_speech_has_the_words_around_it_as_its_frame(
    text: str, frame: str
) -> None:
    act, part = found_by_rules(text)
    assert (act.type, act.frame_spans) == ("Reported", [])
    assert words(text, part.frame_spans) == frame


@pytest.mark.parametrize(
    ("text", "quote", "speaker"),
    [
        ("Er schrie laut Zeugen „wie am Spieß“ um Hilfe.", "Er schrie … „wie am Spieß“ um Hilfe", "Zeugen"),
        ("Er hat laut Polizei „unkooperativ“ reagiert.", "Er hat … „unkooperativ“ reagiert", "Polizei"),
        ("Er hat laut „Bild am Sonntag“ Geld.", "Er hat … Geld", "„Bild am Sonntag“"),
        ("Er hat laut „tagesschau.de“ Geld.", "Er hat … Geld", "„tagesschau.de“"),
        ("Er hat laut dem Magazin „brand eins“ Geld.", "Er hat … Geld", "dem Magazin „brand eins“"),
    ],
)
def test_small_words_in_marks_are_said_and_no_name(text: str, quote: str, speaker: str) -> None:
    assert readable(text)[0][1:3] == (quote, speaker)


def test_marks_within_a_turn_are_somebody_elses_words() -> None:
    turns = ["Schwer. Oma hat gesagt: „Wer kocht denn jetzt?“ Ich lachte.", "Ja, sehr.", "Nein, gar nicht."]
    text = "\n\n".join(f"Wie war das?\n\nAnna Berg: {turn}" for turn in turns)
    assert [said for _, said, _, _ in readable(text)] == [turns[0], "„Wer kocht denn jetzt?“", *turns[1:]]


@pytest.mark.parametrize(
    ("words_around", "said", "speaker", "cue"),
    [
        ("„Mir hat ein Kunde gesagt: ‚Es reicht.‘ Er ging“, sagte Reif.", "‚Es reicht.‘", "ein Kunde", "hat … gesagt"),
        ("„Es regnet. ‚Es reicht jetzt‘, rief Jan Dorn. Er ging“, so Reif.", "‚Es reicht jetzt‘", "Jan Dorn", "rief"),
        ("„‚Es reicht jetzt‘, hat Oma gesagt. Sie ging“, so Reif.", "‚Es reicht jetzt‘", "Oma", "hat … gesagt"),
        ("„Jan Dorn ging. Da stand: ‚Es reicht.‘ Sonst nichts“, so Reif.", "‚Es reicht.‘", "", "stand"),
    ],
)
def test_who_speaks_within_speech_stands_within_it(words_around: str, said: str, speaker: str, cue: str) -> None:
    found = {quote[1]: quote[2:] for quote in readable(words_around)}
    assert found[said] == (speaker, cue)


@pytest.mark.parametrize(
    "text",
    [
        "„Er sah ‚Die Vögel‘, sie schlief. Das war alles“, sagte Reif.",
        "„Er nannte das ‚den alten Weg‘, und Jan Dorn sagte nichts“, so Reif.",
    ],
)
def test_words_in_marks_within_speech_are_no_speech_without_a_frame(text: str) -> None:
    assert len(readable(text)) == 1


def test_the_name_of_a_paper_is_no_quote() -> None:
    text = "Der Minister sagte der „Küstenzeitung“, die Fähre fahre wieder."
    (quote,) = found_by_rules(text)
    assert quote.type == "Indirect"
    assert words(text, quote.spans) == "die Fähre fahre wieder"


def test_speech_over_several_paragraphs_is_one_quote() -> None:
    text = "Obst schrieb:\n\n„Wir bauen die Brücke.\n\n„Sie wird schön.“\n\nDann ging sie."
    (quote,) = [c for c in found_by_rules(text) if c.type == "Direct"]
    assert words(text, quote.spans) == "„Wir bauen die Brücke. … „Sie wird schön.“"


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Dazu erklärt Hanna Obst:\n\n„Das ist falsch.\n\nWir klagen.“", "Hanna Obst"),
        ("Der Rat tagte. „Das ist falsch.\n\nWir klagen“, sagte Hanna Obst.", "Hanna Obst"),
        ("Obst kam. „Das ist falsch.\n\n„Wir klagen“, so Jonas Reif.", "Jonas Reif"),
        ("Obst sagte, es sei gut. „Das ist falsch.\n\nWir klagen“, ätzte Jonas Reif.", "Jonas Reif"),
        ("Obst rief: „Das ist falsch.\n\nWir klagen“, und Jonas Reif sagte nichts.", "Obst"),
    ],
)
def test_who_is_named_beside_the_first_or_the_last_paragraph_says_all(text: str, speaker: str) -> None:
    quotes = [(words, who) for kind, words, who, _ in readable(text) if kind == "Direct"]
    assert [who for _, who in quotes] == [speaker]
    assert "„Das ist falsch. … " in quotes[0][0]


@pytest.mark.parametrize(("text", "speaker"), SIGNED)
def test_who_stands_under_a_quote_with_a_function_says_it(text: str, speaker: str) -> None:
    assert readable(text)[0][2] == speaker


def test_each_of_several_voices_has_its_own_name() -> None:
    names = ["Hanna Obst, Bürgermeisterin", "Udo Falk, SPD", "Jonas Reif, Kämmerer"]
    text = "\n\n".join(f"„Wir bauen neu.“\n\n{name}" for name in names)
    assert [speaker for _, _, speaker, _ in readable(f"Stimmen zur Wahl\n\n{text}")] == names


def test_several_voices_may_be_named_with_the_occasion_alone() -> None:
    names = ["Trainer Jonas Reif", "Hanna Obst", "Udo Falk"]
    below = (f"{names[0]} nach dem 1:3 im Derby", f"({names[1]} über das Geld)", f"– {names[2]} am 3. Mai in Waldau")
    text = "\n\n".join(f"„Das war nichts.“\n\n{line}" for line in below)
    assert [speaker for _, _, speaker, _ in readable(f"Zitate der Woche\n\n{text}")] == names


@pytest.mark.parametrize("line", ["Trainer Jonas Reif vor dem Aus", "Hanna Obst im Urlaub"])
def test_a_name_with_an_occasion_under_a_single_quote_may_be_a_heading(line: str) -> None:
    assert readable(f"„Das war nichts.“\n\n{line}\n\nEs regnet.")[0][2] == ""


def test_so_within_a_quote_names_nobody() -> None:
    text = "„Das war nichts, so ein Ergebnis tut weh“, sagte Trainer Jonas Reif, „aber es geht weiter.“"
    assert [speaker for _, _, speaker, _ in readable(text)] == ["Trainer Jonas Reif"]


@pytest.mark.parametrize(
    ("sentence", "said", "speaker"),
    [
        ("Der Kämmerer habe ihr geraten, das Geld zu sparen.", "das Geld zu sparen", "Der Kämmerer"),
        (
            "Der Bericht halte fest, dass in acht Orten Räume fehlten.",
            "dass in acht Orten Räume fehlten",
            "Der Bericht",
        ),
        ("Er habe immer nur gesagt, es sei warm gewesen, erzählte Reif.", "es sei warm gewesen", "Er"),
    ],
)
def test_speech_that_speech_reports_is_a_quote_within_it(sentence: str, said: str, speaker: str) -> None:
    text = f"Hanna Obst sagte, sie sei froh. {sentence}"
    within = [c for c in found_by_rules(text) if c.rule == "clause-within"]
    assert [(words(text, c.spans), words(text, c.speaker_spans)) for c in within] == [(said, speaker)]
    (around,) = (c for c in found_by_rules(text) if c.rule != "clause-within" and c.end >= within[0].end)
    assert around.begin < within[0].begin


def test_a_verb_within_words_in_marks_does_not_introduce_them() -> None:
    assert readable("Die Devise „Erst denken, dann reden“ hängt im Flur.") == []


def test_a_line_without_marks_is_signed_where_words_in_marks_are() -> None:
    voices = "„Wir bauen neu.“\n– Hanna Obst, Rätin\n\nDas wird teuer.\n– Jonas Reif, Verein e. V."
    found = [(words(voices, c.spans), words(voices, c.speaker_spans)) for c in found_by_rules(voices)]
    assert found == [("„Wir bauen neu.“", "Hanna Obst, Rätin"), ("Das wird teuer.", "Jonas Reif, Verein e. V.")]
