"""Published quotes are scored by the conventions of the dataset that annotates frames."""

from typing import Any

import pytest

from pipeline.evaluation.conventions import by_conventions
from pipeline.evaluation.quotes import predict
from schemas.records import Quote, QuoteArticle
from schemas.spans import Span


def row(text: str, kind: str, **roles: str) -> dict[str, Any]:
    """A row of `text` in which each role is where its words, parted by " | ", first stand."""
    found: dict[str, Any] = {"type": kind, "medium": "Speech"}
    for role in ("spans", "speaker", "cue", "frame", "addressee", *(["mentions"] if "mentions" in roles else [])):
        words = [part for part in roles.get(role, "").split(" | ") if part]
        found[role] = [[text.index(part), text.index(part) + len(part)] for part in words]
    return found


def told(text: str, *rows: dict[str, Any]) -> list[dict[str, str]]:
    """The words that the rows have by the conventions."""
    return [
        {
            role: value if isinstance(value, str) else " | ".join(text[begin:end] for begin, end in value)
            for role, value in found.items()
        }
        for found in by_conventions(text, rows)
    ]


def test_direct_speech_has_quotation_marks() -> None:
    text = "Obst: Ich komme. „Gut.“"
    rows = [row(text, "Direct", spans="Ich komme."), row(text, "Direct", spans="„Gut.“")]
    assert [found["spans"] for found in told(text, *rows)] == ["„Gut.“"]


@pytest.mark.parametrize("turn", ["Er meinte, es reiche.", "„Er meinte, es reiche.“"])
def test_what_is_reported_within_direct_speech_is_no_quote(turn: str) -> None:
    text = f"Obst: {turn}"
    within = row(text, "Indirect", spans="es reiche", speaker="Er", cue="meinte", frame="Er meinte,")
    found = told(text, row(text, "Direct", spans=turn), within)
    assert [quote["spans"] for quote in found] == ([turn] if turn.startswith("„") else [])


def test_the_mention_in_the_frame_is_the_speaker() -> None:
    text = "Der Verein hat Geld. Es reicht, sagte Obst."
    said = row(text, "Indirect", spans="Es reicht", cue="sagte", frame=", sagte Obst", speaker="Der Verein")
    for mentions, speaker in (("Der Verein", ""), ("Der Verein | Obst", "Obst")):
        named = {**said, "mentions": row(text, "Indirect", mentions=mentions)["mentions"]}
        assert told(text, named)[0]["speaker"] == speaker


@pytest.mark.parametrize(
    ("frame", "speaker", "whole"),
    [
        ("47 Prozent der Befragten glauben,", "der Befragten", "47 Prozent der Befragten"),
        ("das Magazin „Obst“ schreibt,", "Obst", "das Magazin „Obst“"),
        ("das „Obst“ schreibt,", "Obst", "das „Obst“"),
        ("Obst und Reif sagten,", "Obst", "Obst und Reif"),
        ("Obsts Ansicht lautet,", "Obsts", "Obsts Ansicht"),
        ("Die Königin, die schöne Anna II., sagte,", "Anna II.", "Die Königin, die schöne Anna II."),
        ("Obst, eine Zeugin, sagte,", "eine Zeugin", "Obst, eine Zeugin"),
        ("In der Erklärung der Räte heißt es,", "der Räte", "der Erklärung der Räte"),
        ("Nach der Sitzung sagten die Räte,", "die Räte", "die Räte"),
        ("Vor der Sitzung der Räte sagte Obst,", "Obst", "Obst"),
        ("Wie Obst sagte,", "Obst", "Obst"),
        ("Wie die Stadt von Obst erfuhr,", "Obst", "Obst"),
        ("das Magazin „Rad“ Obst sagte,", "Obst", "Obst"),
    ],
)
def test_a_speaker_is_a_whole_phrase(frame: str, speaker: str, whole: str) -> None:
    text = f"{frame} es reiche."
    [found] = told(text, row(text, "Indirect", spans="es reiche", speaker=speaker, frame=frame))
    assert found["speaker"] == whole


@pytest.mark.parametrize("kind", ["Reported", "FreeIndirect", "IndirectFreeIndirect"])
def test_whole_sentences_have_no_frame(kind: str) -> None:
    text = "Obst warnte vor „neuen Schulden“. Reif schwieg."
    whole = row(text, kind, spans="Obst warnte vor „neuen Schulden“", speaker="Obst", cue="warnte", frame="Obst warnte")
    [found] = told(text, whole)
    assert (found["speaker"], found["cue"], found["frame"]) == ("Obst", "", "")
    assert found["spans"].endswith(".") == (kind == "Reported")


