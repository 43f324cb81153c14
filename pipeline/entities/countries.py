"""Which country an article is from, and a name: bodies are called alike in Germany, Austria and Switzerland."""

import re
from collections.abc import Iterator
from typing import Literal, get_args

from pipeline.entities.words import WORD, TextWords
from pipeline.lexicon import word_list
from pipeline.spans import CharOffset
from schemas.records import CleanArticle

Country = Literal["DE", "AT", "CH"]
COUNTRIES: tuple[Country, ...] = get_args(Country)

_LISTS: dict[Country, str] = {"DE": "germany", "AT": "austria", "CH": "switzerland"}
_PLACES = {word: country for country, name in _LISTS.items() for word in word_list(f"places_of_{name}")}
_SIGNS = {word: (country, 1) for word, country in _PLACES.items()} | {
    word: (country, 2) for country, name in _LISTS.items() for word in word_list(f"institutions_of_{name}")
}
"""Words that tell a country, and how much they tell: a place less than a party or an office that only it has."""
_SWISS = frozenset(word.lower() for word in word_list("words_with_eszett") if "ß" not in word)
_SWISS_WORDS, _SWISS_WEIGHT = 2, 3
"""How many words that others write with "ß" tell the Swiss spelling, and how much this tells."""
_HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//[^/?#\s]*\.(?P<country>at|ch|de)(?::\d+)?(?:[/?#]|$)", re.IGNORECASE)
_OF_CODES: dict[str, Country] = {country.lower(): country for country in COUNTRIES}
_HOST_WEIGHT = 4
_MORE, _TIMES = 2, 1.5
"""By how much, and how many times, more must speak for Austria or Switzerland than for another country."""
_MAY_BE = 3
"""What makes an article one that may be from there, if no less speaks for Germany."""
_ADJECTIVE_ENDING = re.compile(r"(?:(?<=isch)|(?<=utsch)|(?<=tonal))e[nrms]?$")


def country_of(article: CleanArticle) -> Country | None:
    """The country that an article is from, by its words, its spelling and the host of its address.

    It is Germany unless something speaks for another one, and None where it may be another one as well.
    """
    weights = dict.fromkeys(COUNTRIES, 0)
    told = (article.title, article.dateline, article.source, article.text)
    words = {word for part in told if part for word in WORD.findall(part)}
    for sign in {sign for word in words for sign in _signs(word)}:
        country, weight = _SIGNS[sign]
        weights[country] += weight
    host = _HOST.match(article.url or "")
    if host is not None:
        weights[_OF_CODES[host["country"].lower()]] += _HOST_WEIGHT
    if "ß" not in article.text and len({word.lower() for word in words} & _SWISS) >= _SWISS_WORDS:
        weights["CH"] += _SWISS_WEIGHT
    abroad: Country = "AT" if weights["AT"] >= weights["CH"] else "CH"
    others = max(weight for country, weight in weights.items() if country != abroad)
    if weights[abroad] >= max(others + _MORE, _TIMES * others):
        return abroad
    return None if weights[abroad] >= max(_MAY_BE, weights["DE"]) else "DE"


def country_before(words: TextWords, begin: CharOffset) -> Country | None:
    """The country that the word right before `begin` tells: "Schweizer", "österreichische", "Berliner", "Wiens"."""
    index = words.at(begin) - 1
    if index < 0 or words.text[words.words[index].end : begin] != " ":
        return None
    return country_in(words.words[index].text)


def country_in(word: str) -> Country | None:
    """The country of a word that says where something is from; a place by itself does not: "in Wien Grüne"."""
    bare = _ADJECTIVE_ENDING.sub("", word)
    if bare.endswith(("isch", "utsch")):
        return _PLACES.get(bare)
    if not word.endswith(("er", "s")):
        return None
    return _PLACES.get(word) or _PLACES.get(word.removesuffix("er") if word.endswith("er") else word.removesuffix("s"))


def _signs(word: str) -> Iterator[str]:
    """The signs in a word, which may be declined or a compound: "SPÖ-Chefs", "Tiroler", "österreichischen"."""
    for part in word.split("-"):
        forms = (part, *(part.removesuffix(ending) for ending in ("s", "es", "er")), _ADJECTIVE_ENDING.sub("", part))
        sign = next((form for form in forms if form in _SIGNS), None)
        if sign is not None:
            yield sign
