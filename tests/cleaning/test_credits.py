import pytest

from pipeline.cleaning import Cleaner
from pipeline.cleaning.credits import credit_of, is_site_notice
from pipeline.cleaning.lines import words_of
from pipeline.config import PipelineConfig
from schemas.records import RawArticle
from tests.cleaning.pages import PARAGRAPHS, TITLE


@pytest.mark.parametrize(
    ("line", "credit"),
    [
        ("Die Brücke. © Ole Knipser/dpa", "© Ole Knipser/dpa"),
        ("Foto: Ole Knipser", "Foto: Ole Knipser"),
        ("Die Brücke im Mai. Foto: dpa", "Foto: dpa"),
        ("Die Brücke im Mai. Foto: picture alliance / dpa.", "Foto: picture alliance / dpa."),
        ("Die Brücke im Mai.Foto: privat", "Foto: privat"),
        ("Die Brücke, wo sie am höchsten ist Foto: Ole Knipser", "Foto: Ole Knipser"),
        ("Mit Masken im Hafen Bild: Stadt Süderhafen, Amt für Bau", "Bild: Stadt Süderhafen, Amt für Bau"),
        ("Der Rat tagt. Die Sitzung dauerte lange. (Foto: Ole Knipser)", "Foto: Ole Knipser"),
        ("So sieht das neue Bild: die Brücke bei Nacht. Foto: Ole Knipser", "Foto: Ole Knipser"),
        ("Die Brücke. Foto: Ole Knipser. Archiv Hafenbahn.", "Foto: Ole Knipser. Archiv Hafenbahn"),
        ("Die Linie 4 Pressefoto: Hafenbahn", "Pressefoto: Hafenbahn"),
        ("Die Linie 4 - Karte: Hafenbahn", "Karte: Hafenbahn"),
    ],
)
def test_credits(line: str, credit: str) -> None:
    found = credit_of(line, len(line.split()))
    assert found is not None
    assert found[1].removesuffix(".") == credit.removesuffix(".")


SENTENCES = [
    "Die Ministerin sagte: Wir bauen.",
    "Petersen hat mit allen Fraktionen gesprochen. Danach ergab sich ein buntes Bild: Jede will etwas anderes.",
    "Am Abend teilte er ein Video: „So geht es nicht weiter.“",
    "Zu sehen ist auf dem Foto: ein Kran, der seit Mai stillsteht.",
    "Voss lobte die bunte Karte: Sie zeige, wo es laut werde.",
    "Sie nannte ihre Quelle: den früheren Hafenmeister Ole Knipser.",
    "Er malte ein Schreckbild: Lärm, Staub und Stau.",
    "Gelbe Karte: Voss (79., Süderhafen)",
    "Die Mieten sind gestiegen (Quelle: Statistikamt), sagte Voss.",
    "Was bleibt, sind Bilder: Regen. Sturm. Stille.",
    "Nach dem Copyright der Pläne fragte niemand.",
]


@pytest.mark.parametrize("line", SENTENCES)
def test_a_sentence_about_a_picture_or_source_is_no_credit(line: str) -> None:
    assert credit_of(line, len(line.split())) is None


def test_paragraphs_that_tell_of_pictures_stay_in_the_text() -> None:
    told = [f"Im Rathaus wurde lange gestritten. {line}" for line in SENTENCES[1:6]]
    article = Cleaner(PipelineConfig())(RawArticle(text="\n\n".join([*PARAGRAPHS[:3], *told, *PARAGRAPHS[3:]])))
    assert [line for line in told if line not in article.text] == []


@pytest.mark.parametrize(
    ("line", "is_notice"),
    [
        ("© 2024 Waldauer Bote", True),
        ("Copyright © 2011-2024 Waldauer Bote. Thema von Themenfabrik", True),
        ("© Waldauer Bote GmbH. Alle Rechte vorbehalten.", True),
        ("© Ole Knipser", False),
        ("© Ole Knipser/Reuters. All rights reserved.", False),
        ("Die gesperrte Brücke im Hafen. © Ole Knipser 2024", False),
        ("Foto: Ole Knipser", False),
    ],
)
def test_the_notice_of_a_site_is_no_image_credit(line: str, is_notice: bool) -> None:
    assert is_site_notice(credit_of(line, len(words_of(line)))) == is_notice


def test_a_credit_without_a_name_is_none() -> None:
    text = "\n\n".join([TITLE, *PARAGRAPHS, "Foto:", "Foto: Ole Knipser", "© 2024 Waldauer Bote"])
    article = Cleaner(PipelineConfig())(RawArticle(text=text))
    assert article.credits == ["Foto: Ole Knipser"]
    reasons = {line.text: line.reason for line in article.removed}
    assert (reasons["Foto:"], reasons["© 2024 Waldauer Bote"]) == ("credit", "legal")


def test_a_notice_in_the_foot_of_a_page_is_the_site_s() -> None:
    body = f"<h1>{TITLE}</h1>" + "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    notices = ("© Amt für Wasser", "Waldauer Bote © 2024. Powered by Seitenbau", "Powered by Seitenbau® © Seitenbau AG")
    foot = "".join(f"<p>{notice}</p>" for notice in notices)
    html = f"<html><body>{body}<p>© Ole Knipser</p><footer>{foot}</footer></body></html>"
    article = Cleaner(PipelineConfig())(RawArticle(html=html))
    assert article.credits == ["© Ole Knipser"]
    assert {line.reason for line in article.removed if line.text in notices} == {"legal"}
