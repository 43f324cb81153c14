"""From lines to verdicts: what stays in the text, what becomes a field, what is removed and why."""

import re
from collections.abc import Sequence
from itertools import zip_longest

from pipeline.cleaning import shapes
from pipeline.cleaning.agency_reports import mark_agency_report
from pipeline.cleaning.appendages import mark_comments, remove_appendages
from pipeline.cleaning.attributions import keep_attributions
from pipeline.cleaning.captions import mark_captions
from pipeline.cleaning.classifier import Classifiers, probabilities
from pipeline.cleaning.credits import is_site_notice
from pipeline.cleaning.dates import day_in
from pipeline.cleaning.embeds import mark_embeds
from pipeline.cleaning.head import is_paragraph
from pipeline.cleaning.interviews import mark_turns
from pipeline.cleaning.kept_headings import HEADING_TAGS, keep_days, keep_minutes, keep_numbered
from pipeline.cleaning.kept_turns import keep_turns
from pipeline.cleaning.line_breaks import divided, is_set_off
from pipeline.cleaning.lines import TIME_RULE, Line, words_of
from pipeline.cleaning.lone_names import mark_lone_names
from pipeline.cleaning.parsing import ParsedArticle
from pipeline.cleaning.phrases import PhraseHit
from pipeline.cleaning.quoted_lines import keep_quoted
from pipeline.cleaning.reasons import give_reasons
from pipeline.cleaning.rules import LineReading, find_infobox, read
from pipeline.cleaning.sentences import ends_sentence, sentence_count
from pipeline.cleaning.table_rows import join_rows
from pipeline.lexicon.words import FINITE_AUXILIARIES
from schemas.records import RemovalReason

_ALWAYS_REMOVED: frozenset[RemovalReason] = frozenset(("newsletter", "share", "comments"))
# No article begins a line so, not even in a quotation.
_BEYOND_DOUBT = frozenset(
    ("original-content von", "rückfragen bitte an", "dieses thema im programm", "wir verwenden cookies",
     "diese website verwendet cookies", "diese webseite verwendet cookies", "wir schätzen ihre privatsphäre",
     "lesen sie auch:", "lesen sie dazu auch:", "lies auch:", "mehr zum thema:", "passend dazu:",
     "alle rechte vorbehalten")
)  # fmt: skip
_FEW_WORDS = 40
_SENTENCE_WORDS = 4
_FEW_LINES, _SMALL_WORDS = 3, 2
"""Of a text that somebody typed: so few lines, and in each so many words in small letters."""
_FEWEST_ABOVE_AUTHOR = 4
# Of a paragraph without markup, of which the classifier knows less: a lost one does more harm than one that is left in.
_LEAST_DOUBTFUL = 0.3
# Numbers of notes, hashtags and pictograms behind a sentence.
_BEHIND_SENTENCE = re.compile(
    r"(?<=[^\W\d_][.!?]|[.!?][“”\"«»]|[“”\"«»][.!?])"
    r"(?:\d{1,2}(?!\d)| ?\[\d{1,2}\]| #\w++| ?[\u2600-\u27bf\U0001f300-\U0001faff])++$"
)
_AROUND_ARTICLES = frozenset(
    ("nav", "footer", "aside", "form", "navigation", "teaser", "comments", "newsletter", "advert")
)


def decide(article: ParsedArticle, classifiers: Classifiers) -> dict[str, str]:
    """Give every line of the article its verdict; returns the infobox."""
    mark_agency_report(article.lines)
    chosen = article.undecided()
    _mark_fields(article.lines, article.readings)
    _mark_authors(article)
    infobox = find_infobox(article.lines)
    mark_embeds(article.lines)
    mark_captions(article.lines)
    _mark_repeated(article.lines, article.title)
    mark_comments(article.lines, article.readings)
    for line, reading in zip(article.lines, article.readings, strict=True):
        if line.open and reading.hit is not None and _says_enough(reading.hit, line):
            line.remove(reading.hit.reason, f"phrase {reading.hit.phrase!r}")
    for number, probability in probabilities(article, chosen, classifiers).items():
        _judge(article.lines[number], article.readings[number], probability)
    if sum(len(line.words) for line in article.lines if line.kind is not None) < _FEW_WORDS:
        _keep_sentences(article.lines, _unlikely(article.lines, article.readings))
    _divide(article)
    keep_turns(article.lines, _unlikely(article.lines, article.readings))
    keep_numbered(article.lines, article.readings)
    keep_quoted(article.lines, _unlikely(article.lines, article.readings))
    keep_attributions(article.lines, _unlikely(article.lines, article.readings))
    keep_days(article.lines)
    keep_minutes(article.lines, _unlikely(article.lines, article.readings))
    join_rows(article.lines, article.readings)
    remove_appendages(article.lines, article.readings, article.title)
    _remove_last_about_author(article.lines)
    give_reasons(article.lines, article.readings)
    mark_lone_names(article.lines, article.readings)
    _name_quotes(article.lines)
    mark_turns(article.lines)
    return infobox


