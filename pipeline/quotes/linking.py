"""From the words that name a speaker to the entity they mean."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise

from pipeline.entities.person_words import TITLES
from pipeline.entities.roles_lexicon import role_word
from pipeline.entities.words import TextWords
from pipeline.lexicon import word_list
from pipeline.lexicon.words import SOURCE_BODIES
from pipeline.spans import CharOffset, CharRange
from schemas.records import Entity, EntityArticle, Mention

_SOURCE_OF = re.compile(
    r"(?:.* )?(?:(?P<name>[A-ZÄÖÜ][\w.-]*?\w)-(?:Angaben|Aussagen|Informationen|Recherchen|Schätzungen)"
    r"|(?P<body>[A-ZÄÖÜ][a-zäöüß]+?)(?P<joint>s?)(?:angaben|aussagen|informationen|recherchen|schätzungen))"
)
"""A source in one word: "Polizeiangaben", "Nordpress-Informationen", "Zeugenaussagen".

"Regierungskreise" are people who want no name, and not the government.
"""
_NOBODYS = frozenset({"Eigen", "Medien", "Presse"})
_MEDIA = word_list("media_before_names")
_LAST_JOINT = re.compile(r" (?:und|sowie|oder)(?: (?:die|der|das|seine?|ihre?))? ")
_JOINT = re.compile(rf"{_LAST_JOINT.pattern}|, ")
_IN_BRACKETS = re.compile(r" \([^()\n]{1,40}\)")
_ATTRIBUTE_AT_END = re.compile(r"(?<= )(?:(?:die|der|das|seine?|ihre?) [\w-]{3,}er?|[\w-]{3,}er) $")
_POSSESSIVES = frozenset({"sein", "seine", "ihr", "ihre"})
_OWNING = frozenset({"von", "vom", "des", "der", "für", "bei", "aus", "im", "in", "am", "beim"})
"""Words between a noun and whatever it belongs to or where it is: "der Sprecher von Putin"."""


class Linker:
    """Links words of one article to its entities.

    Args:
        article: whose entities can be meant.
        words: of the article's text.
    """

    def __init__(self, article: EntityArticle, words: TextWords) -> None:
        self._article = article
        self._words = words
        self._mentions: list[tuple[Mention, Entity]] = sorted(
            ((mention, entity) for entity in article.entities for mention in entity.mentions),
            key=lambda pair: (pair[0].begin, -pair[0].end),
        )
        self._begins = [mention.begin for mention, _ in self._mentions]
        self._reach = list(accumulate((mention.end for mention, _ in self._mentions), max))
        self._by_id = {entity.id: entity for entity in article.entities}
        self._named_so: dict[str, Entity] = {}
        for mention, entity in self._mentions:
            if mention.kind == "name":
                self._named_so.setdefault(mention.text, entity)

    def entity(self, id_: str) -> Entity | None:
        """The article's entity with this id."""
        return self._by_id.get(id_)

    def person(self, spans: Sequence[CharRange], other: Entity | None = None) -> tuple[Entity | None, str | None]:
        """Whom the words in `spans` mean: the entity and its name; of several joined by "und" only a name.

        It is not `other`: nobody tells himself anything.
        """
        for begin, end in spans:
            several = self.several([CharRange(begin, end)])
            entity = None if several else self._head(begin, end) or self._named(begin, end)
            name = enumerated(several) if several else entity.name if entity is not None else None
            if name is None:
                entity, name = self.owner_of_source(begin, end)
            if name is not None and (entity is None or other is None or entity.id != other.id):
                return entity, name
        return None, None

    def several(self, spans: Sequence[CharRange]) -> list[str]:
        """The names of those whom the first of `spans` joins by commas and a last "und"; of one, nothing.

        They may have roles ("Anna Berg und Landrat Karl Obst") and brackets ("Anna Berg (CDU) und Karl Obst (SPD)").
        """
        if not spans:
            return []
        begin, end = spans[0]
        text = self._words.text
        inside = [(mention, entity.name) for mention, entity in self._within(begin, end) if _for_itself(text, mention)]
        if inside and self._subordinate(begin, end, inside[0][0]):
            return []  # "der Anwalt von Anna Berg und Karl Obst"
        names = [name for _, name in inside]
        gaps = [_joint(text[left.end : right.begin]) for (left, _), (right, _) in pairwise(inside)]
        joined = gaps and _LAST_JOINT.fullmatch(gaps[-1]) and all(_JOINT.fullmatch(gap) for gap in gaps)
        return names if joined and len(set(names)) == len(names) else []

    def owner_of_source(self, begin: CharOffset, end: CharOffset) -> tuple[Entity | None, str | None]:
        """Whom a source in one word belongs to: the entity, else what the word begins with ("Polizei")."""
        source = _SOURCE_OF.fullmatch(self._article.text, begin, end)
        if source is None:
            return None, None
        who: str = source["name"] or source["body"]
        named = self._named_so.get(who) or self._named_so.get(f"{who}{source['joint'] or ''}")
        if who in _NOBODYS or not (source["name"] or named is not None or _speaks(who)):
            return None, None
        return named, named.name if named is not None else who

    def _within(self, begin: CharOffset, end: CharOffset) -> list[tuple[Mention, Entity]]:
        """The mentions that lie in the words, in reading order."""
        first, last = bisect_left(self._begins, begin), bisect_right(self._begins, end)
        return [(mention, entity) for mention, entity in self._mentions[first:last] if mention.end <= end]

    def _head(self, begin: CharOffset, end: CharOffset) -> Entity | None:
        """Whom the head of the words means: the first mention that nothing subordinates, persons before others."""
        first, last = bisect_right(self._reach, begin), bisect_left(self._begins, end)
        inside = [(m, e) for m, e in self._mentions[first:last] if begin < m.end]
        whole = [(m, e) for m, e in inside if self._words.text[m.end : m.end + 1] != "-"]
        heads = [entity for mention, entity in whole if not self._subordinate(begin, end, mention)]
        return next((entity for entity in heads if entity.type == "PER"), heads[0] if heads else None)

    def _subordinate(self, begin: CharOffset, end: CharOffset, mention: Mention) -> bool:
        """Whether a mention only specifies the noun of the phrase ("Putins Sprecher", "der Sprecher von Putin")."""
        words = self._words
        after = words.at(mention.end)
        if after < len(words.words) and words.words[after].begin < end and words.gap(after - 1, after) == " ":
            following = words.words[after].text
            if following[0].isupper() and role_word(following) is not None:
                return True
        if words.text[mention.begin - 1 : mention.begin] == "(" and mention.begin > begin:
            return True
        index = words.at(max(mention.begin, begin))
        if index and words.words[index - 1].text in _MEDIA:
            index -= 1
        owning = index >= 2 and words.words[index - 1].begin >= begin and words.words[index - 1].text in _OWNING
        return owning and words.words[index - 2].begin >= begin and words.words[index - 2].capitalised

    def _named(self, begin: CharOffset, end: CharOffset) -> Entity | None:
        """Whose information the words are: "Angaben des Landratsamts"; not whose role: "der Chef des Landratsamts"."""
        inside = self._within(begin, end)
        if not inside or any(
            role_word(word.text) is not None for word in self._words.within(begin, inside[0][0].begin)
        ):
            return None
        persons = (entity for mention, entity in inside if entity.type == "PER" and mention.kind == "name")
        others = (e for m, e in inside if (m.end == end and e.type != "LOC") or m.begin == begin)
        return next(persons, None) or next(others, None)


def enumerated(names: Sequence[str]) -> str:
    """Several names as one: "Anna Berg, Karl Obst und Ida Rau"."""
    return ", ".join(names[:-1]) + " und " + names[-1]


def _speaks(body: str) -> bool:
    """Whether what a source's word begins with gives information: "Polizei", "Händler", unlike "Preis"."""
    return body.lower() in SOURCE_BODIES or role_word(body) is not None


def _for_itself(text: str, mention: Mention) -> bool:
    """Whether a mention stands for somebody, and does not say of a name or of a role whose it is."""
    part = text[mention.end : mention.end + 1] == "-" or text[mention.begin - 1 : mention.begin] == "("
    return not part and mention.text not in _POSSESSIVES


def _joint(between: str) -> str:
    """What stands between two names without the brackets of the first, and the role of the second and its attribute."""
    joint = _IN_BRACKETS.sub("", between)
    while words := joint.split():
        if words[-1].rstrip(".") not in TITLES and role_word(words[-1]) is None:
            break
        joint = joint[: joint.rindex(words[-1])]
    return _ATTRIBUTE_AT_END.sub("", joint)
