"""The marks of editors under an article, and notices of when it was broadcast. All is invented."""

import pytest

from pipeline.cleaning import Cleaner
from pipeline.cleaning.lines import Line
from pipeline.cleaning.sign_offs import remove_sign_offs
from pipeline.config import PipelineConfig
from schemas.records import RawArticle
from tests.cleaning.pages import PARAGRAPHS, TITLE

PLAIN = "<html><head><title>{title}</title></head><body><main><h1>{title}</h1>{body}</main></body></html>"
BLOG = (
    '<html><head><title>{title} – Hafenblog</title></head><body class="single"><article class="post type-post">'
    '<header class="entry-header"><h1 class="entry-title">{title}</h1></header><div class="entry-content">{body}</div>'
    "</article></body></html>"
)


@pytest.fixture(scope="module")
def clean() -> Cleaner:
    return Cleaner(PipelineConfig())


@pytest.mark.parametrize("template", [PLAIN, BLOG])
@pytest.mark.parametrize(
    ("below", "reason"),
    [
        ("(bju)", "other"),
        ("(Red/bju)", "other"),
        ("(bju/ska)", "other"),
        ("(Schluss) bju/ska", "other"),
        ("red, wien.ORF.at/Agenturen", "other"),
        ("Sendung: Inforadio, 30.05.2025, 17 Uhr", "related"),
        ("Sendung am Fr., 30.5.2025 17:00 Uhr, Kultur am Abend", "related"),
        ("Über dieses Thema berichtete Inforadio am 30. Mai 2025 um 17:15 Uhr.", "related"),
        ("Über dieses Thema berichten wir am 30.05.2025 auch im Fernsehen: Lokalzeit, 19.30 Uhr.", "related"),
        ("Diese Nachricht wurde am 30.05.2025 im Programm Inforadio gesendet.", "related"),
        ("Rendez-vous, 30.05.2025, 12:30 Uhr; sda/weis", "related"),
    ],
)
def test_a_sign_off_is_no_text(clean: Cleaner, template: str, below: str, reason: str) -> None:
    body = "".join(f"<p>{text}</p>" for text in (*PARAGRAPHS, below))
    article = clean(RawArticle(html=template.format(title=TITLE, body=body)))
    assert article.text == "\n\n".join(PARAGRAPHS)
    assert {line.text: line.reason for line in article.removed}[below] == reason


@pytest.mark.parametrize(
    "text",
    [
        "Über dieses Thema berichtete zuerst der Hafenbote.",
        "Die Sendung am Freitag sei ein Fehler gewesen, sagte sie um 17 Uhr. Am Abend sprach sie mit den Anwohnern.",
        "Über dieses Thema berichteten die Gutachter am Montag im Ausschuss, und zwar ab 14 Uhr.",
        "Sendungen vom 24. Dezember werden am gleichen Tag bis 18 Uhr zugestellt.",
        "Diese Nachricht wurde am 3. Mai 2025 an alle Telefone im Landkreis gesendet.",
        "(AfD)",
        "SPD/FDP",
        "Orgelkonzert im Dom, 30.05.2025, 12:30 Uhr",
        "(lacht)",
    ],
)
def test_what_only_resembles_a_sign_off_stays(text: str) -> None:
    lines = [Line(PARAGRAPHS[1]), Line(text)]
    for line in lines:
        line.keep("paragraph", "test")
    remove_sign_offs(lines)
    assert [line.kind for line in lines] == ["paragraph", "paragraph"]


def test_marks_of_editors_are_looked_for_below_the_text_alone() -> None:
    lines = [Line("(bju)"), Line(PARAGRAPHS[1])]
    for line in lines:
        line.keep("paragraph", "test")
    remove_sign_offs(lines)
    assert lines[0].kind == "paragraph"


def test_an_item_of_a_list_is_no_mark_of_an_editor(clean: Cleaner) -> None:
    body = "".join(f"<p>{text}</p>" for text in (*PARAGRAPHS, "Für den Fahrplan stimmten:"))
    body += "<ul><li>SPD/FDP</li><li>rot/gelb</li></ul>"
    article = clean(RawArticle(html=PLAIN.format(title=TITLE, body=body)))
    assert article.text.endswith("SPD/FDP\n\nrot/gelb")
