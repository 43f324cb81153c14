"""Who is introduced as somebody's relative ("seine Tochter Hanna Tölke"), and who of a family is the junior."""

from collections.abc import Sequence

from pipeline.entities.cluster import Cluster, NameSpan
from pipeline.entities.name_forms import before_titles, generation, surname_of
from pipeline.entities.roles_lexicon import RELATIONS, role_word
from pipeline.entities.words import TextWords
from pipeline.lexicon import endings, word_list
from pipeline.lexicon.words import OWNING_DETERMINERS
from pipeline.spans import CharOffset

_OWNERS = word_list("possessive_determiners") | OWNING_DETERMINERS
_FAMILIES = endings("families")
_ATTRIBUTE_ENDINGS = ("e", "en", "er")
_MOST_ATTRIBUTES = 2
"""Adjectives between the owner and the noun: "seine spätere zweite Frau"."""


def relation(words: TextWords, begin: CharOffset) -> str | None:
    """What the person whose name begins at `begin` is to somebody named before, as a head of a role ("sohn").

    None where nothing tells it, or the noun has no owner before it ("Frau Tölke", "die Tochter Hanna Tölke").
    """
    index = before_titles(words, begin)
    if index < 0 or words.gap(index, index + 1) not in (" ", "\u00a0"):
        return None
    noun = role_word(words.words[index].text)
    if noun is None or noun.head not in RELATIONS:
        return None
    for _ in range(_MOST_ATTRIBUTES + 1):
        index -= 1
        if index < 0 or words.gap(index, index + 1) != " ":
            return None
        word = words.words[index].text
        if word.lower() in _OWNERS or (word[0].isupper() and word.endswith("s")):
            return noun.head
        if word[0].isupper() or not word.endswith(_ATTRIBUTE_ENDINGS):
            return None
    return None


def shared_surname(words: TextWords, given: NameSpan, following: Sequence[str]) -> tuple[str, ...]:
    """The surname that a given name has from the name behind it: "Petra" in "das Ehepaar Petra und Jörg Lind".

    `following` are the words of the next person's name in the text. Empty if nothing says that both are of one family.
    """
    first, behind = words.at(given.begin), f" und {' '.join(following)}"
    noun = words.words[first - 1].text.lower() if first and words.gap(first - 1, first) == " " else ""
    if len(following) < 2 or not noun.endswith(_FAMILIES) or not words.text.startswith(behind, given.end):
        return ()
    return tuple(surname_of(following).split())


def of_generation(words: TextWords, bearers: Sequence[Cluster], told: str) -> Cluster | None:
    """The only one meant by "Obst junior": who is called so; where the text has a senior, who has neither; or a son.

    `bearers` are those of the surname.
    """
    called = [(generation(person.name.split()), person) for person in bearers]
    meant = [person for other, person in called if other == told]
    if not meant and any(other is not None for other, _ in called):
        meant = [person for other, person in called if other is None]
    elif not meant:
        kin = [(relation(words, person.mentions[0].begin), person) for person in bearers]
        own, others = ("sohn", "vater") if told == "junior" else ("vater", "sohn")
        meant = [person for head, person in kin if head == own]
        if not meant and len(kin) == 2 and any(head == others for head, _ in kin):
            meant = [person for head, person in kin if head != others]
    return meant[0] if len(meant) == 1 else None
