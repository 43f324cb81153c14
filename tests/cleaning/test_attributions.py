import pytest

from pipeline.cleaning import Cleaner
from pipeline.cleaning.attributions import is_signed_quotation, keep_attributions
from pipeline.cleaning.lines import Line
from pipeline.config import PipelineConfig
from schemas.records import RawArticle
from tests.cleaning.kept_lines import kept_by
from tests.cleaning.pages import PARAGRAPHS

QUOTATION = "„Allein kann die Stadt die Kosten nicht tragen.“"


def kept(*texts: str) -> list[str]:
    return kept_by(keep_attributions, texts)


@pytest.mark.parametrize(
    "below", ["Knut Petersen, Oberbürgermeister", "– Knut Petersen", "— Ida von Lorenzen, SPD", "Ida Lorenzen, SPD"]
)
def test_who_is_quoted_above_stays(below: str) -> None:
    assert len(kept(QUOTATION, f"[{below}]")) == 2


@pytest.mark.parametrize("above", ["Der „Hafenbote“ kommentiert den Neubau:", "Ministerin Ida Lorenzen:"])
def test_who_is_quoted_below_stays(above: str) -> None:
    assert kept(f"[{above}]", QUOTATION) == [above, QUOTATION]


@pytest.mark.parametrize(
    "texts",
    [
        ("Die Brücke wird neu gebaut, und das Land zahlt.", "[Knut Petersen, Oberbürgermeister]"),
        (QUOTATION, "[Knut Petersen im Rathaus]"),
        (QUOTATION, "[Brücke, Bahn und Hafen: Alle Berichte]"),
        (f"[{QUOTATION}]", "[Knut Petersen, Oberbürgermeister]"),
        ("[Mehr zum Thema Hafen:]", "Die Brücke wird neu gebaut, und das Land zahlt."),
        ("[Stimmen zur Brücke]", QUOTATION),
    ],
)
def test_other_lines_go(texts: tuple[str, ...]) -> None:
    assert kept(*texts) == [text for text in texts if not text.startswith("[")]


@pytest.mark.parametrize(
    ("text", "is_signed"),
    [
        (f"{QUOTATION} – Knut Petersen, Oberbürgermeister", True),
        (f"{QUOTATION} (Oberbürgermeister Knut Petersen)", True),
        (f"{QUOTATION} – Rat streitet über die Brücke", False),
        (f"{QUOTATION} (1999)", False),
        (QUOTATION, False),
    ],
)
def test_a_quotation_with_who_said_it_is_no_headline(text: str, is_signed: bool) -> None:
    assert is_signed_quotation(text) == is_signed


STATEMENTS = [
    ("„Wir fangen im Frühjahr an, und dabei bleibt es.“", "Ida Lorenzen, Bauministerin"),
    (QUOTATION, "Knut Petersen, Oberbürgermeister"),
    ("„Nachts wird dort niemand arbeiten.“", "Marlene Voss, Sprecherin der Anwohner"),
]


def test_every_statement_has_its_name_as_a_paragraph() -> None:
    lead = "Der Neubau der Hafenbrücke ist beschlossen. Stimmen aus der Stadt und aus dem Land:"
    text = "\n\n".join([lead, *("\n".join(statement) for statement in STATEMENTS)])
    article = Cleaner(PipelineConfig())(RawArticle(text=text, language="de"))
    assert article.text.split("\n\n") == [lead, *(line for statement in STATEMENTS for line in statement)]
    assert {block.kind for block in article.blocks[1:]} == {"paragraph"}


def test_signed_quotations_are_paragraphs() -> None:
    lead = "Der Neubau der Hafenbrücke ist beschlossen."
    signed = [f"{quotation} ({name})" for quotation, name in STATEMENTS]
    article = Cleaner(PipelineConfig())(RawArticle(text="\n\n".join([lead, *signed]), language="de"))
    assert (article.title, article.text.split("\n\n")) == (None, [lead, *signed])


def test_a_name_below_a_quotation_that_a_text_begins_with_is_no_headline() -> None:
    text = "\n\n".join([*STATEMENTS[0], *PARAGRAPHS])
    assert Cleaner(PipelineConfig())(RawArticle(text=text, language="de")).title != STATEMENTS[0][1]


@pytest.mark.parametrize("name", ["Knut Petersen, SPD", "Knut Petersen"])
def test_the_footer_of_a_blockquote_is_no_footer_of_the_page(name: str) -> None:
    paragraphs = [f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS]
    quote = f"<blockquote><p>{QUOTATION}</p><footer>{name}</footer></blockquote>"
    page = (
        "".join(["<article><h1>Brücke wird gebaut</h1>", *paragraphs[:3], quote, *paragraphs[3:], "</article>"])
        + f"<footer>Hafenbote, {name}</footer>"
    )
    article = Cleaner(PipelineConfig())(RawArticle(html=f"<html><body>{page}</body></html>", language="de"))
    quotes = [article.text[block.begin : block.end] for block in article.blocks if block.kind == "quote"]
    assert quotes == [QUOTATION, name]
    assert f"Hafenbote, {name}" in [removed.text for removed in article.removed]


def test_a_name_below_a_quotation_is_no_heading() -> None:
    lines = [Line(QUOTATION), Line("Knut Petersen, Oberbürgermeister"), Line("Knut Petersen zögert")]
    for line, kind in zip(lines, ("paragraph", "heading", "heading"), strict=True):
        line.keep(kind, "test")  # type: ignore[arg-type]
    keep_attributions(lines, [False] * 3)
    assert [line.kind for line in lines] == ["paragraph", "paragraph", "heading"]
