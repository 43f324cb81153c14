"""Annotated articles in the formats of the evaluations, of spaCy and of coreference scorers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pipeline.corpus.model import AnnotatedArticle, AnnotatedChain, AnnotatedQuote, Part
from pipeline.reader.tokens import tokenize

_NAMED = ("PER", "ORG", "LOC", "MISC")


def entities_row(article: AnnotatedArticle) -> dict[str, Any]:
    """The names of the body, as the scorer of entities reads them: entities are `[begin, end, type]`."""
    body = article.body
    return {
        "name": article.id,
        "text": body.text,
        "entities": [[m.begin, m.end, article.chains[m.chain].type] for m in outermost_names(article, body)],
    }


def outermost_names(article: AnnotatedArticle, part: Part) -> list[Any]:
    """The mentions by name of named chains, without those inside another name."""
    found: list[Any] = []
    for mention in part.mentions:
        chain = article.chains[mention.chain]
        if (
            mention.kind == "name"
            and chain.named
            and chain.type in _NAMED
            and (not found or mention.begin >= found[-1].end)
        ):
            found.append(mention)
    return found


def quotes_row(article: AnnotatedArticle) -> dict[str, Any]:
    """The quotes of the body, as the scorer of quotes reads them; sentences carried on are put together.

    They have no `frame`, since nobody annotates it.
    """
    body = article.body
    rows = []
    for quote in _carried_together(body):
        rows.append(
            {
                "spans": [list(span) for span in quote.spans],
                "speaker": _ranges(m for m in body.mentions if quote.number in m.speaks),
                "cue": [list(span) for span in quote.cue],
                "addressee": _ranges(m for m in body.mentions if quote.number in m.hears),
                "type": quote.type,
                "medium": quote.medium,
            }
        )
    return {"name": article.id, "text": body.text, "tokens": tokenize(body.text).tolist(), "quotes": rows}


def _ranges(mentions: Iterable[Any]) -> list[list[int]]:
    return [[m.begin, m.end] for m in mentions]


def _carried_together(body: Part) -> Iterator[AnnotatedQuote]:
    """Neighbouring sentences of free indirect speech of one speaker as one quote, the rest as they are."""
    last: AnnotatedQuote | None = None
    for quote in body.quotes:
        free = quote.type in {"IndirectFreeIndirect", "FreeIndirect"}
        if (
            last is not None
            and free
            and (last.type, last.speakers) == (quote.type, quote.speakers)
            and not body.text[last.spans[-1][1] : quote.spans[0][0]].strip(" ")
        ):
            last = AnnotatedQuote(
                last.number, last.type, last.medium, ((last.spans[0][0], quote.spans[-1][1]),), last.speakers, last.cue
            )
            continue
        if last is not None:
            yield last
            last = None
        if free:
            last = quote
        else:
            yield quote
    if last is not None:
        yield last


def speakers_row(article: AnnotatedArticle) -> dict[str, Any]:
    """Who says what by full name, and the entities by name, as the scorer of speakers reads them.

    Acts of speech that are only reported are given apart, under `reported`.
    """
    body = article.body
    quotes: list[dict[str, Any]] = []
    reported: list[dict[str, Any]] = []
    for quote in body.quotes:
        inside = any(
            other.number != quote.number
            and other.spans[0][0] <= quote.spans[0][0]
            and quote.spans[-1][1] <= other.spans[-1][1]
            for other in body.quotes
        )
        kind = "Indirect" if quote.type != "Direct" else "Partial" if inside else "Direct"
        chains = [article.chains[key] for key in quote.speakers]
        named = " und ".join(chain.name for chain in chains) if chains else None
        pointing = next((m for m in body.mentions if quote.number in m.speaks), None)
        row = {
            "begin": quote.spans[0][0],
            "end": quote.spans[-1][1],
            "type": kind,
            "speaker": named,
            "mention": [pointing.begin, pointing.end] if pointing is not None else None,
            "kind": "name" if chains and all(chain.named for chain in chains) else "nominal",
            "also": [
                name for chain in chains for name in (*chain.aliases, *((chain.name,) if len(chains) > 1 else ()))
            ],
        }
        (reported if quote.type == "Reported" else quotes).append(row)
    occurring = {m.chain for m in body.mentions if m.kind == "name"}
    chains_named = [chain for key, chain in article.chains.items() if key in occurring and chain.named]
    return {
        "name": article.id,
        "difficulty": article.head.get("difficulty"),
        "text": body.text,
        "quotes": quotes,
        "reported": reported,
        "people": [_person(chain) for chain in chains_named if chain.type == "PER"],
        "entities": [
            {"name": chain.name, "type": chain.type, "also": list(chain.aliases)}
            for chain in chains_named
            if chain.type in _NAMED
        ],
    }


def _person(chain: AnnotatedChain) -> dict[str, Any]:
    return {"name": chain.name, "type": "PER", "roles": list(chain.roles), "affiliations": list(chain.affiliations)}


def chains_row(article: AnnotatedArticle) -> dict[str, Any]:
    """The chains of the body, as the scorer of coreference reads them: lists of `[begin, end]`."""
    chains: dict[str, list[list[int]]] = {}
    for mention in article.body.mentions:
        chains.setdefault(mention.chain, []).append([mention.begin, mention.end])
    return {"name": article.id, "text": article.body.text, "chains": list(chains.values())}


def conll_lines(article: AnnotatedArticle) -> Iterator[str]:
    """The body with its chains in the column format of the CoNLL shared task on coreference, a line a token."""
    body = article.body
    numbers = {key: number for number, key in enumerate(article.chains)}
    tokens = tokenize(body.text).tolist()
    opens: dict[int, list[str]] = {}
    closes: dict[int, list[str]] = {}
    for mention in body.mentions:
        inside = [i for i, (b, e) in enumerate(tokens) if b < mention.end and mention.begin < e]
        if not inside:
            continue
        number = numbers[mention.chain]
        if len(inside) == 1:
            opens.setdefault(inside[0], []).append(f"({number})")
        else:
            opens.setdefault(inside[0], []).append(f"({number}")
            closes.setdefault(inside[-1], []).insert(0, f"{number})")
    yield f"#begin document ({article.id}); part 000"
    for index, (begin, end) in enumerate(tokens):
        brackets = "|".join([*opens.get(index, ()), *closes.get(index, ())]) or "-"
        yield f"{article.id}\t0\t{index}\t{body.text[begin:end]}\t{brackets}"
    yield "#end document"
