"""What the rules make of articles of the corpus, kept in files: whatever changes there is seen line by line.

The files are renewed by `python -m tests.support.golden`.
"""

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pipeline.config import PipelineConfig
from pipeline.corpus.convert import outermost_names
from pipeline.corpus.files import article_files, read_file
from pipeline.corpus.model import AnnotatedArticle
from pipeline.entities.name_spans import ModelSpan
from pipeline.quotes import QuoteExtractor
from schemas.records import CleanArticle, Entity, EntityArticle, Quote
from schemas.spans import Span
from tests.support.given_names import GivenNames

ROOT = Path(__file__).parents[2]
ENTITIES, QUOTES = ROOT / "tests" / "entities" / "golden.tsv", ROOT / "tests" / "quotes" / "golden.tsv"
WRITERS, ENDINGS = ("w01", "w02", "w03"), ("1", "3")
"""Whose articles are read, and the last digits of their numbers."""


@cache
def read() -> tuple[list[str], list[str]]:
    """The lines of both files, as the rules make them now."""
    given, quotes = GivenNames(), QuoteExtractor(PipelineConfig(model_de="rules", quote_model="rules"))
    found: tuple[list[str], list[str]] = ([], [])
    for article in articles():
        clean = CleanArticle(id=article.id, language="de", text=article.body.text, content_hash="", simhash="0" * 16)
        given.names = annotated_names(article)
        entities = given(clean)
        found[0].extend(f"{article.id}\t{line}" for line in entity_lines(entities))
        if article.id.endswith(ENDINGS[0]):
            given.names = None
            found[0].extend(f"{article.id} by rules alone\t{line}" for line in entity_lines(given(clean)))
        found[1].extend(f"{article.id}\t{quote_line(quote)}" for quote in quotes(entities).quotes)
    return found


def articles() -> Iterator[AnnotatedArticle]:
    """The articles whose records are kept."""
    for path in article_files(ROOT / "corpus"):
        if path.stem.endswith(ENDINGS) and path.parent.name in WRITERS:
            yield read_file(path)


def annotated_names(article: AnnotatedArticle) -> list[ModelSpan]:
    """The names of the body with their types."""
    return [(m.begin, m.end, article.chains[m.chain].type) for m in outermost_names(article, article.body)]  # type: ignore[misc]


def entity_lines(article: EntityArticle) -> Iterator[str]:
    """Id, name, roles, affiliations, gender and mentions, a line for each entity."""
    for entity in article.entities:
        said = ("; ".join(entity.roles), "; ".join(entity.affiliations), _gender(entity))
        yield "\t".join([entity.id, entity.name, *said, _mentions(entity), str(entity.salience)])


def _gender(entity: Entity) -> str:
    return f"{entity.gender} by {entity.gender_from}" if entity.gender else ""


def _mentions(entity: Entity) -> str:
    return " ".join(f"{mention.kind[:2]}{mention.begin}-{mention.end}" for mention in entity.mentions)


def quote_line(quote: Quote) -> str:
    """Type, medium, confidence, spans, speaker and its spans, cue, frame and addressee of a quote."""
    speaker, addressee = quote.speaker, quote.addressee
    return "\t".join(
        [
            f"{quote.type} {quote.medium} {quote.confidence}",
            _spans(quote.spans),
            f"{speaker.entity or '-'} {speaker.name or '-'} {_spans(speaker.spans)}" if speaker is not None else "",
            _spans(quote.cue.spans) if quote.cue is not None else "",
            _spans(quote.frame.spans) if quote.frame is not None else "",
            f"{addressee.entity or '-'} {_spans(addressee.spans)}" if addressee is not None else "",
        ]
    )


def _spans(spans: list[Span]) -> str:
    return " ".join(f"{span.begin}-{span.end}" for span in spans)


def main() -> None:
    """Write both files anew."""
    for path, lines in zip((ENTITIES, QUOTES), read(), strict=True):
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(ROOT)}: {len(lines)} lines\n")


if __name__ == "__main__":
    main()
