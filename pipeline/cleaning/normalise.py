"""Text normalisation that never invents: what is unreadable or invisible goes, words stay as they were."""

import html
import re
import unicodedata
from collections.abc import Iterator
from functools import cache

import ftfy
import numpy as np
from ftfy.badness import is_bad

from pipeline.cleaning.character_kinds import Bytes, kinds_of, kinds_table

_INVISIBLE = dict.fromkeys(
    [0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
_CONTROL = dict.fromkeys([*range(0, 9), 14, 15, *range(16, 32), *range(127, 160)])
_OF_WINDOWS = {
    code: character
    for code in range(128, 160)
    if code != 133 and (character := bytes([code]).decode("cp1252", "ignore"))
}
"""Characters of Windows-1252 in the place of control characters, as pages have them (`&#132;`)."""
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_ENTITY = re.compile(r"&(?!lt;|gt;)(?:[a-zA-Z]{2,8}\d?|#\d{2,5}|#[xX][\da-fA-F]{2,4});")
_SPACES = dict.fromkeys((9, 160, 5760, *range(8192, 8203), 8239, 8287, 12288), " ")
_BREAKS = dict.fromkeys((11, 12, 13, 28, 29, 30, 133, 8232, 8233), "\n")
_CHARACTERS = {**_CONTROL, **_INVISIBLE, **_SPACES, **_BREAKS, **_OF_WINDOWS, **_LIGATURES}
_CHANGED = re.compile(f"[{re.escape(''.join(map(chr, sorted(_CHARACTERS))))}\ud800-\udfff]")
_MARKS = r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_STACKED_MARKS = re.compile(rf"({_MARKS}{{30}}){_MARKS}+")
"""More accents on one letter than any script has: putting them in order takes the square of their number."""
_TWO_COMMAS = re.compile(r"(?<![^\s(\[–—-]),,(?=[^\W\d_])")
"""A quotation mark as a typewriter has it: ",,Halt“, rief er"."""
_PAIRS = {"\r\n": "\n", ",,": "„"}
_UNIFIED = re.compile(rf"\r\n|{_CHANGED.pattern}|\w{_MARKS}{{1,30}}|{_TWO_COMMAS.pattern}")
_SPACING, _UNUSUAL, _CHANGES, _MARK, _SUSPICIOUS = (1 << bit for bit in range(5))
"""Kinds of characters: hard spaces and soft hyphens; all else that is in few texts, among it what is changed, and marks
that stand over others; and those that broken UTF-8 begins with."""
_USUAL = r"\x20-\x7e\nÄÖÜäöüß„“”‚‘’»«–—…€§°éèêáàâóôúñç©•·"
_CLASSES = {
    _SPACING: r"[\xa0\xad]",
    _UNUSUAL: rf"[^{_USUAL}\xa0\xad]",
    _CHANGES: rf"(?![\xa0\xad]){_CHANGED.pattern}",
    _MARK: _MARKS,
    _SUSPICIOUS: r"[\xc2-\xcb\xd0\xd1\xe2\xef\ufffd]",
}
_PLAIN = re.compile(f"[{_USUAL}]*")
_SHORT = 300
"""Characters of a text up to which one look by a regular expression is quicker than by arrays."""
_TYPOGRAPHIC = "„“”‚‘’»«–—…"
_LETTERS = "äöüß"
# Nothing without one of these is bad to ftfy, whose own search takes much longer: two characters in a row that are
# neither ASCII nor usual together in German, or one of those that broken UTF-8 often begins with.
_ODD = re.compile(
    rf"[^\x00-\x7f](?:(?<=[\x80-\x9fÂÃŒœ])|(?<![{_TYPOGRAPHIC}{_LETTERS}])[^\x00-\x7f]|"
    rf"(?<=[{_TYPOGRAPHIC}])[^\x00-\x7f{_TYPOGRAPHIC}]|(?<=[{_LETTERS}])[^\x00-\x7f{_LETTERS}])"
)
NO_SECOND_PART = r"(?!(?:und|oder|bzw|sowie|bis|als|noch|wie)\b)"
"""Of a word whose first part ends in a hyphen, as in "Vor- und Nachteile"; a pattern."""
_BROKEN_WORD = re.compile(rf"(?<=[a-zäöüß])-\n(?=[a-zäöüß]){NO_SECOND_PART}")
_MOJIBAKE = ftfy.TextFixerConfig(
    unescape_html=False,
    remove_terminal_escapes=True,
    fix_encoding=True,
    restore_byte_a0=True,
    replace_lossy_sequences=True,
    decode_inconsistent_utf8=True,
    fix_c1_controls=True,
    fix_latin_ligatures=False,
    fix_character_width=False,
    uncurl_quotes=False,
    fix_line_breaks=False,
    fix_surrogates=True,
    remove_control_chars=False,
    normalization=None,
    explain=False,
)


def normalise(text: str) -> str:
    """Repair and unify a text; its lines stay lines, apart from words that were hyphenated at a line's end.

    NFC; broken UTF-8 and characters of Windows-1252 repaired; soft hyphens,
    zero-width and control characters out; every kind of space one space; every
    kind of line end "\\n"; ligatures as their letters. Quotation marks and dashes
    are left as they are, but for two commas in the place of an opening mark.
    """
    return join_broken_words(unify(text))


def unify(text: str) -> str:
    """The same, but words that were hyphenated at a line's end stay so."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if len(text) > _SHORT or _PLAIN.fullmatch(text) is None:
        text = _repaired(text, _kinds_in(text))
    while "  " in text:
        text = text.replace("  ", " ")
    return _TWO_COMMAS.sub("„", text) if ",," in text else text


def unified_parts(text: str) -> Iterator[tuple[int, int, str]]:
    """What `unify` changes character by character, for who needs the places: begin, end, and what stands there then."""
    for found in _UNIFIED.finditer(text):
        part = found.group()
        if part in _PAIRS:
            yield *found.span(), _PAIRS[part]
        elif len(part) == 1:
            yield *found.span(), _replacement(found)
        else:
            yield *found.span(), unicodedata.normalize("NFC", part)


def join_broken_words(text: str) -> str:
    """Put the words together that were hyphenated at a line's end."""
    return _BROKEN_WORD.sub("", text) if "-\n" in text else text


def line_text(line: str) -> str:
    """`line` normalised into a single line without space around it."""
    return " ".join(normalise(without_entities(line)).split())


def without_entities(text: str) -> str:
    """`text` with the characters in the place of HTML's names for them, which some feeds and pages encode twice.

    "&lt;" and "&gt;" stay: what they stand around would be taken for a tag.
    """
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text


def _repaired(text: str, seen: int) -> str:
    if not seen & (_SPACING | _UNUSUAL):
        return text
    if seen & _SUSPICIOUS and any(map(_is_broken, lines := text.split("\n"))) and is_bad(text):
        text = "\n".join(
            ftfy.fix_text(line, _MOJIBAKE) if len(line) < 20_000 and _is_broken(line) else line for line in lines
        )
        seen = _kinds_in(text)
    text = text.replace("\xa0", " ").replace("\xad", "")
    if seen & _CHANGES:
        text = _CHANGED.sub(_replacement, text)
    if seen & _MARK:
        text = _STACKED_MARKS.sub(r"\1", text)
    if seen & _UNUSUAL and not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return text


def _kinds_in(text: str) -> int:
    """The kinds of all characters of a text together."""
    return int(np.bitwise_or.reduce(kinds_of(text, _kinds())))


@cache
def _kinds() -> Bytes:
    return kinds_table(_CLASSES)


def _is_broken(line: str) -> bool:
    return _ODD.search(line) is not None and is_bad(line)


def _replacement(found: re.Match[str]) -> str:
    # All that is changed but has no entry are surrogates, which stand for nothing.
    return _CHARACTERS.get(ord(found.group()), "?") or ""
