"""What content management systems write into and under articles. All is invented."""

import pytest

from pipeline.cleaning import Cleaner
from pipeline.config import PipelineConfig
from schemas.records import RawArticle
from tests.cleaning.pages import PARAGRAPHS, TITLE

JOOMLA = (
    '<html><head><title>{title}</title></head><body><table class="contentpaneopen"><tr><td class="contentheading">'
    '{title}</td></tr></table><table class="contentpaneopen"><tr><td valign="top">{body}</td></tr></table></body>'
    "</html>"
)
BLOG = (
    '<html><head><title>{title}</title></head><body><div id="content"><div class="post"><h2>{title}</h2>'
    '<div class="entry">{body}</div></div></div></body></html>'
)
NOTICES = [
    "Diese E-Mail-Adresse ist gegen Spam Bots geschützt, Sie müssen JavaScript aktivieren, damit Sie sie sehen können",
    "Diese E-Mail-Adresse ist gegen Spambots geschützt! JavaScript muss aktiviert werden, damit sie angezeigt werden "
    "kann.",
    "Diese E-Mail-Adresse ist vor Spambots geschützt! Zur Anzeige muss JavaScript eingeschaltet sein!",
]
FILED = [
    "Dieser Eintrag wurde am Samstag, 03. Mai 2008 um 10:15 Uhr erstellt und ist in der Kategorie <a href='x'>Hafen</a>"
    " abgelegt. Antworten zu diesem Eintrag können durch den RSS 2.0-Feed verfolgt werden. Sie können einen Kommentar "
    "schreiben, oder einen Trackback auf Ihrer Seite einrichten.",
    "Dieser Beitrag wurde unter Hafen abgelegt und mit Brücke, Fähre verschlagwortet. Setze ein Lesezeichen auf den "
    "Permalink.",
    "Dieser Beitrag wurde am 3. Mai 2012 von Ida Muster unter Hafen veröffentlicht. Schlagworte: Brücke, Fähre.",
]
ASKS = "Wer bei der Aufsicht über die Fähre helfen will, meldet sich bei Jens Muster"


@pytest.fixture(scope="module")
def clean() -> Cleaner:
    return Cleaner(PipelineConfig())


def body_of(*texts: str, by: str) -> str:
    return "<br><br>".join(texts) if by == "br" else "".join(f"<p>{text}</p>" for text in texts)


@pytest.mark.parametrize(("template", "by"), [(JOOMLA, "br"), (BLOG, "p"), (None, "")])
@pytest.mark.parametrize("notice", NOTICES)
def test_a_notice_in_the_place_of_an_address_is_cut_out(
    clean: Cleaner, template: str | None, by: str, notice: str
) -> None:
    texts = [*PARAGRAPHS[:3], f"{ASKS} {notice} oder im Rathaus.", *PARAGRAPHS[3:]]
    if template is None:
        article = clean(RawArticle(text="\n\n".join([TITLE, *texts])))
    else:
        article = clean(RawArticle(html=template.format(title=TITLE, body=body_of(*texts, by=by))))
    assert article.text.split("\n\n") == [*PARAGRAPHS[:3], f"{ASKS} oder im Rathaus.", *PARAGRAPHS[3:]]
    assert notice in [line.text for line in article.removed]


@pytest.mark.parametrize("template", [JOOMLA, BLOG])
def test_a_notice_in_a_line_of_its_own_between_others_is_cut_out(clean: Cleaner, template: str) -> None:
    lines = f"Anmeldung: Jens Muster<br>{NOTICES[0]}<br>Telefon nur am Vormittag"
    article = clean(RawArticle(html=template.format(title=TITLE, body=body_of(*PARAGRAPHS, lines, by="p"))))
    assert "Spam" not in article.text


@pytest.mark.parametrize("template", [JOOMLA, BLOG])
@pytest.mark.parametrize("filed", FILED)
def test_where_a_blog_files_an_article_is_no_text(clean: Cleaner, template: str, filed: str) -> None:
    article = clean(RawArticle(html=template.format(title=TITLE, body=body_of(*PARAGRAPHS, filed, by="p"))))
    assert article.text.split("\n\n") == PARAGRAPHS


def test_a_sentence_about_a_contribution_stays(clean: Cleaner) -> None:
    says = "Dieser Beitrag wurde am Montag von Ida Lorenzen im Rat verlesen und danach einstimmig angenommen."
    article = clean(RawArticle(html=BLOG.format(title=TITLE, body=body_of(*PARAGRAPHS, says, by="p"))))
    assert article.text.endswith(says)
