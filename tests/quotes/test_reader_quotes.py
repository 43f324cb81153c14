import numpy as np
import pytest

from pipeline.quotes.reader_quotes import reader_quotes
from pipeline.reader.layout import Layout
from pipeline.reader.reading import Reading
from pipeline.reader.scorers import Vectors
from pipeline.reader.tagged_quotes import TaggedQuote
from pipeline.spans import CharOffset


def found(text: str, *words: str, kind: str = "Direct", elsewhere: float = 0.0) -> str:
    """The quote that the reader's quote of `words` becomes, "" for none.

    Every token is in speech with the probability `elsewhere`.
    """
    layout = Layout(text)
    spans = []
    for part in words:
        begin = CharOffset(text.index(part))
        spans.append(layout.span(begin, CharOffset(begin + len(part))))
    quote = TaggedQuote(tuple(spans), kind, 0.9)
    nothing = np.zeros((len(layout), 2), dtype=np.float32)
    inside = np.full_like(nothing, elsewhere)
    reading = Reading(layout, Vectors(nothing), (), (), (quote,), ("Speech",), inside, nothing[:, 0], nothing, nothing)
    return " … ".join(text[begin:end] for candidate in reader_quotes(reading) for begin, end in candidate.spans)


@pytest.mark.parametrize(
    ("text", "words", "quote"),
    [
        ("Das sei „sehr teuer“, sagte sie.", "„sehr teuer", "„sehr teuer“"),
        ('Das sei "sehr teuer", sagte sie.', '"sehr teuer', '"sehr teuer"'),
        ("Das sei »sehr teuer«, sagte sie.", "»sehr teuer", "»sehr teuer«"),
        ("Das sei „sehr teuer“, sagte sie.", "„sehr teuer“", "„sehr teuer“"),
        ("Das sei „sehr teuer“, sagte sie.", "sehr teuer", "sehr teuer"),
        ("Das sei „sehr“ teuer“, sagte sie.", "„sehr“ teuer", "„sehr“ teuer"),
        ("Das sei „sehr teuer, sagte sie.", "„sehr teuer", "„sehr teuer"),
        ("Das sei „sehr teuer", "„sehr teuer", "„sehr teuer"),
    ],
)
def test_the_mark_that_closes_a_quote_belongs_to_it(text: str, words: str, quote: str) -> None:
    assert found(text, words) == quote


@pytest.mark.parametrize(
    ("text", "words", "quote"),
    [
        ("„Sehr teuer“, sagte sie.", ["„Sehr teuer“,"], "„Sehr teuer“"),
        ("„Ja“, rief sie, „sicher.“ Sie ging.", ["„Ja“,", "„sicher.“ Sie ging."], "„Ja“ … „sicher.“"),
        ("„Ja“, rief sie, „ein ‚Ja‘.“ Sie ging.", ["„Ja“,", "„ein ‚Ja‘.“ Sie"], "„Ja“ … „ein ‚Ja‘.“"),
        ("Wer „Ja“ sage, lüge. Rau hat recht.", ["„Ja“", "hat recht"], "„Ja“"),
        ("Wer „Ja“, sage, lüge. Rau hat recht.", ["„Ja“,", "hat recht"], "„Ja“"),
        ("„Ja“ stand da. Ich ging.", ["„Ja“ stand da. Ich ging."], "„Ja“ stand da. Ich ging."),
        ("„Ja“ stand da, so sie. Ich ging.", ["„Ja“ stand da", "Ich ging."], "„Ja“ stand da … Ich ging."),
    ],
)
def test_direct_speech_ends_with_its_closing_mark(text: str, words: list[str], quote: str) -> None:
    assert found(text, *words) == quote


