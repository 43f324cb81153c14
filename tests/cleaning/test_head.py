"""Which line over the text is the headline, and which over that is the kicker. All is invented."""

import pytest

from pipeline.cleaning import Cleaner
from pipeline.config import PipelineConfig
from schemas.records import RawArticle
from tests.cleaning.pages import PARAGRAPHS, TITLE

MENU = "<p>Stadt Süderhafen</p><p>Rathaus und Rat</p><p>Leben und Wohnen</p><p>Kultur und Sport</p>"
BODY = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)


@pytest.fixture(scope="module")
def clean() -> Cleaner:
    return Cleaner(PipelineConfig())


@pytest.mark.parametrize(
    ("above", "kicker"),
    [
        ("<p>Bauen am Wasser</p>", "Bauen am Wasser"),
        ("<p>EU</p>", "EU"),
        ('<p class="kicker">Streit um die Brücke im alten Hafen</p>', "Streit um die Brücke im alten Hafen"),
        ("<p>Kommentar</p>", "Kommentar"),
        (f'{MENU}<p>Nr. 87 von Amts wegen</p><div class="field-dachzeile">Nahversorgung</div>', "Nahversorgung"),
        (f'{MENU}<p>Presse und Medien</p><p class="topline">Streit um die Brücke</p>', "Streit um die Brücke"),
        ("<div>Sie sind hier: Start > Bauen</div>", None),
        ('<form><div>Der ganze Suchtext</div></form>', None),
        ("<label>Suche nach:</label>", None),
        ("<button>Navigation umschalten</button>", None),
        ('<div class="lang">DE FR IT EN</div>', None),
        ("<p>Meldung vom 12.03.2024</p>", None),
        ("<p>Bauen 12. März 2024</p>", None),
        ("<p>Seite 2/3:</p>", None),
        ("<p>(Zusammenfassung 1430)</p>", None),
        ("<p>Seite 2 von 4</p>", None),
        ("<span>0</span>", None),
        ('<div class="social-links">Netzwerk Kanal</div>', None),
        ("<nav><div>Waldau und Umgebung</div></nav>", None),
        ("<figure><img><figcaption><p>Die alte Brücke im Hafen</p></figcaption></figure>", None),
    ],
)  # fmt: skip
def test_what_stands_over_a_headline_of_a_page(clean: Cleaner, above: str, kicker: str | None) -> None:
    page = f"<html><head><title>{TITLE}</title></head><body>{above}<h1>{TITLE}</h1>{BODY}</body></html>"
    assert clean(RawArticle(html=page, language="de")).kicker == kicker


@pytest.mark.parametrize(
    ("heading", "kicker"),
    [
        ('<h1><span class="topline">Bauen am Wasser</span><span class="text">{}</span></h1>', "Bauen am Wasser"),
        ('<h1><span class="kicker">Bauen am Wasser:</span> <span>{}</span></h1>', "Bauen am Wasser"),
        ('<h2 class="head"><span class="text-primary">Bauen am Wasser</span> <span>{}</span></h2>', "Bauen am Wasser"),
        ("<h1><small>Streit um eine Brücke</small><br>{}</h1>", "Streit um eine Brücke"),
        ("<h1><span>Jun 17</span> {}</h1>", None),
        ("<h1><span>12.03.2024</span> {}</h1>", None),
        ("<h1><span>Artikel merken</span> {}</h1>", None),
        ("<h1>{}</h1>", None),
    ],
)
def test_a_kicker_in_the_same_heading_as_the_headline(clean: Cleaner, heading: str, kicker: str | None) -> None:
    page = f"<html><head><title>{TITLE}</title></head><body><main>{heading.format(TITLE)}{BODY}</main></body></html>"
    article = clean(RawArticle(html=page, language="de"))
    assert (article.title, article.kicker) == (TITLE, kicker)
    assert article.text == "\n\n".join(PARAGRAPHS)


@pytest.mark.parametrize("begin", ["Rekord-", "Neu"])
def test_the_begin_of_a_word_is_no_kicker(clean: Cleaner, begin: str) -> None:
    title = "Brücke am Hafen kostet Millionen" if begin[-1] == "-" else "bau am Hafen kostet Millionen"
    head = f"<head><title>{title}</title></head>"
    page = f"<html>{head}<body><main><h1>{begin}{title}</h1>{BODY}</main></body></html>"
    assert clean(RawArticle(html=page, language="de")).kicker is None


