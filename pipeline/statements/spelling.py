"""One spelling of what papers type in different ways, so that a copy is known by its words."""

import re

_INNEN = re.compile(r"[*:_·/](?<=[^\W\d_]{3}.)-?in(?:nen)?(?![^\W_])|In(?<=[a-zäöüß]{3}In)(?:nen)?(?![^\W_])")
"""The ending of "Lehrer*innen", "Lehrer:innen", "Lehrer/-innen", "LehrerInnen"."""
_WOMEN_FIRST = re.compile(r"\b([^\W\d_]{3,})innen\s(?:und|oder|sowie|bzw\.)\s(?=\1)")
_MEN_FIRST = re.compile(r"\b(([^\W\d_]{3,}?)[^\W\d_]{0,3})\s(?:und|oder|sowie|bzw\.)\s\2innen\b")
_BROKEN = re.compile(
    r"[-‐](?<=[a-zäöüß].)\s(?!(?:und|oder|sowie|bis|bzw|beziehungsweise|als|wie|noch|aber|statt|auch)\b)(?=[a-zäöüß])"
)
"""The hyphen at a line's end that stayed within a word ("Arbeits- plätze"), and not in "Haupt- und Nebenstraßen"."""
_IT = re.compile(r"[’'‘´`](?<=[^\W\d_].)s\b")
"""The "es" of "geht's"."""
_UNION = re.compile(
    r"(?P<EU>Europäische[nr]?\sUnion)\b|(?P<USA>Vereinigte[nr]?\sStaaten(?:\svon\sAmerika)?)\b|"
    r"(?P<UN>Vereinte[nr]?\sNationen|UNO)\b"
)
_ROAD = re.compile(r"\b([A-Z])\s(?=\d)")
_THOUSANDS = re.compile(r"[ .'’\u00a0\u2009\u202f](?=\d{3}(?!\d))(?<=\d.)(?<!\d{4} )")
"""What parts thousands: "20.000", "20'000" in Switzerland, "20 000"; no year and what is counted ("2024 500 Leute")."""
_TIME = re.compile(r":(?<=\d:)(?=\d)")
_DIGIT = re.compile(r"\d")
_LARGE = re.compile(r"(?:(?P<thousands>.*)tausend(?:und)?)?(?:(?P<hundreds>.*)hundert(?:und)?)?(?P<rest>.*)")


def one_spelling(text: str) -> str:
    """The text of a quote as its words are read: forms for women and men as that for men, figures in one spelling."""
    text = _IT.sub("", _BROKEN.sub("", _INNEN.sub("", text)))
    if "innen" in text:
        text = _MEN_FIRST.sub(r"\1", _WOMEN_FIRST.sub("", text))
    text = _UNION.sub(lambda name: str(name.lastgroup), text)
    return _TIME.sub(".", _THOUSANDS.sub("", _ROAD.sub(r"\1", text))) if _DIGIT.search(text) else text


def _numerals() -> dict[str, int]:
    units = ["", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"]
    tens = ["", "zehn", "zwanzig", "dreissig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"]
    found = {unit: number for number, unit in enumerate(units)}
    found |= {"zwo": 2, "elf": 11, "zwölf": 12, "sechzehn": 16, "siebzehn": 17}
    for number in range(10, 100):
        ten, unit = divmod(number, 10)
        joined = "" if ten == 1 or unit == 0 else "und"
        found.setdefault(units[unit] + joined + tens[ten], number)
    return found


_NUMERALS = _numerals()
_LONGEST = 60
"""Letters of a number in words; the longest below a million has fewer."""


def figure(word: str) -> str | None:
    """The figure that a word in lower case spells out, of 2 or more: "fünfzigtausend" is 50000."""
    number = _number(word.replace("fuenf", "fünf").replace("zwoelf", "zwölf").replace("ß", "ss"))
    return None if number is None or number < 2 else str(number)


def _number(word: str) -> int | None:
    known = _NUMERALS.get(word)
    if known is not None or len(word) > _LONGEST or not ("hundert" in word or "tausend" in word):
        return known
    found = _LARGE.fullmatch(word)
    total = 0
    for name, size in (("thousands", 1000), ("hundreds", 100), ("rest", 1)):
        part = found[name] if found is not None else None
        number = None if part is None else _number(part)
        if part is not None and number is None:
            return None
        total += size * (number or (1 if part is not None and size > 1 else 0))
    return total
