"""Annotated articles as spaCy's documents."""

from __future__ import annotations

from collections.abc import Iterable

import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span
from spacy.util import filter_spans

from pipeline.corpus.convert import outermost_names
from pipeline.corpus.model import AnnotatedArticle


def doc_bin(articles: Iterable[AnnotatedArticle]) -> DocBin:
    """The bodies of `articles`, as `to_doc` makes them, with what a `Doc` keeps beside its tokens."""
    language = spacy.blank("de")
    return DocBin(["ENT_IOB", "ENT_TYPE"], store_user_data=True, docs=[to_doc(each, language) for each in articles])


def to_doc(article: AnnotatedArticle, language: Language) -> Doc:
    """The body with its names as `ents`; a span covers every token that it has a part in.

    `spans["mentions"]` have the type of their chain as label and its key as id; `spans["quotes"]` have the type of
    quote as label and the number as id. `user_data` holds the id, the chains' names and the quotes' speakers by number.
    """
    body = article.body
    doc = language.make_doc(body.text)

    def span(begin: int, end: int, label: str, key: str) -> Span | None:
        return doc.char_span(begin, end, label=label, span_id=key, alignment_mode="expand")

    names = (span(m.begin, m.end, article.chains[m.chain].type, m.chain) for m in outermost_names(article, body))
    doc.ents = filter_spans([name for name in names if name is not None])
    mentions = (span(m.begin, m.end, article.chains[m.chain].type, m.chain) for m in body.mentions)
    doc.spans["mentions"] = [mention for mention in mentions if mention is not None]
    quotes = (span(*place, quote.type, str(quote.number)) for quote in body.quotes for place in quote.spans)
    doc.spans["quotes"] = [quote for quote in quotes if quote is not None]
    doc.user_data["id"] = article.id
    doc.user_data["chains"] = {key: chain.name for key, chain in article.chains.items()}
    doc.user_data["speakers"] = {str(quote.number): list(quote.speakers) for quote in body.quotes}
    return doc