def _name_quotes(lines: Sequence[Line]) -> None:
    """What the page sets apart as quotations, with whose they are, unless that is how it sets its whole text."""
    kept = [
        line
        for line in lines
        if line.kind in ("lead", "paragraph")
        or (line.kind == "heading" and line.markup is not None and line.markup.tag not in HEADING_TAGS)
    ]
    apart = [line for line in kept if line.markup is not None and "blockquote" in line.markup.far]
    if sum(len(line.words) for line in apart) * 2 < sum(len(line.words) for line in kept):
        for line in apart:
            line.kind = "quote"


def _says_enough(hit: PhraseHit, line: Line) -> bool:
    """Whether a phrase alone decides; behind "Alle Rechte vorbehalten" a sentence may go on ("hat sich die Stadt")."""
    if hit.how != "start":
        return hit.certain
    behind = line.words[len(words_of(hit.phrase)) :]
    is_sentence = bool(behind) and behind[0] in FINITE_AUXILIARIES
    return hit.reason in _ALWAYS_REMOVED or (hit.phrase in _BEYOND_DOUBT and not is_sentence)


def _judge(line: Line, reading: LineReading, probability: float) -> None:
    hit = reading.hit
    paragraph = is_paragraph(line)
    rule = f"classifier {probability:.2f}"
    if probability < 0.5 and not (probability >= _LEAST_DOUBTFUL and _is_doubtful(line, reading)):
        if hit is not None:
            line.remove(hit.reason, f"{rule}, phrase {hit.phrase!r}")
        else:
            line.remove("other", rule)
    elif line.markup is not None and line.markup.tag in HEADING_TAGS and not paragraph:
        line.keep("heading", rule)
    elif line.bullet:
        line.keep("list", rule)
    elif paragraph or _ends_like_text(line.text) or len(line.words) > 26:
        line.keep("paragraph", rule)
    else:
        line.keep("heading", rule)


def _is_doubtful(line: Line, reading: LineReading) -> bool:
    return line.markup is None and is_paragraph(line) and reading.hit is None and sentence_count(line.text) >= 2


def _ends_like_text(text: str) -> bool:
    """Whether a line ends as paragraphs do and headings do not, apart from brackets, notes and hashtags behind it."""
    before = text[: text.rfind(" (")] if text.endswith(")") else _BEHIND_SENTENCE.sub("", text)
    return before[-1:] in (*'.!:,;“"«”»',)


def _divide(article: ParsedArticle) -> None:
    """Make several lines of each kept one that line breaks part."""
    if not any(line.markup is not None and line.markup.parts for line in article.lines):
        return
    lines: list[Line] = []
    readings: list[LineReading] = []
    text_above = False
    for line, reading in zip(article.lines, article.readings, strict=True):
        parts = divided(line) if line.kind is not None else [line]
        own = [read(part) for part in parts] if len(parts) > 1 else [reading]
        if len(parts) > 1:
            _judge_parts(line, parts, own, text_above=text_above, title=article.title)
        text_above = text_above or any(part.kind is not None and is_paragraph(part) for part in parts)
        lines += parts
        readings += own
    article.lines[:], article.readings[:] = lines, readings


