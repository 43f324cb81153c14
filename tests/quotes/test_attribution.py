"""Who speaks, by the reader and the rules together."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from pipeline.config import PipelineConfig
from pipeline.quotes import QuoteExtractor, attribution
from pipeline.quotes.marks import quoted_texts
from pipeline.quotes.owners import belonging
from pipeline.quotes.parts import with_frames_of_wholes, with_own_frames
from pipeline.quotes.text import AnalysedText
from pipeline.reader.chains import NOBODY, Resolution, SpeakerChoice, resolve
from schemas.records import Quote, QuotePart, QuotePerson, QuoteType, Speaker
from schemas.spans import Span, joined
from tests.quotes.test_extractor import article, mention


@cache
def _extract() -> QuoteExtractor:
    return QuoteExtractor(PipelineConfig(quote_model="redefluss"))


@pytest.mark.parametrize(
    ("text", "quote", "speaker"),
    [
        ("Auf die Frage, ob er gehe, antwortete Jan Dorn: „Nein.“", "ob er gehe", None),
        ("Auf die Frage, ob er gehe, antwortete Jan Dorn: „Nein.“", "„Nein.“", "Jan Dorn"),
        ("Auf die Frage von Anna Berg, warum Geld fehle, winkte Jan Dorn ab.", "warum Geld fehle", "Anna Berg"),
        ("Jan Dorn antwortete auf die Frage, ob er gehe, mit einem Nein.", "ob er gehe", None),
        ("Auf Nachfrage, wann das Geld komme, zuckte Jan Dorn mit den Schultern.", "wann das Geld komme", None),
        ("Die Kritik, das Werk sei zu groß, wies Anna Berg zurück.", "das Werk sei zu groß", None),
        ("Gerüchte, er wolle verkaufen, bestritt Jan Dorn.", "er wolle verkaufen", None),
        ("Berichte, wonach ein Verkauf bevorstehe, dementierte Jan Dorn.", "ein Verkauf bevorstehe", None),
        ("Die Behauptung von Anna Berg, es fehle Geld, wies Jan Dorn zurück.", "es fehle Geld", "Anna Berg"),
    ],
)
def test_who_is_asked_or_denies_does_not_say_it(text: str, quote: str, speaker: str | None) -> None:
    found = _quotes(text, *(name for name in ("Jan Dorn", "Anna Berg") if name in text))
    assert {one.text: one.speaker.name if one.speaker is not None else None for one in found}[quote] == speaker


def _quotes(text: str, *names: str) -> list[Quote]:
    """The quotes of a text that has persons with these names, by rules and reader."""
    entities = [
        {"id": f"per/{name}", "name": name, "type": "PER", "mentions": [mention(text, name)], "salience": 0.5}
        for name in names
    ]
    return _extract()(article(text, entities)).quotes


@pytest.mark.parametrize(
    ("frame", "name", "entity", "kind"),
    [
        ("sagten Bürgermeisterin Anna Berg und Landrat Karl Obst", "Anna Berg und Karl Obst", None, "group"),
        ("sagten Anna Berg und Karl Obst", "Anna Berg und Karl Obst", None, "group"),
        ("sagte Anna Berg und lobte Karl Obst", "Anna Berg", "per/Anna Berg", "person"),
    ],
)
def test_two_speak_together_where_the_frame_joins_them(frame: str, name: str, entity: str | None, kind: str) -> None:
    (quote,) = _quotes(f"„Das geht so nicht“, {frame}.", "Anna Berg", "Karl Obst")
    speaker = quote.speaker
    assert speaker is not None
    assert (speaker.name, speaker.entity, speaker.kind) == (name, entity, kind)


def test_two_who_are_named_first_of_all_speak_together() -> None:
    (quote,) = _quotes("Anna Berg und Karl Obst sagten: „Das geht so nicht.“", "Anna Berg", "Karl Obst")
    assert quote.speaker is not None
    assert (quote.speaker.name, quote.speaker.kind) == ("Anna Berg und Karl Obst", "group")


@pytest.mark.parametrize(
    ("text", "speaker", "said"),
    [
        ("„Ich war es nicht“, sagte Torben H. Der Richter schwieg.", "Torben H.", "„Ich war es nicht“"),
        ("Laut Torben H. war der Zeuge nicht da.", "Torben H.", "war der Zeuge nicht da"),
        ("Nach Angaben von Torben H. war der Zeuge nicht da.", "Angaben von Torben H.", "war der Zeuge nicht da"),
    ],
)
def test_a_speaker_cut_to_the_initial_keeps_its_full_stop(text: str, speaker: str, said: str) -> None:
    quote = _quotes(text, "Torben H.")[0]
    assert quote.speaker is not None
    assert (quote.speaker.text, quote.speaker.entity, quote.text) == (speaker, "per/Torben H.", said)


@pytest.mark.parametrize(
    ("text", "names", "speaker"),
    [
        ("„Es reicht“, sagte Trainer Jan „Johnny“ Obst.", ("Jan „Johnny“ Obst",), "Trainer Jan „Johnny“ Obst"),
        (
            "„Es reicht“, sagte ein Sprecher der Obst & Söhne AG.",
            ("Obst & Söhne AG",),
            "ein Sprecher der Obst & Söhne AG",
        ),
        ("„Es reicht“, sagte Obst junior.", ("Obst junior",), "Obst junior"),
    ],
)
def test_the_words_for_a_speaker_do_not_end_within_a_name(text: str, names: tuple[str, ...], speaker: str) -> None:
    (quote,) = _quotes(text, *names)
    assert quote.speaker is not None
    assert quote.speaker.text == speaker


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("Anna Berg lehnte ab. Ihr Anwalt sagte, das sei falsch.", "Anwalt von Anna Berg"),
        ("Anna Berg kam mit ihrem Mann. Der Arzt sagte, das sei falsch.", "Arzt"),
    ],
)
def test_whose_lawyer_speaks(text: str, called: str) -> None:
    (quote,) = _quotes(text, "Anna Berg")
    assert quote.speaker is not None
    assert (quote.speaker.name, quote.speaker.entity) == (called, None)


@pytest.mark.parametrize(
    ("text", "name", "called"),
    [
        (
            "Die Netzaufsicht prüft. Eine Sprecherin der Behörde sagte, das dauere.",
            "Netzaufsicht",
            "Sprecherin der Netzaufsicht",
        ),
        ("Das Kulturamt prüft. Ein Sprecher des Hauses sagte, das dauere.", "Kulturamt", "Sprecher des Kulturamts"),
        ("Sie fragte beim Kulturamt. Dessen Sprecher sagte, das dauere.", "Kulturamt", "Sprecher des Kulturamts"),
        ("Sie fragte beim BKA. Dessen Sprecher sagte, das dauere.", "BKA", "Sprecher des BKA"),
        ("Nordpress prüft. Ein Sprecher des Unternehmens sagte, das dauere.", "Nordpress", "Sprecher des Unternehmens"),
        ("Das Kulturamt prüft. Ein Sprecher der Stadt sagte, das dauere.", "Kulturamt", "Sprecher der Stadt"),
    ],
)
def test_whose_spokeswoman_speaks(text: str, name: str, called: str) -> None:
    body = {"id": f"org/{name}", "name": name, "type": "ORG", "mentions": [mention(text, name)], "salience": 0.5}
    (quote,) = _extract()(article(text, [body])).quotes
    assert quote.speaker is not None
    assert (quote.speaker.name, quote.speaker.entity) == (called, None)


@pytest.mark.parametrize(
    ("certainty", "called"), [(0.9, "Sprecherin der Netzaufsicht"), (0.6, "Sprecherin der Behörde")]
)
def test_whose_spokeswoman_is_told_by_the_name_where_that_is_sure(
    certainty: float, called: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attribution, "resolve", _as_sure_as(certainty))
    text = "Die Netzaufsicht prüft. Eine Sprecherin der Behörde sagte, das dauere."
    body = {"id": "org/x", "name": "Netzaufsicht", "type": "ORG", "mentions": [mention(text, "Netzaufsicht")]}
    (quote,) = _extract()(article(text, [body | {"salience": 0.5}])).quotes
    assert quote.speaker is not None
    assert quote.speaker.name == called


@pytest.mark.parametrize(
    ("text", "name", "genitive"),
    [
        ("Die Netzaufsicht prüft.", "Netzaufsicht", "der Netzaufsicht"),
        ("Der Chef der Netzaufsicht, die Netzaufsicht heißt", "Netzaufsicht", None),
        ("Die Stiftung Warentest prüft.", "Stiftung Warentest", "der Stiftung Warentest"),
        ("Die Deutsche Aufsicht prüft.", "Deutsche Aufsicht", None),
        ("Das Amt für Kultur prüft.", "Amt für Kultur", None),
        ("Sie fragte im Kulturhaus.", "Kulturhaus", "des Kulturhauses"),
        ("Der Verband prüft.", "Verband", None),
        ("Das hilft der Netzagentur kaum.", "Netzagentur", "der Netzagentur"),
        ("Kolbmann prüft.", "Kolbmann", None),
    ],
)
def test_the_genitive_of_an_organisation_by_its_article(text: str, name: str, genitive: str | None) -> None:
    nth = text.count(name) - 1
    body = {"id": "org/x", "name": name, "type": "ORG", "mentions": [mention(text, name, nth=nth)], "salience": 0.5}
    assert belonging(text, article(text, [body]).entities[0]) == genitive


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("Laut Bahnangaben fährt kein Zug. Die Bahn sagte, das dauere.", ["Bahn", "Bahn"]),
        ("Die Bahn sagte, das dauere. Laut Bahnangaben fährt kein Zug.", ["Bahn", "Bahn"]),
    ],
)
def test_nobody_is_called_by_his_information(text: str, called: list[str]) -> None:
    assert [quote.speaker.name for quote in _quotes(text) if quote.speaker is not None] == called


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("Die Ratsfrauen stritten über ein Gutachten. Die Brücke sei sicher, heißt es darin.", "Gutachten"),
        ("Die Gemüter erregt eine Kalkulation. „Die Brücke ist teuer“, heißt es darin.", "Kalkulation"),
        ("Die Ratsfrauen legten ihre Stellungnahme vor. Die Brücke sei sicher, heißt es darin.", "Stellungnahme"),
        ("Die Ratsfrauen stritten. Die Brücke sei sicher, heißt es darin.", None),
        ("Es gibt ein Gutachten. Anna Berg wendet sich darin gegen den Bau und sagt, er sei teuer.", "Anna Berg"),
        ("Die Ratsfrauen stritten über ein Gutachten. Die Brücke sei sicher, hieß es.", "Ratsfrauen"),
    ],
)
def test_what_stands_in_a_writing_is_said_by_it(text: str, called: str | None) -> None:
    speaker = _quotes(text)[0].speaker
    assert (speaker.name if speaker is not None else None) == called


def test_a_statement_goes_on_behind_its_frame() -> None:
    text = "Der Mann habe getrunken, sagte Anna Berg am Abend, was von der Decke getropft sei."
    (quote,) = _quotes(text, "Anna Berg")
    assert quote.text == "Der Mann habe getrunken … was von der Decke getropft sei"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Anna Berg sagte, sie halte das für „Unsinn“.", "sie halte das für „Unsinn“"),
        ("Anna Berg sagte, das gelte für den Bund (und die Länder).", "das gelte für den Bund (und die Länder)"),
    ],
)
def test_indirect_speech_ends_behind_what_closes_in_it(text: str, said: str) -> None:
    assert _quotes(text, "Anna Berg")[0].text == said


def test_two_whose_lawyer_speaks_do_not_speak_together() -> None:
    text = "„Das geht so nicht“, sagte der Anwalt von Anna Berg und Karl Obst."
    (quote,) = _quotes(text, "Anna Berg", "Karl Obst")
    assert quote.speaker is not None
    assert quote.speaker.kind == "person"
    assert quote.speaker.name != "Anna Berg und Karl Obst"


def test_two_who_came_together_need_not_speak_together() -> None:
    text = "Anna Berg und Karl Obst kamen. „Das geht so nicht“, sagte Obst."
    (quote,) = _quotes(text, "Anna Berg", "Karl Obst")
    assert quote.speaker is not None
    assert quote.speaker.text == "Obst"


def test_who_stands_under_a_quote_says_it_however_sure_the_reader_is() -> None:
    names = ["Anna Berg, Landeschefin", "Karl Obst, Kandidat", "Ida Rau, Sprecherin"]
    text = "\n\n".join(f"„Wir haben verloren, das schmerzt uns alle.“\n\n{name}" for name in names)
    speakers = [quote.speaker for quote in _quotes(text, "Anna Berg", "Karl Obst", "Ida Rau")]
    assert [speaker and speaker.entity for speaker in speakers] == ["per/Anna Berg", "per/Karl Obst", "per/Ida Rau"]
    assert min(speaker.confidence for speaker in speakers if speaker is not None) > 0.75


def _place(text: str, words: str) -> Span:
    return Span(begin=text.index(words), end=text.index(words) + len(words))


def _quote(text: str, words: str, speaker: str, cue: str = "", type_: QuoteType = "Direct") -> Quote:
    return Quote(
        id=words,
        type=type_,
        medium="Speech",
        spans=[_place(text, words)],
        text=words,
        speaker=Speaker(spans=[_place(text, speaker)], text=speaker, entity=None, name=speaker, confidence=0.7),
        cue=QuotePart(spans=[_place(text, cue)], text=cue) if cue else None,
        frame=None,
        addressee=QuotePerson(spans=[_place(text, "Rau")], text="Rau", entity=None, name="Rau") if cue else None,
        confidence=0.9,
    )


@pytest.mark.parametrize(
    ("said", "fragment", "speaker", "cue"),
    [
        ("ihr Sohn habe „nur helfen wollen“", "„nur helfen wollen“", "ihr Sohn", ""),
        ("Karl Obst müsse den „Laden zusammenhalten“", "„Laden zusammenhalten“", "Karl Obst", ""),
        ("der Bau sei „ein Skandal“", "„ein Skandal“", "Anna Berg", ""),
        ("sie stimme zu, „wenn auch ungern“", "„wenn auch ungern“", "Anna Berg", "stimme zu"),
    ],
)
def test_words_in_marks_have_the_speaker_and_the_frame_of_the_speech_around_them(
    said: str, fragment: str, speaker: str, cue: str
) -> None:
    text = f"Anna Berg sagte Ida Rau, {said}."
    whole = _quote(text, said, "Anna Berg", "sagte", "Indirect")
    part = _quote(text, fragment, speaker, cue).model_copy(update={"part_of": whole.id})
    (found,) = with_frames_of_wholes(text, [whole, part])[1:]
    assert (found.speaker, found.cue, found.addressee) == (whole.speaker, whole.cue, whole.addressee)
    assert (found.text, found.part_of) == (fragment, said)


@pytest.mark.parametrize(
    ("said", "fragment", "speaker", "cue"),
    [
        ("Karl Obst habe „nein“ geantwortet", "„nein“", "Karl Obst", "habe"),
        ("das Verbot hält Karl Obst für „Unfug“", "„Unfug“", "Karl Obst", ""),
        ("Karl Obst nenne das „Unfug“", "„Unfug“", "Karl Obst", ""),
        ("Karl Obst soll den Richter „blind“ genannt haben", "„blind“", "Karl Obst", ""),
    ],
)
def test_what_somebody_else_says_within_it_keeps_its_own_speaker(
    said: str, fragment: str, speaker: str, cue: str
) -> None:
    text = f"Anna Berg sagte Ida Rau, {said}."
    whole = _quote(text, said, "Anna Berg", "sagte", "Indirect")
    part = _quote(text, fragment, speaker, cue).model_copy(update={"part_of": whole.id})
    assert with_frames_of_wholes(text, [whole, part]) == [whole, part]


def test_a_quote_within_direct_speech_keeps_its_speaker() -> None:
    text = "„Ihr Sohn sagt: ‚Niemals‘“, sagte Anna Berg zu Ida Rau."
    whole = _quote(text, "„Ihr Sohn sagt: ‚Niemals‘“", "Anna Berg", "sagte")
    part = _quote(text, "‚Niemals‘", "Ihr Sohn").model_copy(update={"part_of": whole.id})
    assert with_frames_of_wholes(text, [whole, part]) == [whole, part]


@pytest.mark.parametrize(
    ("text", "said", "cue", "frame"),
    [
        ("„Er hat gesagt, es reiche“, meinte Obst.", "es reiche", "gesagt", "Er hat gesagt,"),
        ("Rau habe erklärt, es reiche, meinte Obst.", "es reiche", "habe erklärt", "Rau habe erklärt,"),
        ("„Ich habe ja gesagt, es reicht.“", "es reicht", "gesagt", "Ich habe ja gesagt,"),
    ],
)
def test_what_is_introduced_within_other_speech_has_nothing_outside_of_it_in_its_frame(
    text: str, said: str, cue: str, frame: str
) -> None:
    whole = _quote(text, text.split(", meinte", maxsplit=1)[0], text.split(maxsplit=1)[0])
    place = _place(text, said)
    around = [Span(begin=0, end=place.begin - 1), Span(begin=place.end, end=len(text) - 1)]
    cues = [_place(text, words) for words in (cue, "meinte") if words in text]
    inner = _quote(text, said, text.split(maxsplit=1)[0]).model_copy(
        update={
            "part_of": whole.id,
            "cue": QuotePart(spans=cues, text=joined(text, cues)),
            "frame": QuotePart(spans=around, text=joined(text, around)),
        }
    )
    (found,) = with_own_frames(AnalysedText(text, quoted_texts(text)), [whole, inner])[1:]
    assert found.cue is not None
    assert found.frame is not None
    assert (found.cue.text, found.frame.text) == (cue, frame)


@pytest.mark.parametrize(
    ("text", "said", "frame"),
    [
        ("Obst bat alle, ruhig zu bleiben: „Es reicht.“", "ruhig zu bleiben", "Obst bat alle,"),
        ("Obst rief dazu auf, zu helfen: »Es eilt!«", "zu helfen", "Obst rief dazu auf,"),
    ],
)
def test_a_frame_has_nothing_that_is_said_behind_a_colon(text: str, said: str, frame: str) -> None:
    place, next_ = _place(text, said), text.partition(": ")[2]
    around = [Span(begin=0, end=place.begin - 1), Span(begin=place.end, end=len(text))]
    first = _quote(text, said, "Obst").model_copy(
        update={
            "type": "Indirect",
            "cue": QuotePart(spans=[_place(text, "Obst")], text="Obst"),
            "frame": QuotePart(spans=around, text=joined(text, around)),
        }
    )
    found = with_own_frames(AnalysedText(text, quoted_texts(text)), [first, _quote(text, next_, "Obst")])[0]
    assert found.frame is not None
    assert found.frame.text == frame


@pytest.mark.parametrize(
    ("text", "frame", "own"),
    [
        ("„Nein. Es reicht“, sagte Obst.", "“, sagte Obst", ", sagte Obst"),
        ("„Nein. Es reicht“, sagte Obst: „Gut. Ja.“", ", sagte Obst: „Gut", ", sagte Obst:"),
        ("Es reiche, hieß es im „Blatt“.", ", hieß es im „Blatt“", ", hieß es im „Blatt“"),
        ("„Nein. Es reicht“, sagte Obst.", "“", None),
    ],
)
def test_a_frame_has_no_halves_of_quotes(text: str, frame: str, own: str | None) -> None:
    quote = _quote(text, "reich", "Obst" if "Obst" in text else "es").model_copy(
        update={name: QuotePart(spans=[_place(text, frame)], text=frame) for name in ("cue", "frame")}
    )
    (found,) = with_own_frames(AnalysedText(text, quoted_texts(text)), [quote])
    assert (found.frame.text if found.frame is not None else None) == own


def test_a_witness_says_the_fragment_that_he_says() -> None:
    text = "„Es ging wohl um ein Mädchen“, sagte ein Zeuge. Ihr Sohn habe „nur helfen wollen“."
    assert [quote.speaker.name for quote in _quotes(text) if quote.speaker is not None] == ["Zeuge"] * 3


def _as_sure_as(certainty: float) -> Callable[..., Resolution]:
    """`resolve`, but with this certainty of every mention."""

    def sure(*args: Any) -> Resolution:
        found = resolve(*args)
        return replace(found, certainty=[certainty] * len(found.mentions))

    return sure


def test_a_noun_that_may_mean_the_speaker_makes_him_less_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Anna Berg kam nach Lindow. Die Leiterin sagte, das sei falsch."

    def confidence(certainty: float) -> float:
        monkeypatch.setattr(attribution, "resolve", _as_sure_as(certainty))
        (quote,) = _quotes(text, "Anna Berg")
        assert quote.speaker is not None
        return quote.speaker.confidence

    assert confidence(0.5) < confidence(0.9) < confidence(0.99)


def test_two_who_have_no_names_have_none_together(monkeypatch: pytest.MonkeyPatch) -> None:
    def together(reading: Any, scorers: Any, resolution: Resolution, quotes: Any) -> list[SpeakerChoice]:
        she, he = (n for n, mention in enumerate(resolution.mentions) if mention.words[0] in {"sie", "er"})
        return [SpeakerChoice(resolution.chain[she], she, 0.9, None, he) for _ in quotes]

    monkeypatch.setattr(attribution, "speakers", together)
    (quote,) = _quotes("„Wir gehen jetzt“, sagten sie und er.")
    assert quote.speaker is not None
    assert (quote.speaker.text, quote.speaker.name, quote.speaker.kind) == ("sie und er", None, "group")


@pytest.mark.parametrize(
    ("text", "name", "entity", "kind"),
    [
        ("„Es reicht“, sagte Ministerin Anna Berg.", "Anna Berg", "per/Anna Berg", "person"),
        ("Anna Berg kam. „Es reicht“, sagten die Anwohner.", "Anwohner", None, "unknown"),
    ],
)
def test_where_the_reader_finds_nobody_the_rules_say_who_it_is(
    text: str, name: str, entity: str | None, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(reading: Any, scorers: Any, resolution: Resolution, quotes: Any) -> list[SpeakerChoice]:
        return [SpeakerChoice(NOBODY, None, 0.75, None) for _ in quotes]

    monkeypatch.setattr(attribution, "speakers", nobody)
    (quote,) = _quotes(text, "Anna Berg")
    assert quote.speaker is not None
    assert (quote.speaker.name, quote.speaker.entity, quote.speaker.kind) == (name, entity, kind)


def test_nobody_speaks_to_her_whose_lawyer_he_is() -> None:
    text = "Renate Kolbe betritt den Saal. Sie hat nicht mit ihm gesprochen, sagt ihr Verteidiger später auf dem Flur."
    (quote,) = _quotes(text, "Renate Kolbe")
    assert quote.addressee is None


def test_an_agency_that_a_spokesman_tells_something_is_no_part_of_his_name() -> None:
    text = "Die Firma baut um. Das bestätigte eine Unternehmenssprecherin der Deutschen Presse-Agentur. Es eile."
    assert {quote.speaker.name for quote in _quotes(text) if quote.speaker is not None} == {"Unternehmenssprecherin"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("„So nicht“, tobte der Kämmerer Jonas Reif.", "„So nicht“"),
        ("Jonas Reif dazu: Die Brücke sei sicher.", "Die Brücke sei sicher"),
        ("Jonas Reif erklärte, warum der Bau ruht.", "warum der Bau ruht"),
    ],
)
def test_the_reader_needs_no_rule_for_any_verb_behind_marks_colons_and_questions(text: str, said: str) -> None:
    before = "Die Stadt Waldau baut eine neue Brücke. Der Kämmerer Jonas Reif stritt am Montag mit dem Rat darüber.\n\n"
    behind = "\n\nDie Arbeiten dauern bis zum Herbst. Der Verkehr wird umgeleitet."
    found = {quote.text: quote.speaker.name for quote in _quotes(before + text + behind, "Jonas Reif") if quote.speaker}
    assert found.get(said) == "Jonas Reif"