def test_words_within_a_reported_act_of_speech_have_no_frame() -> None:
    text = "Obst warnte vor „neuen Schulden“."
    act = row(text, "Reported", spans="Obst warnte vor „neuen Schulden“", speaker="Obst")
    words = row(text, "Direct", spans="„neuen Schulden“", speaker="Obst", cue="warnte", frame="Obst warnte vor")
    found = told(text, act, words)[1]
    assert (found["speaker"], found["cue"], found["frame"]) == ("Obst", "", "")


def test_words_without_a_frame_have_the_rest_of_their_sentence() -> None:
    text = "Für Obst ist das „ein Fehler“ der Stadt. Reif schwieg."
    [found] = told(text, row(text, "Direct", spans="„ein Fehler“", speaker="Obst"))
    assert found["frame"] == "Für Obst ist das | der Stadt"


@pytest.mark.parametrize(("before", "speaker"), [("Demnach", "Demnach"), ("Heute", "")])
def test_an_adverb_of_speaking_introduces_indirect_speech(before: str, speaker: str) -> None:
    text = f"{before} sei der Bau sicher."
    [found] = told(text, row(text, "Indirect", spans="sei der Bau sicher"))
    assert (found["speaker"], found["cue"], found["frame"]) == (speaker,) * 3


def test_speech_that_goes_on_has_the_frame_of_what_it_goes_on_with() -> None:
    text = "„Ja“, sagte Obst. „Es reicht.“"
    first = row(text, "Direct", spans="„Ja“", speaker="Obst", cue="sagte", frame=", sagte Obst")
    second = row(text, "Direct", spans="„Es reicht.“", speaker="Obst")
    found = told(text, first, second)[1]
    assert (found["speaker"], found["cue"], found["frame"]) == ("Obst", "sagte", ", sagte Obst")


def test_what_a_source_says_is_all_of_its_sentence() -> None:
    text = "In Waldau fehlen nach dem Wunsch der Räte zehn Bäume."
    said = row(
        text,
        "Indirect",
        spans="fehlen | zehn Bäume",
        speaker="der Räte",
        cue="nach dem Wunsch",
        frame="In Waldau | nach dem Wunsch der Räte",
    )
    [found] = told(text, said)
    assert found["spans"] == "In Waldau fehlen | zehn Bäume"
    assert (found["cue"], found["frame"]) == ("nach", "nach dem Wunsch der Räte")
    assert found["speaker"] == "dem Wunsch der Räte"


@pytest.mark.parametrize("signs", [" ", ", "])
def test_signs_around_a_part_of_what_a_source_says_belong_to_nobody(signs: str) -> None:
    text = f"Zehn Bäume fehlen laut Obst{signs}in Waldau."
    frame = f"laut Obst | {signs}in Waldau"
    [found] = told(text, row(text, "Indirect", spans="Zehn Bäume fehlen", speaker="Obst", cue="laut", frame=frame))
    assert (found["spans"], found["frame"]) == ("Zehn Bäume fehlen | in Waldau", "laut Obst")


@pytest.mark.parametrize(
    ("frame", "cue", "speaker", "whole"),
    [
        ("Nach dem Wunsch der Stadt", "Nach dem Wunsch", "der Stadt", "dem Wunsch der Stadt"),
        ("Ihrer Meinung nach", "Meinung nach", "Ihrer", "Ihrer Meinung"),
        ("Nach dem Wunsch von gestern will Obst,", "Nach dem Wunsch", "Obst", "Obst"),
    ],
)
def test_of_a_source_the_preposition_is_the_cue(frame: str, cue: str, speaker: str, whole: str) -> None:
    text = f"{frame} dass gebaut wird."
    [found] = told(text, row(text, "Indirect", spans="dass gebaut wird", cue=cue, speaker=speaker, frame=frame))
    assert (found["cue"].lower(), found["speaker"]) == ("nach", whole)


def test_another_verb_in_the_frame_of_a_source_is_not_what_it_says() -> None:
    text = "Reif hat darum gebeten, weil laut Obst Geld fehlt."
    roles = {"speaker": "Obst", "cue": "gebeten | laut", "frame": "Reif hat darum gebeten, | laut Obst"}
    said = row(text, "Indirect", spans="Geld fehlt", **roles)
    [found] = told(text, said)
    assert (found["spans"], found["frame"]) == ("Geld fehlt", "laut Obst")


