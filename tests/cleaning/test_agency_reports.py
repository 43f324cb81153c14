"""Reports as news agencies send them to newsrooms. All is invented."""

import textwrap
from itertools import chain

import pytest

from pipeline.cleaning import Cleaner
from pipeline.config import PipelineConfig
from schemas.records import RawArticle
from tests.cleaning.pages import PARAGRAPHS, TITLE

HEAD = ["bdt0123 4 vm 312 lno 0456", "", "Verkehr/Kommunen/Bau", "(Zusammenfassung 1430)", "", TITLE, ""]
NOTES = [
    "", "# dpa-Notizblock", "", "## Orte", "- [Rathaus](Marktplatz 1, 23999 Süderhafen)", "", "* * * *",
    "Die folgenden Informationen sind nicht zur Veröffentlichung bestimmt", "", "## dpa-Kontakte",
    "- Autorin: Ida Muster, +49 40 1234, <muster@dpa.example>", "dpa mus yyno n1 bei", "121430 Mrz 24",
]  # fmt: skip
WRAPPED = chain.from_iterable(
    textwrap.wrap(text, 68, initial_indent="   ", break_on_hyphens=False) for text in PARAGRAPHS
)
SPACED = chain.from_iterable((text, "") for text in PARAGRAPHS)


@pytest.mark.parametrize("body", [list(WRAPPED), list(SPACED)], ids=["wrapped", "spaced"])
@pytest.mark.parametrize("notes", [NOTES, NOTES[7:8] + NOTES[10:]], ids=["with headings", "without"])
def test_what_is_for_newsrooms_alone_is_no_text(body: list[str], notes: list[str]) -> None:
    article = Cleaner(PipelineConfig())(RawArticle(text="\n".join([*HEAD, *body, *notes]), language="de"))
    assert (article.title, article.kicker) == (TITLE, None)
    assert article.text == "\n\n".join(PARAGRAPHS)


def test_keywords_without_the_number_of_a_report_and_notes_without_a_text_stay() -> None:
    text = "\n\n".join(["Notizblock", TITLE, *PARAGRAPHS])
    article = Cleaner(PipelineConfig())(RawArticle(text=text, language="de"))
    assert article.text == "\n\n".join(PARAGRAPHS)


def test_a_column_that_is_called_notizblock_stays() -> None:
    said = "Am Dienstag sprach der Oberbürgermeister von einem schwarzen Tag: „So geht das nicht weiter.“"
    text = "\n\n".join([TITLE, *PARAGRAPHS[:3], "Notizblock", said, *PARAGRAPHS[3:]])
    article = Cleaner(PipelineConfig())(RawArticle(text=text, language="de"))
    assert article.text == "\n\n".join([*PARAGRAPHS[:3], "Notizblock", said, *PARAGRAPHS[3:]])


def test_notes_that_are_called_notizblock_alone_are_no_text() -> None:
    text = "\n\n".join([TITLE, *PARAGRAPHS, "Notizblock", "Orte", "Rathaus, Marktplatz 1, 23999 Süderhafen"])
    assert Cleaner(PipelineConfig())(RawArticle(text=text, language="de")).text == "\n\n".join(PARAGRAPHS)
