"""Anchors that lead nowhere: marks that links of a page lead to. All is invented."""

import pytest

from pipeline.cleaning import Cleaner
from pipeline.config import PipelineConfig
from schemas.records import RawArticle
from tests.cleaning.pages import HEADING, PARAGRAPHS, TITLE

TABLE = (
    "<html><head><title>{title}</title></head><body><table><tr><td><a href='v.htm'>Vorstand</a></td><td>"
    "<h2><a name='oben'>{title}</a></h2>{body}<p><a href='#oben'>nach oben</a></p></td></tr></table></body></html>"
)
WORD = (
    "<html><head><meta name=Generator content='Microsoft Word 11'><title>{title}</title></head><body>"
    "<div class=Section1><h1><a name='_Toc1'><span>{title}</span></a><o:p></o:p></h1>{body}</div></body></html>"
)
OPEN = "<html><head><title>{title}</title></head><body><a name='oben'><h1>{title}</h1>{body}</body></html>"


@pytest.fixture(scope="module")
def clean() -> Cleaner:
    return Cleaner(PipelineConfig())


@pytest.mark.parametrize("template", [TABLE, WORD, OPEN])
@pytest.mark.parametrize("target", ['name="klage"', 'id="klage"'])
def test_a_heading_that_links_lead_to_is_no_link(clean: Cleaner, template: str, target: str) -> None:
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    at = body.index(f"<p>{PARAGRAPHS[3]}")
    body = f"{body[:at]}<h3><a {target}>{HEADING}</a></h3>{body[at:]}"
    article = clean(RawArticle(html=template.format(title=TITLE, body=body)))
    assert article.text == "\n\n".join([*PARAGRAPHS[:3], HEADING, *PARAGRAPHS[3:]])
    assert article.title == TITLE


def test_an_anchor_without_address_or_mark_is_a_link(clean: Cleaner) -> None:
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS) + f"<p><a class='mehr'>{HEADING}</a></p>"
    article = clean(RawArticle(html=TABLE.format(title=TITLE, body=body)))
    assert article.text == "\n\n".join(PARAGRAPHS)