def test_a_headline_without_its_kicker_is_no_kicker(clean: Cleaner) -> None:
    title, crumb = "Hafenbrücke: Stadt und Land bauen", "Stadt und Land bauen"
    page = f"<html><head><title>{title}</title></head><body><p>{crumb}</p><h1>{title}</h1>{BODY}</body></html>"
    assert clean(RawArticle(html=page, language="de")).kicker is None


def test_the_headline_of_an_interview_as_text_is_what_is_said_below_who_is_asked(clean: Cleaner) -> None:
    text = "\n\n".join(["Interview mit Ministerin Ida Lorenzen (SPD)", "„Das geht schief“", *PARAGRAPHS])
    article = clean(RawArticle(text=text, language="de"))
    assert (article.title, article.kicker) == ("„Das geht schief“", "Interview mit Ministerin Ida Lorenzen (SPD)")


@pytest.mark.parametrize("headline", ["Streit um Hafen", "Zoll findet Drogen"])
def test_a_short_line_alone_over_a_text_is_its_headline_whatever_it_has_in_common_with_it(
    clean: Cleaner, headline: str
) -> None:
    article = clean(RawArticle(text="\n\n".join([headline, *PARAGRAPHS]), language="de"))
    assert article.title == headline
    assert article.text.startswith(PARAGRAPHS[0][:20])


ANSWERS = [
    "Nein, wir suchen noch zwei Leute für die Kasse. Ich selbst stehe auch am Beckenrand, wenn es nötig ist.",
    "Fünf Euro für Erwachsene, Kinder zahlen zwei Euro. Wir haben die Preise nicht erhöht.",
    "Dass sie kommen sollen. Wir freuen uns auf jedes Kind, das schwimmen lernen will.",
]
QUESTIONS = ["Haben Sie genug Personal?", "Wie teuer wird der Eintritt?", "Was sagen Sie den Kindern?"]


@pytest.mark.parametrize("first", [QUESTIONS[0], "Guten Tag, Frau Tölke. Haben Sie genug Personal?"])
def test_the_first_question_of_an_interview_is_not_its_headline(clean: Cleaner, first: str) -> None:
    headline = "Freibad öffnet am Samstag"
    turns = [turn for pair in zip([first, *QUESTIONS[1:]], ANSWERS, strict=True) for turn in pair]
    article = clean(RawArticle(text="\n\n".join([headline, *turns]), language="de"))
    assert (article.title, article.kicker) == (headline, None)
    assert article.text == "\n\n".join(turns)
    assert {block.kind for block in article.blocks} == {"question", "answer"}


TURNS = [turn for pair in zip(QUESTIONS, ANSWERS, strict=True) for turn in pair]


@pytest.mark.parametrize(
    ("headline", "below"),
    [
        ("Haben Sie genug Personal?", ["Hanna Tölke leitet das Freibad. Sie sprach über den Sommer.", *TURNS]),
        ("Haben Sie genug Personal?", [f"Ich war im Freibad. {PARAGRAPHS[0]}", *PARAGRAPHS[1:]]),
        ("Woher kommt das Geld für das Freibad?", [f"Wir haben nachgerechnet. {PARAGRAPHS[0]}", *TURNS]),
    ],
)
def test_a_headline_that_asks_stays_one(clean: Cleaner, headline: str, below: list[str]) -> None:
    article = clean(RawArticle(text="\n\n".join(["Sport am Sonntag", headline, *below]), language="de"))
    assert (article.title, article.kicker) == (headline, "Sport am Sonntag")


RELEASED = ["Hafen Süderhafen baut neue Brücke", "Weg zum anderen Ufer: Stadt und Land teilen sich die Kosten"]


@pytest.mark.parametrize(
    "label", ["PRESSEMITTEILUNG", "Pressemitteilung 12/2024", "Medieninformation der Stadt Waldau", "Presseaussendung:"]
)
def test_the_headline_of_a_press_release_is_the_upper_one(clean: Cleaner, label: str) -> None:
    article = clean(RawArticle(text="\n\n".join([label, *RELEASED, *PARAGRAPHS]), language="de"))
    assert article.title == RELEASED[0]
    assert article.text.startswith(RELEASED[1])


@pytest.mark.parametrize(
    "above", [["Pressemitteilung", "Bauen am Hafen"], ["Pressemitteilung sorgt für Streit"], ["Bauen am Hafen"]]
)
def test_other_lines_over_a_headline_make_no_headline_of_the_next_one(clean: Cleaner, above: list[str]) -> None:
    article = clean(RawArticle(text="\n\n".join([*above, TITLE, *PARAGRAPHS]), language="de"))
    assert (article.title, article.kicker) == (TITLE, above[-1])
