"""Invented records, one of each kind: a stage that has done one has loaded what it loads at first use."""

from collections.abc import Iterator

from pydantic import BaseModel

from schemas.records import CleanArticle, EntityArticle, RawArticle

_TITLE = "Haushalt beschlossen"
_TEXT = "Bürgermeisterin Karla Wendeling sagte am Montag: „Wir bauen die Schule.“"
_HTML = f"<html><head><title>{_TITLE}</title></head><body><h1>{_TITLE}</h1><p>{_TEXT}</p></body></html>"


def warm_up_records(kind: type[BaseModel]) -> Iterator[BaseModel]:
    """Records of a kind that a stage reads; none of a kind that is not known here."""
    if kind is RawArticle:
        yield RawArticle(id="w", text=_TEXT)
        yield RawArticle(id="w", html=_HTML)
    clean = CleanArticle(id="w", language="de", text=_TEXT, title=_TITLE, content_hash="", simhash="0" * 16)
    if kind is CleanArticle:
        yield clean
    if kind is EntityArticle:
        fields = clean.model_dump(by_alias=True) | {"schema": "entity-article/1", "entities": []}
        yield EntityArticle.model_validate(fields, by_alias=True)
