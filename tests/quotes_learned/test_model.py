"""The shipped model on articles written for these tests."""

import time

import pytest

from pipeline.quotes.learned.model import LearnedQuotes

ARTICLE = (
    "Das Hallenbad in Oberkirchen bleibt bis zum Herbst zu. Bürgermeisterin Henrike Vollmoser sagte am Montag, "
    "die Sanierung des Dachs dauere länger als geplant. Die Stadt werde die Mehrkosten tragen.\n\n"
    "„Wir haben das Problem unterschätzt“, erklärte Bauamtsleiter Tilo Grashof. Nach Angaben des Schwimmvereins müssen "
    "nun 300 Kinder auf ihren Kurs warten. Vereinschef Arno Pielke nannte das »eine Zumutung«."
)


@pytest.fixture(scope="module")
def find() -> LearnedQuotes:
    return LearnedQuotes()


def test_it_loads_fast() -> None:
    begun = time.perf_counter()
    LearnedQuotes()
    assert time.perf_counter() - begun < 2


def test_direct_and_indirect_quotes_with_their_speakers(find: LearnedQuotes) -> None:
    said = {ARTICLE[b:e]: quote for quote in find(ARTICLE) for b, e in quote.spans}
    direct = said["„Wir haben das Problem unterschätzt“"]
    assert direct.type == "Direct"
    assert [ARTICLE[b:e] for b, e in direct.speaker_spans] == ["Bauamtsleiter Tilo Grashof"]
    assert [ARTICLE[b:e] for b, e in direct.cue_spans] == ["erklärte"]
    indirect = said["die Sanierung des Dachs dauere länger als geplant"]
    assert indirect.type == "Indirect"
    assert [ARTICLE[b:e] for b, e in indirect.speaker_spans] == ["Bürgermeisterin Henrike Vollmoser"]
    assert indirect.confidence > 0.7


def test_spans_lie_in_the_text_in_order(find: LearnedQuotes) -> None:
    quotes = find(ARTICLE)
    assert quotes
    for quote in quotes:
        assert 0 <= quote.confidence <= 1
        for spans in (quote.spans, quote.speaker_spans, quote.cue_spans, quote.frame_spans, quote.addressee_spans):
            borders = [border for span in spans for border in span]
            assert borders == sorted(set(borders))
            assert all(0 <= border <= len(ARTICLE) for border in borders)


def test_the_same_text_gives_the_same_quotes(find: LearnedQuotes) -> None:
    assert find(ARTICLE) == find(ARTICLE) == LearnedQuotes()(ARTICLE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\n ",
        "Ja",
        "„",
        "“" * 300,
        "ohne satzzeichen und gross geschriebene woerter " * 60,
        "x" * 6000,
        "Er sagte 👍🏽: „Ça va, e\u0301“\u200b\x00",
        "- \n- \n" * 200,
    ],
)
def test_any_text_is_taken(find: LearnedQuotes, text: str) -> None:
    for quote in find(text):
        assert all(0 <= begin < end <= len(text) for begin, end in quote.spans)


def test_a_long_text_is_read_to_its_end(find: LearnedQuotes) -> None:
    quotes = find("\n\n".join([ARTICLE] * 12))
    assert quotes[-1].begin > 11 * len(ARTICLE)
