"""Full stops that spaCy's tokenizer leaves on the word before them ("Hannover 96.")."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from spacy.tokens import Doc, Span, SpanGroup, Token


def split_full_stops(doc: Doc, glued: Sequence[int]) -> None:
    """Make the full stop at the end of the tokens at the indices `glued`, in order, a token of its own.

    Everything else that `doc` is annotated with stays where it is. spaCy gives the new token what belonged to the next
    one, the beginning of its sentence among it, and lets the spans of `doc.spans` slip.
    """
    if not glued:
        return
    parsed, sentences = doc.has_annotation("DEP"), doc.has_annotation("SENT_START")
    groups = {key: (group, list(group)) for key, group in doc.spans.items()}
    with doc.retokenize() as retokenizer:
        for token in (doc[index] for index in glued):
            head = token.head if parsed and token.head != token else (token, 0)
            heads: list[Token | tuple[Token, int]] = [head, (token, 0 if parsed else 1)]
            retokenizer.split(token, [token.text[:-1], "."], heads=heads)
    for moved, index in enumerate(glued):
        _describe(doc[index + moved], doc[index + moved + 1])
        if sentences and not parsed:
            doc[index + moved + 1].is_sent_start = False
    for key, (group, spans) in groups.items():
        doc.spans[key] = SpanGroup(
            doc, name=group.name, attrs=group.attrs, spans=[_moved(doc, span, glued) for span in spans]
        )


def _describe(word: Token, stop: Token) -> None:
    """Say of a full stop that it is one, as far as the word before it is described."""
    stop.tag_ = "$." if word.tag else ""
    stop.pos_ = "PUNCT" if word.pos else ""
    stop.dep_ = "punct" if word.dep else ""
    stop.lemma_ = "." if word.lemma else ""
    stop.set_morph({"PunctType": "Peri"} if word.has_morph() else None)  # type: ignore[attr-defined]


def _moved(doc: Doc, span: Span, glued: Sequence[int]) -> Span:
    first, last = (place + bisect_left(glued, place) for place in (span.start, span.end))
    return Span(doc, first, last, label=span.label, kb_id=span.kb_id, span_id=span.id)
