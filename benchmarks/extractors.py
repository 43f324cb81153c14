"""The public extractors that cleaning is compared with: what takes a page and gives the text of its article."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from html import escape
from importlib.util import find_spec
from typing import Any

Page = Mapping[str, Any]
_TRAFILATURA: Mapping[str, Mapping[str, Any]] = {
    "trafilatura": {},
    "trafilatura, fast": {"fast": True},
    "trafilatura, precision": {"favor_precision": True},
    "trafilatura, recall": {"favor_recall": True},
}


def extractors(source: str) -> Iterator[tuple[str, Callable[[Page], str]]]:
    """By name, those that take the input `source`; of text none but jusText has something to say."""
    if source != "html":
        yield "nothing", lambda page: str(page[source])
        yield "jusText", lambda page: _justext("".join(f"<p>{escape(line)}</p>" for line in page[source].splitlines()))
        return
    for name, options in _TRAFILATURA.items():
        yield name, partial(_trafilatura, options)
    yield "resiliparse", _resiliparse
    yield "readability-lxml", _readability
    yield "jusText", lambda page: _justext(page["html"])
    yield "newspaper4k", _newspaper
    if find_spec("newsplease") is not None:
        yield "news-please", _news_please


def _trafilatura(options: Mapping[str, Any], page: Page) -> str:
    import trafilatura

    return trafilatura.extract(page["html"], include_comments=False, **options) or ""


def _resiliparse(page: Page) -> str:
    from resiliparse.extract.html2text import extract_plain_text

    return str(extract_plain_text(page["html"], main_content=True))


def _readability(page: Page) -> str:
    import trafilatura
    from readability import Document
    from readability.readability import Unparseable

    try:
        return str(trafilatura.html2txt(Document(page["html"]).summary()))
    except Unparseable:
        return ""


def _justext(page: str) -> str:
    import justext

    try:
        paragraphs = justext.justext(page.encode(), justext.get_stoplist("German"), encoding="utf-8")
    except ValueError:  # nothing to parse
        return ""
    return "\n".join(paragraph.text for paragraph in paragraphs if not paragraph.is_boilerplate)


def _newspaper(page: Page) -> str:
    from newspaper import Article

    article = Article(page["url"], language="de", fetch_images=False)  # nothing is asked of the publishers' servers
    article.download(input_html=page["html"])
    article.parse()
    return str(article.text)


def _news_please(page: Page) -> str:
    from newsplease import NewsPlease

    return str(NewsPlease.from_html(page["html"], url=page["url"]).maintext or "")
