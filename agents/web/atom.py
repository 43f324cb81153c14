"""A search as an Atom feed (RFC 4287)."""

from collections.abc import Sequence
from xml.etree import ElementTree

from agents.web.models import QuoteHit
from agents.web.models.quotes import UNCERTAIN
from agents.web.paths import article_path, quote_path
from agents.web.publication import publication
from agents.web.rendering import in_substance
from schemas.codec import one_line
from schemas.times import instant_at, rfc3339

NAMESPACE = "http://www.w3.org/2005/Atom"
ENTRIES = 50
_NOT_IN_XML = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])


def feed(
    hits: Sequence[tuple[QuoteHit, float]], *, title: str, base: str, path: str, own: str, wording: str, doubt: str
) -> bytes:
    """The feed of what a search finds.

    Args:
        hits: what came, and when, in seconds since 1970 UTC; the last first.
        title: of the feed.
        base: the address of the pages, such as `https://redefluss.example`.
        path: the address of the search on them, with its query.
        own: the address of the feed itself, with its query.
        wording: says that words are not the speaker's.
        doubt: says that a speaker is a guess.
    """
    root = ElementTree.Element("feed", {"xmlns": NAMESPACE})
    _add(root, "title", title)
    _add(root, "id", base + own)
    ElementTree.SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": base + own})
    ElementTree.SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": base + path})
    _add(root, "updated", rfc3339(instant_at(max((came for _, came in hits), default=0.0))))
    generator = ElementTree.SubElement(root, "generator")
    generator.text = "Redefluss"
    for hit, came in {hit.said: (hit, came) for hit, came in hits}.values():
        entry = ElementTree.SubElement(root, "entry")
        name, address = hit.quote.speaker or "–", base + quote_path(hit.article_id, hit.quote.text)
        sureness = hit.quote.speaker_confidence
        caveats = [wording] if in_substance(hit.quote.type, hit.quote.text) else []
        caveats += [doubt] if sureness is not None and sureness < UNCERTAIN else []
        who = f"{name} ({', '.join(caveats)})" if caveats else name
        _add(entry, "title", one_line(f"{who}: {hit.quote.text}", 160))
        _add(entry, "id", f"{base}{article_path(hit.article_id)}#said-{hit.said}")
        ElementTree.SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": address})
        _add(entry, "updated", rfc3339(instant_at(came)))
        if (published := publication(hit.published_at, came)) is not None:
            _add(entry, "published", published)
        author = ElementTree.SubElement(entry, "author")
        _add(author, "name", name)
        if hit.source is not None:
            source = ElementTree.SubElement(entry, "category")
            source.set("term", hit.source.translate(_NOT_IN_XML))
        content = ElementTree.SubElement(entry, "content", {"type": "text"})
        content.text = f"{hit.quote.text}\n\n{', '.join(filter(None, (who, hit.source)))}".translate(_NOT_IN_XML)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _add(parent: ElementTree.Element, tag: str, text: str) -> None:
    ElementTree.SubElement(parent, tag).text = text.translate(_NOT_IN_XML)
