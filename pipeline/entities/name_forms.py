"""Names undeclined: genitives, titles, case variants."""

import re
from collections.abc import Sequence

from pipeline.entities.person_words import GENDERED_TITLES, PARTICLES, TITLES, is_given_name, is_particle
from pipeline.entities.roles_lexicon import role_word
from pipeline.entities.words import WORD, TextWords
from pipeline.lexicon import word_list
from pipeline.lexicon.verbs import reporting_forms
from pipeline.lexicon.words import ADVERBS, BEFORE_X, DETERMINERS, PREPOSITIONS
from pipeline.spans import CharOffset, CharRange, TokenIndex, char_span
from schemas.records import Gender

_NAME_WORD = re.compile(rf"(?<![^\W_])(?:[A-ZÄÖÜ]|v)\.(?=\s)|{WORD.pattern}")
_INITIAL = re.compile(r"(?<![^\W_])(?:[A-ZÄÖÜ]|[IVX]+|jun|sen|[jJsS]r)$")
_ON_X = re.compile(rf"\b(?:{'|'.join(sorted(BEFORE_X))}) X$", re.IGNORECASE)
"""The social network at the end of a sentence: "schrieb sie auf X."."""
_LONGEST_ON_X = max(map(len, BEFORE_X)) + len("  X")
_NICKNAME = re.compile(r"""(?:^|(?<=\w) )\(?[„"“»«'‚‘]?(?P<name>\w[\w .-]{1,24})[“”"«»'‘’]\)?(?= [^\W\d_])""")
"""What a person is called in marks before the surname; the first mark may stand before the name."""
_ALIAS = re.compile(
    r""",? (?:alias|(?:auch |besser )?(?:genannt|bekannt als)) [„"“»«'‚‘]?(?P<name>[A-ZÄÖÜ][\w-]{2,24})(?! [A-ZÄÖÜ])"""
)
_OUT_OF_OFFICE = re.compile(r"\b[a-z]\. ?[A-Z]$")
"""The end of "a. D." and "i. R." without its full stop."""
_INITIAL_IN_GENITIVE = re.compile(r"[A-ZÄÖÜ]\.s")
NO_GENITIVES = ("ss", "us", "is", "as", "os")
"""What names end in whose s is no genitive's."""
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
_RATHER_ADJECTIVES = frozenset({"bekannte", "bekannten", "laute", "lauten", "sichere"})
"""What forms of verbs of saying are adjectives too, and before a noun rather these: "Bachs bekannte Messe"."""
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
_SEVERAL = re.compile(r"(?: [A-ZÄÖÜ][\w-]*){1,4}(?:,| und) [A-ZÄÖÜ]")
"""Names behind a noun in the plural: "der Angeklagten Anna Obst und Karl Lind"."""
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
        or inside[0].text in ("Der", "Die", "Das", "Den", "Dem", "Ein", "Eine", "und")
        or (len(inside) > 1 and _OUT_OF_OFFICE.search(words.text, max(0, inside[0].begin - 5), inside[0].end))
    ):
        inside.pop(0)
    while inside and inside[-1].text in (*PARTICLES, "Jr", "Sr") and len(inside) > 1 and inside[-1].text[0].islower():
        inside.pop()
    return CharRange(inside[0].begin, min(inside[-1].end, end)) if inside else None


def before_titles(words: TextWords, begin: CharOffset) -> TokenIndex:
    """The index of the word before a name and titles that tell no gender ("Frau" in "Frau Dr. Obst"); -1 for none."""
    index = TokenIndex(words.at(begin) - 1)
    while index >= 0 and words.words[index].text in TITLES and words.words[index].text not in GENDERED_TITLES:
        index = TokenIndex(index - 1)
    return index


def begin_of_titles(words: TextWords, begin: CharOffset) -> CharOffset:
    """Where the titles begin that tell no gender and stand right before the name at `begin`; `begin` if none does."""
    first = before_titles(words, begin) + 1
    return min(begin, words.words[first].begin) if first < len(words.words) else begin


