"""Who is meant by words that need not be a name: "er", "die Ministerin", "Baerbock"."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, pairwise

from pipeline.entities.cluster import Cluster, MentionSpan
from pipeline.entities.gazetteer import Gazetteer, load_gazetteer
from pipeline.entities.nominal_phrases import ARTICLES, bare_nominal, nominals, read_nominal
from pipeline.entities.nominals import person_of_nominal
from pipeline.entities.organisation_nominals import OrganisationNominals
from pipeline.entities.person_words import TITLES
from pipeline.entities.pronouns import (
    SUBJECT_PRONOUNS,
    person_meant,
    pronoun_gender,
    stands_for_a_person,
)
from pipeline.entities.referents import Referent, Referents, referent
from pipeline.entities.roles_lexicon import role_word
from pipeline.entities.words import TextWords
from pipeline.lexicon import word_list
from pipeline.models.sentences import sentence_starts
from pipeline.spans import CharOffset, numbered_tokens, token_indices
from schemas.records import Entity, EntityArticle


def add_references(words: TextWords, clusters: list[Cluster], gazetteer: Gazetteer) -> None:
    """Add to the persons in `clusters` the nominals and pronouns outside quotation marks that mean them."""
    referents = Referents(
        [
            referent(words, n, c.name, c.type, c.roles, c.affiliations, c.mentions, gazetteer)
            for n, c in enumerate(clusters)
        ]
    )
    taken = [False] * len(words.words)
    for cluster in clusters:
        for place in cluster.mentions:
            for index in range(words.at(place.begin), words.at(place.end)):
                taken[index] = words.words[index].end <= place.end
    phrases = {phrase.begin: phrase for phrase in nominals(words, taken, gazetteer)}
    for index, word in numbered_tokens(words.words):
        phrase = phrases.get(word.begin)
        if phrase is not None:
            meant, place = (
                person_of_nominal(words, phrase, referents, gazetteer),
                MentionSpan(phrase.begin, phrase.end, "nominal"),
            )
        elif word.text.lower() in SUBJECT_PRONOUNS and not taken[index] and not words.in_quotes(word.begin):
            gender = pronoun_gender(words, index)
            meant = person_meant(words, word.begin, gender, referents) if gender else None
            place = MentionSpan(word.begin, word.end, "pronoun")
        else:
            continue
        if meant is not None:
            clusters[meant.number].mentions.append(place)
            referents.add(words, meant, place)
    for cluster in clusters:
        cluster.mentions.sort()


_DETERMINERS = ARTICLES | word_list("indefinite_determiners")
_MEDIA = word_list("media_before_names")
_LAST_JOINT = re.compile(r" (?:und|sowie|oder)(?: (?:die|der|das|seine?|ihre?))? ")
_JOINT = re.compile(rf"{_LAST_JOINT.pattern}|, ")
_IN_BRACKETS = re.compile(r" \([^()\n]{1,40}\)")
_ATTRIBUTE_AT_END = re.compile(r"(?<= )(?:(?:die|der|das|seine?|ihre?) [\w-]{3,}er?|[\w-]{3,}er) $")
_POSSESSIVES = frozenset({"sein", "seine", "ihr", "ihre"})


class Resolver:
    """Answers for one article who is meant where; make it once, ask it often.

    Args:
        article: whose entities can be meant.
        gazetteer: the starter gazetteer, unless another one is given.
        words: of the article's text, where they are known already.
    """

    def __init__(
        self, article: EntityArticle, gazetteer: Gazetteer | None = None, words: TextWords | None = None
    ) -> None:
        self._entities = article.entities
        self._words = words or TextWords(article.text, sentence_starts(article.text))
        self._gazetteer = gazetteer or _starter()
        referents = [
            referent(
                self._words,
                n,
                e.name,
                e.type,
                e.roles,
                e.affiliations,
                [MentionSpan(m.begin, m.end, m.kind) for m in e.mentions],
                self._gazetteer,
            )
            for n, e in enumerate(article.entities)
        ]
        self._referents = Referents(referents)
        self._organisations = OrganisationNominals(self._words, referents)
        self._mentions = sorted(((p, r) for r in referents for p in r.mentions), key=lambda pair: pair[0])
        self._begins = [place.begin for place, _ in self._mentions]
        self._reach = list(accumulate((place.end for place, _ in self._mentions), max))

    def resolve(self, begin: CharOffset, end: CharOffset) -> Entity | None:
        """The entity meant by the article's text from `begin` to `end` (excluded), or None."""
        meant = self._mentioned(begin, end) or self._referred(begin, end)
        return self._entities[meant.number] if meant is not None else None

    def speaker(self, begin: CharOffset, end: CharOffset) -> tuple[Entity | None, str | None]:
        """Who speaks by the words from `begin` to `end`: the entity and its name.

        Of several joined by "und" there is no one entity, but a name of them
        all ("Verdi und Komba").
        """
        several = self.several(begin, end)
        if several:
            return None, enumerated(several)
        entity = self.resolve(begin, end)
        return entity, entity.name if entity is not None else None

    def organisation(self, noun: str, begin: CharOffset) -> Entity | None:
        """The organisation that a noun at `begin` means, as "die Behörde" does."""
        meant = self._organisations.meant(noun, begin)
        return self._entities[meant.number] if meant is not None else None

    def several(self, begin: CharOffset, end: CharOffset) -> list[str]:
        """The names of those whom the words from `begin` to `end` join by commas and a last "und"; of one, nothing.

        They may have roles ("Anna Berg und Landrat Karl Obst") and brackets ("Anna Berg (CDU) und Karl Obst (SPD)").
        """
        text = self._words.text
        first, last = bisect_left(self._begins, begin), bisect_right(self._begins, end)
        inside = sorted(
            ((p, r.name) for p, r in self._mentions[first:last] if p.end <= end and _for_itself(text, p)),
            key=lambda mention: mention[0].begin,
        )
        if inside and self._subordinate(begin, end, inside[0][0]):
            return []  # "der Anwalt von Anna Berg und Karl Obst"
        names = [name for _, name in inside]
        gaps = [_joint(text[left.end : right.begin]) for (left, _), (right, _) in pairwise(inside)]
        joined = gaps and _LAST_JOINT.fullmatch(gaps[-1]) and all(_JOINT.fullmatch(gap) for gap in gaps)
        return names if joined and len(set(names)) == len(names) else []

    def _mentioned(self, begin: CharOffset, end: CharOffset) -> Referent | None:
        """By a mention that is the head of the words: the last one that nothing subordinates."""
        first, last = bisect_right(self._reach, begin), bisect_left(self._begins, end)
        inside = [(p, r) for p, r in self._mentions[first:last] if begin < p.end]
        whole = [(p, r) for p, r in inside if self._words.text[p.end : p.end + 1] != "-"]
        heads = [(p, r) for p, r in whole if not self._subordinate(begin, end, p)]
        persons = [r for _, r in heads if r.type == "PER"]
        return persons[0] if persons else heads[0][1] if heads else None

    def _subordinate(self, begin: CharOffset, end: CharOffset, place: MentionSpan) -> bool:
        """Whether a mention only specifies the noun of the phrase ("Putins Sprecher", "der Sprecher von Putin")."""
        words = self._words
        after = words.at(place.end)
        if after < len(words.words) and words.words[after].begin < end and words.gap(after - 1, after) == " ":
            following = words.words[after].text
            if following[0].isupper() and role_word(following) is not None:
                return True
        if words.text[place.begin - 1 : place.begin] == "(" and place.begin > begin:
            return True
        index = words.at(max(place.begin, begin))
        if index and words.words[index - 1].text in _MEDIA:
            index -= 1
        if index and words.words[index - 1].begin >= begin:
            before = words.words[index - 1]
            if (
                before.text in ("von", "vom", "des", "der", "für", "bei", "aus", "im", "in", "am", "beim")
                and index >= 2
                and (words.words[index - 2].begin >= begin and words.words[index - 2].capitalised)
            ):
                return True
        return False

    def _referred(self, begin: CharOffset, end: CharOffset) -> Referent | None:
        words = self._words
        first, last = words.at(begin), words.at(end)
        for index in token_indices(first, last):
            gender = pronoun_gender(words, index) if stands_for_a_person(words, index, end) else None
            if gender is not None:
                return person_meant(words, words.words[index].begin, gender, self._referents)
        determined = [index for index in token_indices(first, last) if words.words[index].text.lower() in _DETERMINERS]
        definite = bool(determined) and words.words[determined[0]].text.lower() in ARTICLES
        phrase = read_nominal(words, determined[0], self._gazetteer) if definite else None
        if phrase is None and not determined:
            phrase = bare_nominal(words, begin, end, self._gazetteer)
        if phrase is not None:
            return person_of_nominal(words, phrase, self._referents, self._gazetteer, speaker=True)
        nouns = (
            word for word in words.within(begin, end) if word.capitalised and word.text.lower() not in _DETERMINERS
        )
        noun = next(nouns, None)
        return self._organisations.meant(noun.text, begin) if noun is not None else None