def test_the_frame_of_a_source_has_all_of_the_speaker() -> None:
    text = "Nach Ansicht von Obst ist die Brücke alt."
    roles = {"speaker": "Ansicht von Obst", "cue": "Nach", "frame": "Nach Ansicht"}
    said = row(text, "Indirect", spans="ist die Brücke alt", **roles)
    [found] = told(text, said)
    assert (found["frame"], found["speaker"]) == ("Nach Ansicht von Obst", "Ansicht von Obst")


def test_a_speaker_ends_with_the_frame() -> None:
    text = "Laut Polizei Händler und Wirte haben geklagt."
    said = row(text, "Indirect", spans="Händler und Wirte haben geklagt", cue="Laut", frame="Laut Polizei")
    [found] = told(text, {**said, "speaker": [[5, 20]]})
    assert found["speaker"] == "Polizei"


def test_the_speaker_of_indirect_speech_stands_in_its_frame() -> None:
    text = "Obst kam. Es hieß, die Brücke sei alt. Demnach sei sie zu. Danach fehle Geld."
    said = row(text, "Indirect", spans="die Brücke sei alt", speaker="Obst", cue="hieß", frame="Es hieß,")
    thus = row(text, "Indirect", spans="sei sie zu", speaker="Obst", cue="Demnach", frame="Demnach")
    then = row(text, "Indirect", spans="fehle Geld", speaker="Obst")
    assert [found["speaker"] for found in told(text, said, thus, then)] == ["", "Demnach", "Danach"]


@pytest.mark.parametrize(
    ("text", "speaker", "marked"),
    [
        ("der Verband „Obst“ (VO) sagte, es reiche.", "Obst", "der Verband „Obst“ (VO)"),
        ("der Verein (VO) sagte, es reiche.", "der Verein", "der Verein (VO)"),
        ("im Bericht steht, es reiche.", "im Bericht", "Bericht"),
        ("man sagte, es reiche.", "man", ""),
    ],
)
def test_the_words_for_a_speaker(text: str, speaker: str, marked: str) -> None:
    frame = text[: text.index(" es reiche")]
    [found] = told(text, row(text, "Indirect", spans="es reiche", speaker=speaker, frame=frame))
    assert found["speaker"] == marked


@pytest.mark.parametrize("addressee", ["Nordpress", "Zeitung Nordpress", "der Zeitung Nordpress"])
def test_an_addressee_has_its_article_and_what_it_is(addressee: str) -> None:
    text = "Obst sagte der Zeitung Nordpress, es reiche."
    [found] = told(text, row(text, "Indirect", spans="es reiche", addressee=addressee))
    assert found["addressee"] == "der Zeitung Nordpress"


def test_a_word_in_small_letters_before_an_addressee_does_not_say_what_it_is() -> None:
    text = "Obst sagte gestern Nordpress, es reiche."
    [found] = told(text, row(text, "Indirect", spans="es reiche", addressee="Nordpress"))
    assert found["addressee"] == "Nordpress"


@pytest.mark.parametrize(
    ("frame", "cue", "marked"),
    [
        ("Wie Obst mitteilte,", "mitteilte", "Wie | mitteilte"),
        (", so glaubt Obst", "glaubt", "so glaubt"),
        ("Dort heißt es,", "heißt", "heißt es"),
        ("Obst ging davon aus,", "ging | aus", "ging davon aus"),
        ("Obst sagte dazu,", "sagte dazu", "sagte"),
        ("Obst teilt die Meinung,", "Meinung", "die Meinung"),
        ("Obst warb mit den Worten:", "warb", "warb mit den Worten"),
        ("Obst nannte es als einen", "nannte", "nannte es als"),
    ],
)
def test_the_words_of_a_cue(frame: str, cue: str, marked: str) -> None:
    text = f"{frame} „Fehler“."
    [found] = told(text, row(text, "Direct", spans="„Fehler“", cue=cue, frame=frame))
    assert found["cue"] == marked


@pytest.mark.parametrize(("fields", "kept"), [({"frame": []}, 0), ({}, 1)])
def test_other_gold_data_is_scored_as_records_are(fields: dict[str, Any], kept: int) -> None:
    text = "Ich komme."
    quote = Quote(id="a#0", type="Direct", medium="Speech", spans=[Span(begin=0, end=10)], text=text, confidence=0.9)
    article = QuoteArticle(
        id="a", language="de", text=text, content_hash="", simhash="0" * 16, entities=[], quotes=[quote]
    )
    annotation = {"spans": [[0, 10]], "type": "Direct", **fields}
    gold = {"name": "a", "text": text, "tokens": [[0, 10]], "quotes": [annotation]}
    assert len(predict([gold], lambda _: article)["a"]) == kept