def gender_by_role(words: TextWords, index: TokenIndex) -> Gender | None:
    """The gender that a role word right before a name tells, by form or article ("der SPD-Vorsitzenden Obst")."""
    beside = 0 <= index < len(words.words) - 1 and words.gap(index, index + 1) in (" ", "\u00a0")
    role = role_word(words.words[index].text) if beside else None
    if role is None or role.gender is not None:
        return role.gender if role is not None else None
    begin, end = words.words[index].begin, words.words[index].end
    found = _WITH_ARTICLE.search(words.text, max(words.sentence_span(begin)[0], begin - _LONGEST_ATTRIBUTES), end)
    if found is None or (found["ending"] == "en" and _SEVERAL.match(words.text, end)):
        return None
    return _GENDERS.get((found["article"].lower(), found["ending"]))


def with_full_stop(text: str, begin: CharOffset, end: CharOffset) -> CharOffset:
    """The end of a name with the full stop of an initial or a number ("Carsten M.", "Ottokar II.", "Lars Obst jr.")."""
    if text[end : end + 1] != "." or not _INITIAL.search(text, begin, end):
        return end
    return end if _ON_X.search(text, max(0, end - _LONGEST_ON_X), end) else end + 1


def person_tokens(text: str) -> list[str]:
    """The words of a person's name without titles, and without what he is called in marks: "Jan „Johnny“ Obst"."""
    bare = _NICKNAME.sub("", _GENITIVE_APOSTROPHE.sub("", text))
    return [word for word in _NAME_WORD.findall(bare) if word not in TITLES or bare.isupper()]  # "ANGEL DI MARIA"


def nickname(text: str) -> str | None:
    """What the person is called in marks within the full name `text`: "Johnny" in "Jan „Johnny“ Obst"."""
    found = _NICKNAME.search(text)
    return found["name"] if found is not None else None


def alias_behind(text: str, end: CharOffset) -> str | None:
    """What else the person whose name ends at `end` is called, as the words behind tell: "Karl Obst alias Karlo"."""
    found = _ALIAS.match(text, end)
    return found["name"] if found is not None else None


def of_capitals(place: str) -> str:
    """A place in capitals as others are written: "Weil am Rhein" for "WEIL AM RHEIN"."""
    first, *others = place.split(" ")
    small = PREPOSITIONS | DETERMINERS
    return " ".join([first.title(), *(word.lower() if word.lower() in small else word.title() for word in others)])


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
    if len(word) < 4 or not word.endswith("s") or (word.endswith(NO_GENITIVES) and word not in known):
        bare = word[:-1]
        cut = word.endswith("s") and len(word) > 3 and bare in known and not is_given_name(word)
        return word[0] if _INITIAL_IN_GENITIVE.fullmatch(word) else bare if cut else word
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
    following = words.words[words.at(end)] if words.at(end) < len(words.words) else None
    gap = words.text[end : following.begin] if following is not None else ""
    if following is None or (gap != " " and not (_OPENED.fullmatch(gap) and following.capitalised)):
        return False
    if following.capitalised:
        return not is_given_name(following.text)
    forms = reporting_forms().get(following.text, ()) if following.text not in _RATHER_ADJECTIVES else ()
    if following.text in _NEVER_OWNED or any(form.kind == "finite" for form in forms):
        return False  # "Maas forderte Aufklärung"
    return following.text.endswith(("e", "em", "er", "en", "es")) and _noun_behind(words, end)


def _noun_behind(words: TextWords, end: CharOffset) -> bool:
    """Whether an adjective after `end` is followed by its noun ("Merkels langjähriger Berater")."""
    index = words.at(end)
    following = words.words[index + 1 : index + 2]
    return bool(following) and words.gap(index, index + 1) == " " and following[0].text[0].isupper()


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
