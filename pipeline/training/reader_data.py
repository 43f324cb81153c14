"""The corpus as the reader learns from it: tokens, tags, mentions in chains, quotes with their speakers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np
import numpy.typing as npt

from pipeline.corpus.model import AnnotatedArticle, Part, Range
from pipeline.encoder.pieces import PieceTokenizer
from pipeline.evaluation.entity_scores import LabelledSpan
from pipeline.quotes.candidates import QuoteCandidate, overlap
from pipeline.quotes.quote_tokens import quote_in_tokens
from pipeline.quotes.rules import RuleQuotes
from pipeline.quotes.text import AnalysedText
from pipeline.reader.antecedent_pairs import antecedent_pairs
from pipeline.reader.layout import Layout
from pipeline.reader.mentions import ReaderMention, describe, of_one_bearer
from pipeline.reader.pairs import Pairs
from pipeline.reader.schema import (
    CHAIN_TYPES,
    DIRECT_TAGS,
    GENDERS,
    MEDIA,
    NAME_TYPES,
    NAMES,
    NOMINALS,
    OTHER_TAGS,
)
from pipeline.reader.speaker_pairs import QuoteSpan, speaker_pairs
from pipeline.reader.tokens import piece_spans
from pipeline.reader.windows import Window, reading_windows
from pipeline.spans import CharOffset, TokenIndex, TokenRange, numbered_tokens, token_indices
from pipeline.training.reader_tags import name_tokens, paint_quote, two_layers

Ints = npt.NDArray[np.int64]
CORPUS = 3
"""The number of the corpus among the sources of names."""
_SAME = 0.4
"""How alike (F1 over code points) an annotated quote and one of the rules are at least, if they are the same."""
UNKNOWN = -100
"""The type and gender of a mention that has none: no loss counts it."""
_DETERMINERS = frozenset(
    f"{stem}{ending}"
    for stem in ("d", "ein", "dies", "jed", "kein")
    for ending in ("er", "ie", "as", "e", "em", "en", "es")
) | {"ein", "kein"}
_DISTRACTING = 0.1
"""The share of the noun phrases without annotation that stand among the mentions."""


@dataclass
class ReaderExample:
    """One text, ready for the network.

    `tags` holds a row for each head of tokens. `mentions` are the gold ones and some noun phrases that mean nobody, as
    the model will find them; `chain`, `type`, `gender` have an entry a mention, a number below 0 where there is none.
    `antecedents` and `speakers` are candidates with their features, `refers` and `speaks` tell which of them are right;
    `named` marks of the right speakers those that the annotation points at. `hears` marks the addressees.
    """

    name: str
    layout: Layout
    ids: Ints
    token_pieces: Ints
    windows: list[Window]
    tags: dict[str, Ints]
    mentions: list[ReaderMention] = field(default_factory=list)
    chain: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    type: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    gender: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    antecedents: Pairs | None = None
    refers: npt.NDArray[np.bool_] | None = None
    quotes: list[QuoteSpan] = field(default_factory=list)
    medium: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    speakers: Pairs | None = None
    speaks: npt.NDArray[np.bool_] | None = None
    named: npt.NDArray[np.bool_] | None = None
    hears: npt.NDArray[np.bool_] | None = None
    source: int = CORPUS

    def __len__(self) -> int:
        return len(self.ids)


class ReaderExamples:
    """Makes examples of articles and of sentences with names."""

    def __init__(self, tokenizer: PieceTokenizer) -> None:
        self._tokenizer = tokenizer
        self._rules = RuleQuotes()

    def bare(self, name: str, text: str) -> ReaderExample | None:
        """A text with nothing known of it; None if it has no words."""
        layout = Layout(text)
        pieces = self._tokenizer(text)
        if not len(layout) or not len(pieces):
            return None
        spans = piece_spans(pieces, layout.tokens)
        starts = np.flatnonzero(np.diff(layout.sentence, prepend=-1))
        return ReaderExample(
            name, layout, pieces.ids.astype(np.int64), spans, reading_windows(spans[starts, 0], len(pieces)), {}
        )

    def of_names(self, name: str, text: str, spans: Sequence[LabelledSpan], source: int) -> ReaderExample | None:
        """A text in which only names are known."""
        made = self.bare(name, text)
        if made is None:
            return None
        made.source = source
        made.tags["names"] = NAMES.encode(list(name_tokens(made.layout, spans)), len(made.layout))
        return made

    def of_article(self, article: AnnotatedArticle) -> ReaderExample | None:
        """The body of an annotated article."""
        body = article.body
        made = self.bare(article.id, body.text)
        if made is None:
            return None
        layout = made.layout
        found = self._rules(AnalysedText(body.text, layout.quoted))
        self._mentions(made, article, body, found)
        self._quotes(made, article, body, found)
        names = [
            (m.begin, m.end, article.chains[m.chain].type)
            for m in body.mentions
            if m.kind == "name" and article.chains[m.chain].type in NAME_TYPES and article.chains[m.chain].named
        ]
        made.tags["names"] = NAMES.encode(list(name_tokens(layout, names)), len(layout))
        return made

    def _mentions(
        self, made: ReaderExample, article: AnnotatedArticle, body: Part, found: Sequence[QuoteCandidate]
    ) -> None:
        layout = made.layout
        keys = {key: number for number, key in enumerate(article.chains)}
        nominal_spans: list[TokenRange] = []
        pronouns = np.zeros(len(layout), dtype=np.int64)
        rows: list[tuple[ReaderMention, int, int, int]] = []
        for mention in body.mentions:
            span = layout.span(mention.begin, mention.end)
            if span.first >= span.last:
                continue
            chain = article.chains[mention.chain]
            kind = mention.kind if chain.named or mention.kind != "name" else "nominal"
            if kind == "nominal":
                nominal_spans.append(span)
            elif kind == "pronoun":
                pronouns[span.first] = 1
            rows.append(
                (
                    describe(layout, span.first, span.last, kind),
                    keys[mention.chain],
                    CHAIN_TYPES.index(chain.type),
                    GENDERS.index(chain.gender),
                )
            )
        marked = [(row[0].first, row[0].last) for row in rows]
        others = _distractors(layout, marked, found, crc32(body.text.encode()))
        for number, (first, last) in enumerate(others, start=1):
            rows.append((describe(layout, first, last, "nominal"), -number, UNKNOWN, UNKNOWN))
        rows.sort(key=lambda row: (row[0].first, -row[0].last))
        made.mentions = of_one_bearer([row[0] for row in rows], [row[1] for row in rows])
        made.chain = np.array([row[1] for row in rows], dtype=np.int64)
        made.type = np.array([row[2] for row in rows], dtype=np.int64)
        made.gender = np.array([row[3] for row in rows], dtype=np.int64)
        outer, inner = two_layers(nominal_spans)
        made.tags["nominals"] = np.stack(
            [NOMINALS.encode([(b, e, "NOM") for b, e in layer], len(layout)) for layer in (outer, inner)]
        )
        made.tags["pronouns"] = pronouns
        made.antecedents = antecedent_pairs(layout, made.mentions)
        made.refers = made.chain[made.antecedents.left] == made.chain[made.antecedents.right]

    def _quotes(
        self, made: ReaderExample, article: AnnotatedArticle, body: Part, found: Sequence[QuoteCandidate]
    ) -> None:
        layout = made.layout
        keys = {key: number for number, key in enumerate(article.chains)}
        direct = np.zeros(len(layout), dtype=np.int64)
        other = np.zeros(len(layout), dtype=np.int64)
        cues = np.zeros(len(layout), dtype=np.int64)
        order = sorted(body.quotes, key=lambda q: q.spans[0][0] - q.spans[-1][1])
        for quote in order:  # the longest first, so that those inside them are seen
            if quote.type == "Direct":
                paint_quote(direct, layout, quote, "", DIRECT_TAGS)
            else:
                paint_quote(other, layout, quote, f"-{quote.type}", OTHER_TAGS)
            for cue in quote.cue:
                span = layout.span(*cue)
                cues[span.first : span.last] = 1
        made.tags |= {"direct": direct, "other": other, "cues": cues}
        placed = (
            (quote, quote_in_tokens(layout, quote.spans, quote.type, _hint(quote.spans, found)))
            for quote in body.quotes
        )
        in_tokens = [(quote, tokens) for quote, tokens in placed if tokens is not None]
        kept = [quote for quote, _ in in_tokens]
        made.quotes = [tokens for _, tokens in in_tokens]
        made.medium = np.array([MEDIA.index(quote.medium) for quote in kept], dtype=np.int64)
        made.speakers = pairs = speaker_pairs(layout, made.mentions, made.quotes)
        said_by = [{keys[key] for key in quote.speakers} for quote in kept]
        chains = made.chain[pairs.right]
        made.speaks = np.array(
            [chain in said_by[row] for row, chain in zip(pairs.left.tolist(), chains.tolist(), strict=True)], dtype=bool
        )
        pointed = {(n, m.begin, m.end) for m in body.mentions for n in m.speaks}
        hearing = {(n, m.begin, m.end) for m in body.mentions for n in m.hears}
        ranges = (
            [layout.tokens[m.first, 0].item() for m in made.mentions],
            [layout.tokens[m.last - 1, 1].item() for m in made.mentions],
        )

        def marked(among: set[tuple[int, CharOffset, CharOffset]]) -> npt.NDArray[np.bool_]:
            return np.array(
                [
                    (kept[row].number, ranges[0][m], ranges[1][m]) in among
                    for row, m in zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)
                ],
                dtype=bool,
            )

        made.named, made.hears = marked(pointed), marked(hearing)


def _distractors(
    layout: Layout, marked: Sequence[tuple[TokenIndex, TokenIndex]], found: Sequence[QuoteCandidate], seed: int
) -> list[TokenRange]:
    """Tokens that the model or the rules may take for somebody, apart from those that are `marked`.

    They are what rules take for speakers, and some noun phrases, drawn by `seed`.
    """
    taken = np.zeros(len(layout), dtype=bool)
    for first, last in marked:
        taken[first:last] = True
    chosen: list[TokenRange] = []

    def choose(first: TokenIndex, last: TokenIndex) -> None:
        if first < last and not taken[first:last].any():
            taken[first:last] = True
            chosen.append(TokenRange(first, last))

    for candidate in found:
        for begin, end in candidate.speaker_spans:
            span = layout.span(begin, end)
            choose(span.first, span.last)
    draw = np.random.default_rng(seed)
    for first, word in numbered_tokens(layout.words):
        if word.lower() in _DETERMINERS and draw.random() < _DISTRACTING:
            nouns = [
                last
                for last in token_indices(first + 1, min(first + 4, TokenIndex(len(layout))))
                if layout.words[last][0].isupper()
            ]
            if nouns and layout.sentence[nouns[0]] == layout.sentence[first]:
                choose(first, nouns[0] + 1)
    return chosen


def _hint(spans: Sequence[Range], found: Sequence[QuoteCandidate]) -> QuoteCandidate | None:
    """The rules' candidate that means the quote of `spans`, if there is one."""
    best, most = None, _SAME
    for candidate in found:
        if candidate.begin < spans[-1][1] and spans[0][0] < candidate.end:
            likeness = overlap(spans, candidate.spans) + 0.01 * bool(candidate.speaker_spans)
            if likeness >= most:
                best, most = candidate, likeness
    return best
