"""Articles and statements as they stand on the topics, made for tests."""

from typing import Any

import orjson

SAID = "Das tut weh"


def article(
    identifier: str, *, said: tuple[str, ...] = (SAID,), published: str | None = "2026-05-01T10:00:00Z", **fields: Any
) -> bytes:
    """An article in which one person says each of these."""
    name = "Hanna Tölke"
    text, quotes = name, []
    for number, words in enumerate(said):
        begin = len(text) + 1
        text += f" {words}"
        speaker = {"spans": [{"begin": 0, "end": len(name)}], "text": name, "entity": "per/hanna-tolke", "name": name}
        quotes.append(
            {
                "id": f"{identifier}#{number}", "type": "Direct", "medium": "Speech", "text": words, "confidence": 0.9,
                "spans": [{"begin": begin, "end": begin + len(words)}], "part_of": None,
                "speaker": speaker | {"kind": "person", "confidence": 0.8},
            }
        )  # fmt: skip
    entity = {
        "id": "per/hanna-tolke", "name": name, "type": "PER", "roles": ["Bürgermeisterin"], "affiliations": [],
        "wikidata": None, "gender": "f", "gender_from": "name", "salience": 1.0,
        "mentions": [{"begin": 0, "end": len(name), "text": name, "kind": "name"}],
    }  # fmt: skip
    record = {
        "schema": "quote-article/1", "id": identifier, "language": "de", "source": "Waldauer Bote", "title": "Freibad",
        "published_at": published, "text": text, "content_hash": "0", "simhash": "0" * 16,
        "entities": [entity], "quotes": quotes,
    }  # fmt: skip
    return orjson.dumps(record | fields)


def statement(identifier: str, *, articles: int = 2) -> bytes:
    """A statement that so many articles have."""
    found = [
        {
            "id": f"a-{number}", "quote": f"a-{number}#0", "text": SAID, "type": "Direct",
            "seen_at": "2026-05-01T11:00:00Z",
        }
        for number in range(articles)
    ]  # fmt: skip
    return orjson.dumps(
        {
            "schema": "statement/1", "id": identifier, "said_by": "Hanna Tölke", "text": SAID, "type": "Direct",
            "verbatim": True, "first": {"article": "a-0", "published_at": "2026-05-01T10:00:00Z"}, "articles": found,
            "count": articles, "sources": 1, "updated_at": "2026-05-01T11:00:00Z",
        }
    )  # fmt: skip


RELEASE_0_1 = orjson.dumps(
    {
        "schema": "quote-article/1", "id": "alt-1", "url": None, "source": None, "language": "de",
        "published_at": None, "meta": {}, "kicker": None, "title": None, "authors": [], "dateline": None,
        "text": "Tölke: Nein", "blocks": [], "credits": [], "agencies": [], "removed": [],
        "content_hash": "0", "simhash": "0" * 16,
        "entities": [
            {
                "id": "per/tolke", "name": "Tölke", "type": "PER", "roles": [], "affiliations": [], "wikidata": None,
                "salience": 1.0, "mentions": [{"begin": 0, "end": 5, "text": "Tölke", "kind": "name"}],
            }
        ],
        "quotes": [
            {
                "id": "alt-1#0", "type": "Direct", "medium": "Speech", "spans": [{"begin": 7, "end": 11}],
                "text": "Nein", "cue": None, "frame": None, "addressee": None, "confidence": 0.9,
                "speaker": {
                    "spans": [{"begin": 0, "end": 5}], "text": "Tölke", "entity": "per/tolke", "name": "Tölke",
                },
            }
        ],
    }
)  # fmt: skip
"""As release 0.1 wrote it: without part_of, gender, the fields of pages, and kind and confidence of speakers."""