def _judge_parts(
    line: Line, parts: Sequence[Line], readings: Sequence[LineReading], *, text_above: bool, title: str | None
) -> None:
    """Keep the lines that a kept one was divided into, but for fields over the text and what the lexicon is sure of.

    A time of day may be that of an entry, or of something announced.
    """
    if not text_above:
        _mark_fields(parts, readings)
        _mark_repeated(parts, title)
    for part, reading, below in zip_longest(parts, readings, parts[1:]):
        if part.open and reading.hit is not None and _says_enough(reading.hit, part):
            part.remove(reading.hit.reason, f"phrase {reading.hit.phrase!r}")
        elif part.open or (part.rule == TIME_RULE and day_in(part.text) is None):
            heads = below is not None and is_paragraph(below) and is_set_off(part) and not ends_sentence(part.text)
            part.keep("list" if part.bullet else "heading" if heads else "paragraph", f"{line.rule}, line breaks")


def _keep_sentences(lines: Sequence[Line], unlikely: Sequence[bool]) -> None:
    """Short items are unlike the articles the classifier knows: where it leaves next to nothing, sentences stay.

    In a text of few lines, of which it leaves nothing, they need no full stop.
    """
    alone = len(lines) <= _FEW_LINES and all(line.kind is None and line.markup is None for line in lines)
    for line, may_be in zip(lines, unlikely, strict=True):
        sentence = ends_sentence(line.text) or (alone and sum(map(str.islower, line.text.split())) >= _SMALL_WORDS)
        if may_be and len(line.words) >= _SENTENCE_WORDS and line.text[-1] != ":" and sentence:
            line.keep("paragraph", f"{line.rule}, but one of few sentences")


def _unlikely(lines: Sequence[Line], readings: Sequence[LineReading]) -> list[bool]:
    """Of each line whether the classifier alone removed it, and it stands where articles do."""
    return [
        line.reason == "other"
        and line.rule.startswith("classifier")
        and reading.hit is None
        and (line.markup is None or line.markup.near.isdisjoint(_AROUND_ARTICLES))
        for line, reading in zip(lines, readings, strict=True)
    ]


def _remove_last_about_author(lines: Sequence[Line]) -> None:
    """Notes about the author under an article; inside of it a person may be a journalist."""
    kept = [line for line in lines if line.kind is not None]
    while len(kept) > _FEWEST_ABOVE_AUTHOR and shapes.is_author_note(kept[-1].text):
        kept.pop().remove("other", "about the author")


def _mark_fields(lines: Sequence[Line], readings: Sequence[LineReading]) -> None:
    for number, (line, reading) in enumerate(zip(lines, readings, strict=True)):
        if not line.open:
            continue
        in_foot = line.markup is not None and "footer" in line.markup.far
        if is_site_notice(reading.credit, in_foot=in_foot):
            line.remove("legal", "copyright notice")
        elif reading.credit is not None:
            line.remove("credit", "image credit")
            previous = lines[number - 1] if number else None
            caption = reading.credit[0]
            if previous is not None and previous.open and caption and previous.text.startswith(caption[:80]):
                previous.remove("credit", "caption repeated with its credit")
        elif reading.photographer:
            line.remove("credit", "photographer and agency")
        elif reading.authors:
            line.become("authors", "byline")
        elif reading.agency:
            line.become("agencies", "agency line")
        elif reading.time:
            line.remove("other", TIME_RULE)
        elif shapes.ends_with_running_time(line.text):
            line.remove("related", "ends with a running time")
        elif shapes.says_it_twice(line.words):
            line.remove("credit", "says the same twice, as captions do")


def _mark_authors(article: ParsedArticle) -> None:
    """Lines that are nothing but one of the authors that the page names."""
    authors = set(article.metadata.authors) if article.metadata is not None else set()
    for line in article.lines if authors else ():
        if line.open and line.text in authors:
            line.become("authors", "an author's name")


def _mark_repeated(lines: Sequence[Line], title: str | None) -> None:
    """Lines that stand in the article more than once: all but the first."""
    seen: set[str] = set()
    wanted = words_of(title) if title else None
    for line in lines:
        key = line.lowered
        if line.open and len(line.words) >= 3 and (key in seen or (wanted and line.words == wanted)):
            line.remove("repeated", "stands in the article before")
        seen.add(key)
