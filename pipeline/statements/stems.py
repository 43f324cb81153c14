"""Words without their inflection, so that "gestiegen", "steige" and "stieg" are one."""

import re
from importlib.resources import files

from pipeline.lexicon import lines_of

_APART = str.maketrans({"ö": "œ", "ä": "æ"})
_OWN_VOWEL = re.compile(r"förder|foerder|zähl|zaehl")
"""Where the umlaut makes another word, and is no inflection: "fördern" is not "fordern"."""
_TYPED = re.compile(r"e(?<=[aou]e)")
_DOUBLED = re.compile(r"(.)\1")
_UNDOUBLED = re.compile(r"(.)\*")
_PREFIX = (
    "ab|an|auf|aus|bei|bereit|be|durch|ein|ent|er|fest|fort|frei|her|hin|los|mit|nach|nieder|statt|teil|uber|um|unter|ver|"
    "voran|vor|weg|weiter|wieder|zer|zuruck|zusammen|zu"
)
_SEPARATED = re.compile(rf"^({_PREFIX})(?:ge|zu)(.{{4,}})$")
_PREFIXED = re.compile(rf"^({_PREFIX})(.{{3,}})$")


def folded(word: str) -> str:
    """The word in lower case, umlauts as their vowels however they are typed ("Klöckner", "Kloeckner"), "ß" as "ss"."""
    lower = _OWN_VOWEL.sub(_marked, word.lower())
    return _TYPED.sub("", lower.replace("ä", "a").replace("ö", "o").replace("ü", "u").replace("ß", "ss"))


def _marked(found: re.Match[str]) -> str:
    return found[0].replace("oe", "ö").replace("ae", "ä").translate(_APART)


def stem(word: str) -> str:
    """The stem of a folded word: CISTEM (Weissweiler and Fraser 2017), strong verbs by their infinitive.

    A participle or an infinitive with "zu" inside gives what the infinitive gives: "angekündigt", "anzukündigen".
    """
    known = _STRONG.get(word)
    if known is not None:
        return known
    prefixed = _PREFIXED.match(word)
    if prefixed is not None:
        rest = prefixed[2]
        known = _STRONG.get(rest) or _STRONG.get(rest.removeprefix("zu"))
        if known is not None:
            return prefixed[1] + known
        word = _SEPARATED.sub(r"\1\2", word)
    return _cistem(word)


def _cistem(word: str) -> str:
    if word.startswith("ge") and len(word) >= 6:
        word = word[2:]
    word = _DOUBLED.sub(lambda pair: pair[1] + "*", word.replace("sch", "$").replace("ei", "%").replace("ie", "&"))
    while len(word) > 3:
        if len(word) > 5 and word.endswith(("em", "er", "nd")):
            word = word[:-2]
        elif word[-1] in "tesn":
            word = word[:-1]
        else:
            break
    if "*" in word:
        word = _UNDOUBLED.sub(r"\1\1", word)
    return word.replace("%", "ei").replace("&", "ie").replace("$", "sch")


def _read_strong() -> dict[str, str]:
    forms: dict[str, str] = {}
    for line in lines_of(files("pipeline.statements") / "data" / "strong_verbs.txt"):
        words = [folded(word) for word in line.split()]
        base = _cistem(words[0])
        for word in words[1:]:
            for ending in ("", "e", "en", "t", "n", "st", *(() if word.endswith("s") else ("s", "es"))):
                forms.setdefault(word + ending, base)
        for ending in ("e", "en", "t", "st", "et"):
            forms.setdefault(words[0].removesuffix("en") + ending, base)
    return forms


_STRONG = _read_strong()
