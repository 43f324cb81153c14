"""Articles for the tests of the web view; all people and papers in them are invented."""

from agents.web.store.writer import TopicMessage
from schemas.codec import encode
from schemas.records import (
    Block,
    Entity,
    Mention,
    Quote,
    QuoteArticle,
    QuotePart,
    Removed,
    Speaker,
)
from schemas.spans import Span, joined

NOW = 1_770_000_000.0
"""Seconds since 1970 UTC; when a message came, unless told otherwise."""
TEXT = (
    "Verkehrsministerin Karla Brinkmeier hat in Kiel einen Umbau angekündigt.\n\n"
    "„Wir fangen im Frühjahr an“, sagte Brinkmeier, „und hören nicht vor der letzten Haltestelle auf.“\n\n"
    "Tobias Ahlgrimm widersprach: „Mir schrieb die Behörde noch im Herbst, ‚das Geld reicht nicht‘, und dabei "
    "bleibt es.“"
)


def span(text: str, words: str, after: str = "") -> Span:
    """Where `words` stand in `text`, not before `after`."""
    begin = text.index(words, text.index(after))
    return Span(begin=begin, end=begin + len(words))


def person(text: str, words: str, *, after: str = "", entity: str | None = None, name: str | None = None) -> Speaker:
    return Speaker(spans=[span(text, words, after)], text=words, entity=entity, name=name, confidence=0.9)


def cue(text: str, words: str) -> QuotePart:
    return QuotePart(spans=[span(text, words)], text=words)


def mentions(text: str, *names: str) -> list[Mention]:
    """Every place where one of `names` stands, longest names first."""
    found: list[Mention] = []
    for name in names:
        begin = text.find(name)
        while begin >= 0:
            if not any(mention.begin <= begin < mention.end for mention in found):
                found.append(Mention(begin=begin, end=begin + len(name), text=name, kind="name"))
            begin = text.find(name, begin + 1)
    return sorted(found, key=lambda mention: mention.begin)


def message(article: QuoteArticle, *, offset: int = 0, at: float = NOW, trail: str = "[]") -> TopicMessage:
    """An article as it stands on its topic."""
    return TopicMessage("articles.quotes", 0, offset, at, encode(article), {"trail": trail})


def quote_article(
    id: str = "a-1",
    *,
    title: str | None = "Brinkmeier kündigt Umbau an",
    source: str | None = "Küstenbote",
    url: str | None = "https://nachrichten.example/umbau",
    published_at: str | None = "2026-03-02T09:00:00Z",
    text: str = TEXT,
    simhash: str = "0" * 16,
) -> QuoteArticle:
    """An article with a broken-up quote, one in which another is nested, and three entities."""
    minister = Entity(
        id="per/karla-brinkmeier",
        name="Karla Brinkmeier",
        type="PER",
        roles=["Verkehrsministerin"],
        mentions=mentions(text, "Karla Brinkmeier", "Brinkmeier"),
        salience=0.9,
    )
    critic = Entity(
        id="per/tobias-ahlgrimm",
        name="Tobias Ahlgrimm",
        type="PER",
        mentions=mentions(text, "Tobias Ahlgrimm"),
        salience=0.6,
    )
    town = Entity(id="loc/kiel", name="Kiel", type="LOC", mentions=mentions(text, "Kiel"), salience=0.3)
    broken = [
        span(text, "„Wir fangen im Frühjahr an“"),
        span(text, "„und hören nicht vor der letzten Haltestelle auf.“"),
    ]
    outer = [span(text, text[text.index("„Mir schrieb") :])]
    inner = [span(text, "‚das Geld reicht nicht‘")]
    quotes = [
        Quote(
            id=f"{id}#0",
            type="Direct",
            medium="Speech",
            spans=broken,
            text=joined(text, broken),
            speaker=person(text, "Brinkmeier", after="sagte", entity=minister.id, name=minister.name),
            cue=cue(text, "sagte"),
            confidence=0.95,
        ),
        Quote(
            id=f"{id}#1",
            type="Direct",
            medium="Speech",
            spans=outer,
            text=joined(text, outer),
            speaker=person(text, "Tobias Ahlgrimm", entity=critic.id, name=critic.name),
            cue=cue(text, "widersprach"),
            confidence=0.9,
        ),
        Quote(
            id=f"{id}#2",
            type="Direct",
            medium="Writing",
            spans=inner,
            text=joined(text, inner),
            speaker=person(text, "die Behörde"),
            cue=cue(text, "schrieb"),
            confidence=0.6,
        ),
    ]
    blocks = []
    begin = 0
    for number, part in enumerate(text.split("\n\n")):
        blocks.append(Block(begin=begin, end=begin + len(part), kind="paragraph" if number else "lead"))
        begin += len(part) + 2
    return QuoteArticle(
        id=id,
        url=url,
        source=source,
        language="de",
        published_at=published_at,
        title=title,
        text=text,
        blocks=blocks,
        removed=[Removed(text="Jetzt den Newsletter bestellen", reason="newsletter")],
        content_hash="0" * 64,
        simhash=simhash,
        entities=[minister, town, critic],
        quotes=quotes,
    )


def hostile_article() -> QuoteArticle:
    """Markup and scripts wherever there is text."""
    attack = "<script>alert(1)</script>"
    name = f'<img src=x onerror="alert(2)">{attack}'
    said = f"„{attack} & <b>fett</b>“"
    text = f"{said}, sagte {name}."
    entity = Entity(
        id=f"per/{attack}/../x", name=name, type="PER", roles=[attack], mentions=mentions(text, name), salience=1.0
    )
    quote = Quote(
        id="h#0",
        type="Direct",
        medium="Speech",
        spans=[span(text, said)],
        text=said,
        speaker=person(text, name, entity=entity.id, name=name),
        cue=cue(text, "sagte"),
        confidence=1.0,
    )
    return QuoteArticle(
        id=f"../\"'{attack}/ä?#",
        url="javascript:alert(3)",
        source=attack,
        language="de",
        title=attack,
        kicker=attack,
        authors=[attack],
        infobox={attack: attack},
        text=text,
        blocks=[Block(begin=0, end=len(text), kind="paragraph")],
        removed=[Removed(text=attack, reason="advert")],
        content_hash="0" * 64,
        simhash="0" * 16,
        entities=[entity],
        quotes=[quote],
    )
