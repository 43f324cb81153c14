"""Names undeclined: genitives, titles, case variants."""

import re
from collections.abc import Sequence

from pipeline.entities.person_words import GENDERED_TITLES, PARTICLES, TITLES, is_given_name, is_particle
from pipeline.entities.roles_lexicon import role_word
from pipeline.entities.words import WORD, TextWords
from pipeline.lexicon import word_list
from pipeline.lexicon.verbs import reporting_forms
from pipeline.lexicon.words import ADVERBS, DETERMINERS, PREPOSITIONS
from pipeline.spans import CharOffset, CharRange, TokenIndex, char_span
from schemas.records import Gender

_NAME_WORD = re.compile(rf"(?<![^\W_])(?:[A-ZÄÖÜ]|v)\.(?=\s)|{WORD.pattern}")
_INITIAL = re.compile(r"(?<![^\W_])(?:[A-ZÄÖÜ]|[IVX]+|jun|sen|[jJsS]r)$")
_NICKNAME = re.compile(r"""(?:^|(?<=\w) )\(?[„"“»«'‚‘]?(?P<name>\w[\w .-]{1,24})[“”"«»'‘’]\)?(?= [^\W\d_])""")
"""What a person is called in marks before the surname; the first mark may stand before the name."""
_ALIAS = re.compile(
    r""",? (?:alias|(?:auch |besser )?(?:genannt|bekannt als)) [„"“»«'‚‘]?(?P<name>[A-ZÄÖÜ][\w-]{2,24})(?! [A-ZÄÖÜ])"""
)
_OUT_OF_OFFICE = re.compile(r"\b[a-z]\. ?[A-Z]$")
"""The end of "a. D." and "i. R." without its full stop."""
_INITIAL_IN_GENITIVE = re.compile(r"[A-ZÄÖÜ]\.s")
_SURNAMES_IN_S = word_list("surnames_in_s")
_OPENED = re.compile(r" [„“»«\"‚‘›‹]")
_NEVER_OWNED = (ADVERBS | DETERMINERS | PREPOSITIONS) - {
    "andere",
    "beide",
    "beiden",
    "vier",
    "viele",
    "vielen",
    "weitere",
}
"""Small words that end as adjectives do, and open no phrase that a genitive before it could own."""
_GENERATION_BEHIND = re.compile(r" (?:junior|senior|jun|sen|[jJsS]r)\b(?!-)")
_GENERATIONS = {
    "junior": "junior",
    "jun": "junior",
    "jr": "junior",
    "senior": "senior",
    "sen": "senior",
    "sr": "senior",
}
_WITH_ARTICLE = re.compile(
    r"\b(?P<article>[Dd](?:er|ie|em|en|es)|[Ee]ine[mnrs]?)"
    r" (?:(?!d(?:er|ie|en) )[A-ZÄÖÜ]?[a-zäöüß-]+e[nr]? ){0,2}[\w-]+?(?P<ending>en?)$"
)
"""A noun that is declined as an adjective, with its article: "die frühere Vorsitzende", "der Kieler Angestellte"."""
_LONGEST_ATTRIBUTES = 60
_GENDERS: dict[tuple[str, str], Gender] = {
    **dict.fromkeys([("der", "e"), ("dem", "en"), ("den", "en"), ("des", "en"), ("einem", "en"), ("einen", "en")], "m"),
    **dict.fromkeys([("die", "e"), ("eine", "e"), ("der", "en"), ("einer", "en")], "f"),
}
_GENITIVE_APOSTROPHE = re.compile(r"['’`]s?$")


def strip_titles(words: TextWords, begin: CharOffset, end: CharOffset) -> CharRange | None:
    """A person's span without titles, roles and small words at its edges; None if nothing is left."""
    inside = words.of_span(begin, end)
    while inside and (
        inside[0].text in TITLES
        or (len(inside) > 2 and inside[0].text in PARTICLES and inside[1].text in TITLES)  # "Chef de Mission Berg"
        or (inside[0].text[0].islower() and inside[0].text not in PARTICLES)
        or (len(inside) > 1 and role_word(inside[0].text) is not None and not is_given_name(inside[0].text))
        or (len(inside) > 1 and _OUT_OF_OFFICE.search(words.text, max(0, inside[0].begin - 5), inside[0].end))
    ):
        inside.pop(0)
    return CharRange(inside[0].begin, min(inside[-1].end, end)) if inside else None


def before_titles(words: TextWords, begin: CharOffset) -> TokenIndex:
    """The index of the word before a name and titles that tell no gender ("Frau" in "Frau Dr. Obst"); -1 for none."""
    index = TokenIndex(words.at(begin) - 1)
    while index >= 0 and words.words[index].text in TITLES and words.words[index].text not in GENDERED_TITLES:
        index = TokenIndex(index - 1)
    return index


def gender_by_role(words: TextWords, index: TokenIndex) -> Gender | None:
    """The gender that a role word right before a name tells, by form or article ("der SPD-Vorsitzenden Obst")."""
    beside = 0 <= index < len(words.words) - 1 and words.gap(index, index + 1) in (" ", "\u00a0")
    role = role_word(words.words[index].text) if beside else None
    if role is None or role.gender is not None:
        return role.gender if role is not None else None
    begin, end = words.words[index].begin, words.words[index].end
    found = _WITH_ARTICLE.search(words.text, max(words.sentence_span(begin)[0], begin - _LONGEST_ATTRIBUTES), end)
    return _GENDERS.get((found["article"].lower(), found["ending"])) if found is not None else None


