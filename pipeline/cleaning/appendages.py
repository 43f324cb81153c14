"""What stands around an article as if it were of it: comments, contacts, notices, headings of boxes, page numbers."""

import re
from collections.abc import Sequence

from pipeline.cleaning.access import is_notice
from pipeline.cleaning.head import is_paragraph
from pipeline.cleaning.lines import Line, stems_of, words_of
from pipeline.cleaning.promotions import remove_promotions
from pipeline.cleaning.rules import LineReading
from pipeline.cleaning.sentences import ends_sentence
from pipeline.cleaning.sign_offs import remove_sign_offs
from schemas.records import RemovalReason

_CONTACT = re.compile(
    r"(?:(?:presse|medien|ihr |wissenschaftliche[rn]? )?-?(?:kontakt|ansprechpartner(?:in(?:nen)?)?|ansprechperson)|"
    r"(?:presse|medien)(?:stelle|sprecher(?:in)?|referat))"
    r"(?: für (?:rückfragen|die (?:presse|medien|redaktion)|journalist\w*|medien\w*))?|"
    r"(?:für )?(?:weitere )?(?:rückfragen|auskünfte|informationen)"
    r"(?: (?:bitte an|an|beantwortet|erteilt|bei|und kontakt|& kontakt))?"
)
_REACHED = re.compile(
    r"\S@\S|\b(?:tel|telefon|fax|mobil|telefax|e-?mail|homepage|internet)\b\.? ?:?|\bwww\.|https?://|\+49|"
    r"\b\d{5} [A-ZÄÖÜ]|\(?0\d{2,5}\)?[ /-]\d{2,}",
    re.IGNORECASE,
)
_FIRST_SHOWN = re.compile(
    r"(?:der (?:beitrag|artikel|post)|the post) .{1,250} "
    r"(?:(?:erschien zuerst|ist zuerst erschienen) (?:auf|bei)|(?:appeared first|first appeared) on) .{1,120}"
)
_PAGE_NUMBER = re.compile(r"(?:[-–] ?)?seite \d{1,3}(?: ?(?:von|/) ?\d{1,3})?(?: ?[-–])?")
_COUNT = re.compile(
    r"\d[\d.]* (?:ansichten|aufrufe|zugriffe|likes|klicks)|(?:ansichten|aufrufe|zugriffe|klicks): ?\d[\d.]*"
)
_OWN_ADDRESS = re.compile(r"(?:url|permalink|kurzlink|short-?link)(?: zum artikel)?: ?https?://\S+")
_FILED = re.compile(
    r"dieser (?:eintrag|beitrag|artikel) (?:wurde|ist) (?:am|unter|von|in) .{1,250}"
    r"(?:abgelegt|verschlagwortet|getaggt|gespeichert|permalink|\brss\b|schlagwort|schlagwörter).{0,250}"
)
"""What WordPress writes under an article: "Dieser Beitrag wurde unter Dorf abgelegt und mit Fest verschlagwortet."."""
_OVER_COMMENTS = re.compile(
    r"(?:\d{1,5}|ein|eine|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn) "
    r"(?:gedanken?|kommentare?|antwort(?:en)?|reaktion(?:en)?) (?:zu|auf) [„“”\"»«].{1,300}"
)
"""The heading that blogs set over comments: "3 Gedanken zu „Rat schließt Freibad“"."""
_MOST_CONTACTS = 14
_LONGEST_MARK = 400
_SAME_SHARE = 0.6
_FEWEST_ABOVE_COMMENTS = 60
_BOX_REASONS: frozenset[RemovalReason] = frozenset(("newsletter", "advert", "embed", "legal"))


def remove_appendages(lines: Sequence[Line], readings: Sequence[LineReading], title: str | None) -> None:
    """Remove kept lines that only look like the article's, of which `title` is the headline."""
    _remove_contacts(lines)
    _remove_marks_of_pages(lines)
    _remove_notices(lines, readings)
    _remove_headings_of_boxes(lines)
    _remove_above_title(lines)
    _remove_headline(lines, title)
    remove_promotions(lines)
    remove_sign_offs(lines)


def mark_comments(lines: Sequence[Line], readings: Sequence[LineReading]) -> None:
    """Readers' comments: all that follows their heading, if most of the article stands before it."""
    sizes = [len(line.words) if is_paragraph(line) else 0 for line in lines]
    before, total = 0, sum(sizes)
    for number, (size, reading) in enumerate(zip(sizes, readings, strict=True)):
        hit = reading.hit
        quotes_title = before >= _FEWEST_ABOVE_COMMENTS and _OVER_COMMENTS.fullmatch(lines[number].lowered) is not None
        is_section = hit is not None and hit.how == "section" and hit.reason == "comments"
        if quotes_title or (is_section and before >= max(_FEWEST_ABOVE_COMMENTS, 0.55 * total)):
            heading = hit.phrase if hit is not None else lines[number].text
            for line in lines[number if quotes_title else number + 1 :]:
                if line.open:
                    line.remove("comments", f"after the heading {heading!r}")
            return
        before += size


