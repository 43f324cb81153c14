"""The templates of the pages and their filters. Imported with the first page: see `agents/web/localisation.py`."""

import re
from collections.abc import Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from agents.web.charts import axis, bars
from agents.web.languages import InterfaceLanguage
from agents.web.localisation import Formats, field_value, local_day, translations
from agents.web.models import Copy, TextRange
from agents.web.models.quotes import UNCERTAIN
from agents.web.paths import article_path, entity_path, quote_path, web_address
from agents.web.publication import publication

_QUOTED = re.compile(r"[„“»«\"‚][^„“”»«\"‚]+[“”»«\"‘’]")


@cache
def environment(language: InterfaceLanguage) -> Environment:
    """The templates in a language, with what they may use."""
    made = Environment(
        loader=PackageLoader("agents.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(formats=Formats(language), bars=bars, axis=axis, citation=citation)
    made.globals.update(in_substance=in_substance, UNCERTAIN=UNCERTAIN)
    made.filters.update(article_path=article_path, entity_path=entity_path, web_address=web_address, marked=marked)
    made.filters.update(with_marks=with_marks, quote_path=quote_path, field_value=field_value)
    made.filters.update(paper_count=paper_count, begins_within=begins_within, publication=publication)
    return made


def marked(snippet: str) -> Markup:
    """A search's snippet with its matches marked; everything else escaped."""
    return Markup(str(escape(snippet)).replace("\x02", "<mark>").replace("\x03", "</mark>"))


def with_marks(text: str, marks: Sequence[TextRange]) -> Markup:
    """A text with the places in `marks` marked; everything escaped."""
    parts, end = [], 0
    for mark in marks:
        parts += [escape(text[end : mark.begin]), "<mark>", escape(text[mark.begin : mark.end]), "</mark>"]
        end = mark.end
    return Markup("".join([*parts, escape(text[end:])]))


def citation(
    *,
    text: str,
    speaker: str | None,
    wording: str,
    doubt: str,
    source: str | None,
    published_at: str | None,
    arrived: float | str,
    url: str | None,
    path: str,
    arrival: str,
) -> str:
    """A quote as it is copied: the words, who said them, where and on which day in Germany; `{origin}` stands for the
    address of these pages.

    Args:
        wording: says that the words are not the speaker's, or nothing.
        doubt: says that the speaker is a guess, or nothing.
        arrived: in seconds since 1970 UTC, or by RFC 3339.
        path: of the quote on these pages.
        arrival: marks a day that is not that of publication.
    """
    published = publication(published_at, arrived)
    day = local_day(published) if published else f"{local_day(arrived)} {arrival}"
    return (
        f"{text} ({', '.join(filter(None, (speaker, wording, doubt, source, day, web_address(url))))}) {{origin}}{path}"
    )


def paper_count(copies: Sequence[Copy], source: str | None) -> int:
    """In how many papers something stands: those of `copies`, and one more. Without a name each article counts."""
    named = {copy.source for copy in copies if copy.source} | {source or ""}
    return len(named) + sum(1 for copy in copies if not copy.source)


def in_substance(type_: str, text: str) -> bool:
    """Whether a quote of this type has no words of its speaker's. Those of an interview's answer are, without marks."""
    return type_ != "Direct" and _QUOTED.search(text) is None


def begins_within(text: str) -> bool:
    """Whether words in quotation marks begin in the middle of a sentence: with a small letter."""
    first = next((character for character in text if character.isalpha()), "")
    return first.islower()
