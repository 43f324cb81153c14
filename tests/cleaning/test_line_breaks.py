"""Paragraphs of pages with line breaks in them. All is invented."""

import textwrap

import pytest

from pipeline.cleaning import Cleaner
from pipeline.cleaning.line_breaks import divided
from pipeline.cleaning.page import page_lines, parse
from pipeline.config import PipelineConfig
from schemas.records import CleanArticle, RawArticle
from tests.cleaning.pages import PARAGRAPHS, TITLE


@pytest.fixture(scope="module")
def clean() -> Cleaner:
    return Cleaner(PipelineConfig())


def blocks(article: CleanArticle) -> list[tuple[str, str]]:
    return [(block.kind, article.text[block.begin : block.end]) for block in article.blocks]


def page(body: str) -> RawArticle:
    return RawArticle(html=f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1>{body}</body></html>")


def lines_of(paragraph: str) -> list[str]:
    (line,) = page_lines(parse(f"<html><body><p>{paragraph}</p></body></html>"))
    return [part.text for part in divided(line)]


@pytest.mark.parametrize(("asks", "answers"), [("", ""), ("Frage: ", "Antwort: ")])
def test_question_and_answer_in_one_paragraph_are_two_turns(clean: Cleaner, asks: str, answers: str) -> None:
    turns = [
        ("Frau Tölke, warum muss das Freibad schließen?", "Weil uns das Geld fehlt. Das Dach ist marode, sagen alle."),
        ("Wie hoch wären die Kosten?", "Wir reden von sechs Millionen Euro. Das kann die Stadt allein nicht stemmen."),
        ("Und das Land?", "Das hat abgewinkt."),
        ("Was sagen Sie den Kindern?", "Dass es mir leidtut. Ich habe hier selbst schwimmen gelernt."),
    ]
    body = "".join(f"<p><b>{asks}{question}</b><br>{answers}{answer}</p>" for question, answer in turns)
    found = blocks(clean(page("<p>Die Bürgermeisterin erklärt, warum das Freibad schließen muss.</p>" + body)))
    expected = [
        turn for question, answer in turns for turn in (("question", asks + question), ("answer", answers + answer))
    ]
    assert found[1:] == expected


def test_names_in_lines_of_one_paragraph_are_not_run_together(clean: Cleaner) -> None:
    board = ["1. Vorsitzender: Karl Beispiel", "Kassenwart: Ole Brandt", "Schriftführerin: Ida Lorenzen"]
    texts = [f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS]
    article = clean(page("".join(texts[:3]) + f"<p>{'<br>'.join(board)}</p>" + "".join(texts[3:])))
    assert blocks(article)[3:6] == [("paragraph", line) for line in board]


def test_fields_over_the_text_are_found_in_one_element_with_it(clean: Cleaner) -> None:
    body = f"12.03.2003<br>Von Ute Muster<br><br>{'<br><br>'.join(PARAGRAPHS)}"
    article = clean(page(f"<table><tr><td>{body}</td></tr></table>"))
    assert article.text == "\n\n".join(PARAGRAPHS)
    assert (article.authors, article.published_at) == (["Ute Muster"], "2003-03-12T00:00:00+01:00")


@pytest.mark.parametrize(
    "paragraph",
    [
        "Der Rat der Stadt Waldau hat am<br>Dienstag den Haushalt für das<br>kommende Jahr beschlossen.",
        "Der Rat der Stadt Waldau hat nach einer langen Debatte am<br>Dienstag den Haushalt beschlossen.",
        "„Wir fangen im Frühjahr an.<br>Dann sehen wir weiter“, sagte sie.",
        "Kitas und<br>Schulen",
    ],
)
def test_a_break_within_a_sentence_or_a_quote_parts_nothing(paragraph: str) -> None:
    assert lines_of(paragraph) == [paragraph.replace("<br>", " ")]


def test_elements_on_lines_of_their_own_in_the_source_are_one_line_between_two_breaks() -> None:
    board = "Kassenwart: Ole Brandt<br><b>Vorsitzender:</b>\n<i>Karl Beispiel</i>"
    assert lines_of(board) == ["Kassenwart: Ole Brandt", "Vorsitzender: Karl Beispiel"]


def test_times_of_day_over_what_they_belong_to_all_stay(clean: Cleaner) -> None:
    clocks = ("16:40", "15:05", "13:20")
    body = "".join(f"<p><b>{clock} Uhr</b><br>{text}</p>" for clock, text in zip(clocks, PARAGRAPHS, strict=False))
    article = clean(page(f"<p>21. Mai 2024</p>{body}"))
    assert [line for line in article.text.split("\n\n") if line.endswith(" Uhr")] == [f"{c} Uhr" for c in clocks]


def test_the_address_and_day_over_a_printed_article_are_no_text(clean: Cleaner) -> None:
    texts = "<br><br>".join(PARAGRAPHS)
    over = "URL: http://www.hafenbote.example/artikel/4711.html<br>Artikel vom 08.11.2012, 18:44 Uhr"
    article = clean(RawArticle(html=f"<html><body><p>{over}</p><h2>{TITLE}</h2>{texts}</body></html>"))
    assert article.text == "\n\n".join(PARAGRAPHS)
    assert article.published_at == "2012-11-08T18:44:00+01:00"
    assert {removed.text for removed in article.removed} >= set(over.split("<br>"))


def test_born_and_died_in_one_paragraph_are_no_list(clean: Cleaner) -> None:
    life = ["* 12. März 1938 in Waldau", "† 28. Januar 2024 in Süderhafen"]
    texts = [f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS]
    article = clean(page(texts[0] + f"<p>{'<br>'.join(life)}</p>" + "".join(texts[1:])))
    assert [kind for kind, text in blocks(article) if text in life] == ["paragraph", "paragraph"]


@pytest.mark.parametrize("dash", ["–", "-"])
@pytest.mark.parametrize("prices", [("Eintritt Fr. 10.{}", "Kinder gratis"), ("Erwachsene 12,{}", "Jugendliche 6,{}")])
def test_a_price_that_ends_in_a_dash_does_not_go_on(prices: tuple[str, ...], dash: str) -> None:
    lines = [line.format(dash) for line in prices]
    assert lines_of("<br>".join(lines)) == lines


def test_a_line_that_ends_in_a_dash_goes_on() -> None:
    assert lines_of("Kassenwart 2010 –<br>Ole Brandt") == ["Kassenwart 2010 – Ole Brandt"]


def lines_of_pre(text: str) -> list[list[str]]:
    lines = page_lines(parse(f"<html><body><div>{text}</div></body></html>"))
    return [[part.text for part in divided(line)] for line in lines]


def test_preformatted_paragraphs_are_parted_by_their_empty_lines_and_not_by_the_others() -> None:
    assert lines_of_pre(
        "<pre>\nPressemitteilung 12/2003\n\nDer Rat der Stadt Waldau hat am Dienstag den Haushalt\r\nbeschlossen, "
        "wie ihn die Ver-\nwaltung wollte.\n \n<b>Vorsitzender:\n</b>Karl Beispiel\nKassenwart: Ole Brandt\n</pre>"
    ) == [
        ["Pressemitteilung 12/2003"],
        ["Der Rat der Stadt Waldau hat am Dienstag den Haushalt beschlossen, wie ihn die Verwaltung wollte."],
        ["Vorsitzender:", "Karl Beispiel", "Kassenwart: Ole Brandt"],
    ]


@pytest.mark.parametrize(
    "page",
    [
        "<p>Der Rat\n\nder <code>\n\nStadt</code>\n\nWaldau</p>",
        "<pre></pre>Der Rat\n\nder <code>\n\nStadt</code>\n\nWaldau",
        "<pre><code>Der Rat <i>der</i> Stadt</code> Waldau\n</pre>",
        "<pre>Der Rat <span hidden>\n\nnicht\n\n</span>der Stadt Waldau</pre>",
    ],
)
def test_empty_lines_that_readers_do_not_see_part_nothing(page: str) -> None:
    assert lines_of_pre(page) == [["Der Rat der Stadt Waldau"]]


def test_an_address_that_is_preformatted_is_one_block() -> None:
    address = ["Hafen Süderhafen", "Pressestelle", "Kai 7", "24999 Süderhafen"]
    assert lines_of_pre("<pre>{}\n{}\n\n{}\n{}</pre>".format(*address)) == [address]


def test_a_press_release_that_is_preformatted_has_its_paragraphs(clean: Cleaner) -> None:
    wrapped = "\n\n".join(textwrap.fill(paragraph, 72) for paragraph in PARAGRAPHS)
    article = clean(page(f"<pre>{wrapped}</pre>"))
    assert article.text == "\n\n".join(PARAGRAPHS)