def _remove_contacts(lines: Sequence[Line]) -> None:
    """Whom to ask, under a press release: a heading, and what is under it up to the next paragraph without a number.

    Or all in one line ("Für Rückfragen: Ida Muster, Tel. 0321 / 555").
    """
    text_above = False
    number = 0
    while number < len(lines):
        line = lines[number]
        if text_above and _CONTACT.fullmatch(line.lowered.rstrip(" :.")):
            end = number + 1
            while end < min(len(lines), number + _MOST_CONTACTS) and _is_contact(lines[end]):
                end += 1
            contacts = lines[number + 1 : end]
            if any(_REACHED.search(other.text) for other in contacts):
                for other in (line, *contacts):
                    if other.kind is not None:
                        other.remove("other", "whom to ask")
                number = end
                continue
        if text_above and line.kind is not None and _is_all_contact(line):
            line.remove("other", "whom to ask")
        text_above = text_above or (line.kind is not None and is_paragraph(line))
        number += 1


def _is_all_contact(line: Line) -> bool:
    label, _, who = line.text.partition(":")
    is_label = _CONTACT.fullmatch(label.lower()) is not None
    return is_label and _is_contact(line) and _REACHED.search(who) is not None


def _is_contact(line: Line) -> bool:
    return not is_paragraph(line) or (_REACHED.search(line.text) is not None and len(line.words) < 60)


def _remove_marks_of_pages(lines: Sequence[Line]) -> None:
    """What blogs and feeds write under an article ("Der Beitrag … erschien zuerst auf …"), its page's number, …"""
    for line in lines:
        if line.kind is not None and len(line.text) <= _LONGEST_MARK:
            if _FIRST_SHOWN.fullmatch(line.lowered) is not None:
                line.remove("legal", "where it was first shown")
            elif _FILED.fullmatch(line.lowered) is not None:
                line.remove("navigation", "where it is filed")
            elif _PAGE_NUMBER.fullmatch(line.lowered) is not None:
                line.remove("navigation", "number of a page")
            elif _COUNT.fullmatch(line.lowered) is not None:
                line.remove("share", "how many have read it")
            elif _OWN_ADDRESS.fullmatch(line.lowered) is not None:
                line.remove("navigation", "address of the page")


def _remove_notices(lines: Sequence[Line], readings: Sequence[LineReading]) -> None:
    """The notice of a paywall below the text, its heading, and the short lines under it: the offer, and the log-in.

    Under a notice that the classifier has removed already, a whole sentence stays.
    """
    first = next((number for number, line in enumerate(lines) if line.kind is not None), len(lines))
    begin = len(lines)
    for number in range(begin - 1, first, -1):
        line, hit = lines[number], readings[number].hit
        if is_notice(line) or (line.kind == "heading" and hit is not None and hit.reason == "advert"):
            begin = number
        elif line.kind is not None and is_paragraph(line):
            break
    removed = False
    for line in lines[begin:]:
        if line.kind is None:
            removed = removed or is_notice(line)
        elif not removed or not ends_sentence(line.text) or is_notice(line):
            line.remove("advert", "notice of a paywall")


def _remove_headings_of_boxes(lines: Sequence[Line]) -> None:
    """On a page, the headings of newsletters, notices of consent and fact boxes, in one element with what they head."""
    for number in reversed(range(len(lines) - 1)):
        line, below = lines[number], lines[number + 1]
        if line.kind != "heading" or line.markup is None or below.markup is None:
            continue
        if line.markup.container != below.markup.container:
            continue
        if below.field == "infobox":
            line.remove("other", "over a fact box")
        elif below.reason in _BOX_REASONS:
            line.remove(below.reason, "over what is removed")


def _remove_above_title(lines: Sequence[Line]) -> None:
    """On a page, short lines over its headline, as the sender of a press release."""
    title = next((number for number, line in enumerate(lines) if line.field == "title"), None)
    mark = lines[title].markup if title is not None else None
    if mark is None or mark.tag not in ("h1", "h2"):
        return
    for line in lines[:title]:
        if line.kind == "heading":
            line.remove("navigation", "over the headline")


def _remove_headline(lines: Sequence[Line], title: str | None) -> None:
    """On a page, the headline over the text where it has other words than the title that the page gives."""
    first = next((line for line in lines if line.kind is not None), None)
    if first is None or first.markup is None or first.markup.tag != "h1" or first.kind != "heading" or not title:
        return
    own, wanted = set(stems_of(first.words)), set(stems_of(words_of(title)))
    if own and len(own & wanted) >= _SAME_SHARE * min(len(own), len(wanted)):
        first.remove("repeated", "the headline in other words")