def enumerated(names: Sequence[str]) -> str:
    """Several names as one: "Anna Berg, Karl Obst und Ida Rau"."""
    return ", ".join(names[:-1]) + " und " + names[-1]


def _for_itself(text: str, place: MentionSpan) -> bool:
    """Whether a mention stands for somebody, and does not say of a name or of a role whose it is."""
    part = text[place.end : place.end + 1] == "-" or text[place.begin - 1 : place.begin] == "("
    return not part and text[place.begin : place.end] not in _POSSESSIVES


def _joint(between: str) -> str:
    """What stands between two names without the brackets of the first, and the role of the second and its attribute."""
    joint = _IN_BRACKETS.sub("", between)
    while words := joint.split():
        if words[-1].rstrip(".") not in TITLES and role_word(words[-1]) is None:
            break
        joint = joint[: joint.rindex(words[-1])]
    return _ATTRIBUTE_AT_END.sub("", joint)


def resolve(article: EntityArticle, begin: CharOffset, end: CharOffset) -> Entity | None:
    """The entity meant by `article.text[begin:end]`: a name, a surname, "der Minister", "sie"; None if none is."""
    return Resolver(article).resolve(begin, end)


@lru_cache(maxsize=1)
def _starter() -> Gazetteer:
    return load_gazetteer(None)