def with_full_stop(text: str, begin: CharOffset, end: CharOffset) -> CharOffset:
    """The end of a name with the full stop of an initial or a number ("Carsten M.", "Ottokar II.", "Lars Obst jr.")."""
    return end + 1 if text[end : end + 1] == "." and _INITIAL.search(text, begin, end) else end


def person_tokens(text: str) -> list[str]:
    """The words of a person's name without titles, and without what he is called in marks: "Jan „Johnny“ Obst"."""
    bare = _NICKNAME.sub("", _GENITIVE_APOSTROPHE.sub("", text))
    return [word for word in _NAME_WORD.findall(bare) if word not in TITLES or bare.isupper()]  # "ANGEL DI MARIA"


def other_name(text: str, begin: CharOffset, end: CharOffset) -> str | None:
    """What else the person named from `begin` to `end` is called: "Jan „Johnny“ Obst", "Karl Obst alias Karlo"."""
    found = _NICKNAME.search(text[begin:end]) or _ALIAS.match(text, end)
    return found["name"] if found is not None else None


def generation(tokens: Sequence[str]) -> str | None:
    """Which of a family a name ends by telling: "junior" of "Lars Obst jr."; None if it does not."""
    return _GENERATIONS.get(tokens[-1].lower().rstrip(".")) if len(tokens) > 1 else None


def with_generation(text: str, end: CharOffset) -> CharOffset:
    """The end of a person's name that ends at `end`, with what tells the generation: "Obst junior"."""
    behind = _GENERATION_BEHIND.match(text, end)
    return char_span(behind)[1] if behind is not None else end


def surname_of(tokens: Sequence[str], *, capitals: bool = False) -> str:
    """Last word of a name with the small particles before it ("von der Leyen"), with `capitals` all ("Van der Bellen").

    A capital one can be a given name too ("Ben").
    """
    start = len(tokens) - 1
    while start > 1 and is_particle(tokens[start - 1]) and (capitals or tokens[start - 1][0].islower()):
        start -= 1
    return " ".join(tokens[start:])


def initials(tokens: Sequence[str]) -> str:
    """The capitals that stand for a name: "AKK" for Annegret Kramp-Karrenbauer."""
    parts = (part for token in tokens if not is_particle(token) for part in token.split("-"))
    return "".join(part[0].upper() for part in parts if part)


def without_genitive(
    words: TextWords, end: CharOffset, tokens: Sequence[str], known: frozenset[str], owning: dict[str, bool]
) -> str:
    """The last of `tokens`, which are a name that ends at `end`, without the genitive's s where it is one.

    It is one if the name stands without s elsewhere (`known` or in the text),
    or if what follows is owned by it ("Putins Sprecher"), but not in a full name
    that ends in a surname known to have one. What is found out of a word
    wherever it stands is remembered in `owning`.
    """
    word = tokens[-1]
    if len(tokens) > 1 and word in _SURNAMES_IN_S:
        return word
    if _INITIAL_IN_GENITIVE.fullmatch(word):
        return word[0]
    if len(word) < 4 or not word.endswith("s"):
        return word
    bare, given = word[:-1], is_given_name(word)
    if bare in known or (not given and bare in words.vocabulary and bare[0].isupper()):
        return bare
    # A surname that ends in s ("Maas") stands before verbs and commas somewhere, a genitive only before what it owns.
    if given or word in _SURNAMES_IN_S or not owns(words, end):
        return word
    if word not in owning:
        owning[word] = all(owns(words, words.words[index].end) for index in words.positions.get(word, ()))
    return bare if owning[word] else word


def owns(words: TextWords, end: CharOffset) -> bool:
    """Whether a noun, an adjective and its noun, or a title in marks follows the name that ends at `end`."""
    index = words.at(end)
    following, behind = [*words.words[index : index + 2], None, None][:2]
    gap = words.text[end : following.begin] if following is not None else ""
    if following is None or (gap != " " and not (_OPENED.fullmatch(gap) and following.capitalised)):
        return False
    if following.capitalised:
        return not is_given_name(following.text)
    finite = any(form.kind == "finite" for form in reporting_forms().get(following.text, ()))
    if finite or following.text in _NEVER_OWNED or not following.text.endswith(("e", "em", "er", "en", "es")):
        return False  # "Maas forderte Aufklärung"
    return behind is not None and behind.capitalised and words.gap(index, index + 1) == " "


def with_titles(words: TextWords, begin: CharOffset) -> CharOffset:
    """Where the titles and roles begin that stand right before the name at `begin`: "Dr.", "Bischof"."""
    index = words.at(begin)
    if index == len(words.words) or words.words[index].begin != begin:
        return begin  # within a word: "Tölke/Kahlert"
    while index and words.gap(index - 1, index) in (" ", ". ", "\u00a0"):
        word = words.words[index - 1].text
        if word not in TITLES and (role_word(word) is None or words.gap(index - 1, index) == ". "):
            break
        index -= 1
    return words.words[index].begin