@pytest.mark.parametrize(
    ("text", "words", "quote"),
    [
        ("Dann kam sie und sagte, dass es regne, und ging.", ["dass es regne,"], "dass es regne"),
        ("Die Frage, ob es regne: sie ging.", ["ob es regne:"], "ob es regne"),
        ("Es regne, sagte sie, und zwar stark – sehr.", ["Es regne,", "und zwar stark –"], "Es regne … und zwar stark"),
        ("Es sei gut: „Wir kommen.“", ["Es sei gut: „"], "Es sei gut"),
        ("Es sei „gut“, sagte sie.", ["Es sei „gut“"], "Es sei „gut“"),
        ("Es sei gut, und zwar „sehr“, sagte sie.", ["Es sei gut", ", ", "und zwar"], "Es sei gut … und zwar"),
        ("Er sagte, dass es gut sei.", ["dass"], ""),
        ("Er sagte, es regne.", ["es regne"], "es regne"),
        ("Er sagte, es regne „nie“.", ["es regne „nie“."], "es regne „nie“"),
        ("Laut Obst war das am 2. März 2009.", ["war das am 2. März 2009."], "war das am 2. März 2009"),
        ("Er sagte, es helfe der Verein e. V.", ["es helfe der Verein e. V."], "es helfe der Verein e. V."),
        ("Er sagte, das sei Klaus M.", ["das sei Klaus M."], "das sei Klaus M."),
        ("Er sagte, es gebe Tee etc.", ["es gebe Tee etc."], "es gebe Tee etc."),
    ],
)
def test_indirect_speech_has_no_joint_at_its_end_and_two_words(text: str, words: list[str], quote: str) -> None:
    assert found(text, *words, kind="Indirect") == quote


@pytest.mark.parametrize(
    ("text", "words", "quote"),
    [
        (
            "Laut Obst steht die Brücke im Mai vor dem Aus. Er ging.",
            ["steht die", "im Mai vor"],
            "steht die … im Mai vor dem Aus",
        ),
        ("Er sagte, dass die Brücke kommt, und ging.", ["dass die"], "dass die Brücke kommt"),
        ("Er sei froh und ging, so Obst.", ["Er sei froh"], "Er sei froh"),
        ("Es sei gut, und er ging weg.", ["Es sei gut, und"], "Es sei gut, und"),
        ("Das sei klar: Die Brücke kommt.", ["Das sei klar:"], "Das sei klar"),
    ],
)
def test_indirect_speech_goes_on_to_the_end_of_its_clause(text: str, words: list[str], quote: str) -> None:
    assert found(text, *words, kind="Indirect", elsewhere=0.2) == quote


def test_indirect_speech_ends_within_a_clause_if_the_rest_is_surely_none() -> None:
    text = "Laut Obst steht die Brücke vor dem Aus."
    assert found(text, "steht die Brücke", kind="Indirect", elsewhere=0.1) == "steht die Brücke"


@pytest.mark.parametrize(
    ("text", "words", "quote"),
    [
        ("Ja. Ich gehe.\n\nIhre Trainerin sagte, es reiche.", "Ja. Ich gehe.\n\nIhre Trainerin", "Ja. Ich gehe."),
        ("Ja. Ich gehe.\n\nSie bleibt. Gut.", "Ja. Ich gehe.\n\nSie bleibt.", "Ja. Ich gehe.\n\nSie bleibt."),
        ("Ja.\n\nSie bleibt, sagt Obst.", "Ja.\n\nSie bleibt", "Ja.\n\nSie bleibt"),
        ("Ja. Ich gehe heute.", "Ja. Ich gehe", "Ja. Ich gehe"),
    ],
)
def test_a_line_in_which_direct_speech_breaks_off_is_of_somebody_else(text: str, words: str, quote: str) -> None:
    assert found(text, words) == quote


def test_direct_speech_ends_where_the_reader_ends_it() -> None:
    assert found("Die Brücke kommt im Mai, sagte sie.", "Die Brücke kommt", elsewhere=0.2) == "Die Brücke kommt"


def test_signs_alone_are_no_quote() -> None:
    layout = Layout("Das „…“ da.")
    nothing = np.zeros((len(layout), 2), dtype=np.float32)
    quote = TaggedQuote((layout.span(CharOffset(4), CharOffset(7)),), "Direct", 0.9)
    reading = Reading(layout, Vectors(nothing), (), (), (quote,), ("Speech",), nothing, nothing[:, 0], nothing, nothing)
    assert reader_quotes(reading) == []
