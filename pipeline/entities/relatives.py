"""Who is introduced as somebody's relative ("seine Tochter Hanna Tölke"), and who of a family is the junior."""

import re
from collections.abc import Sequence

from pipeline.entities.cluster import Cluster, NameSpan
from pipeline.entities.name_forms import begin_of_titles, generation, surname_of
from pipeline.entities.roles_lexicon import RELATIONS, role_word
from pipeline.entities.words import TextWords
from pipeline.lexicon import endings, word_list
from pipeline.lexicon.words import OWNING_DETERMINERS
from pipeline.spans import CharOffset

_OWNERS = word_list("possessive_determiners") | OWNING_DETERMINERS
_FAMILIES = endings("families")
_RELATIVE = re.compile(
    rf"(?<!\w)(?:(?i:{'|'.join(sorted(_OWNERS))})|[A-ZÄÖÜ]\w+(?:s|['’]))"
    r" (?:[\w-]*[a-zäöüß](?:e|en|er) ){0,2}(?P<noun>[A-ZÄÖÜ][\w-]+)"
    r"(?:, (?:der|die|den|dem) (?:[\w-]+ ){0,2}[A-ZÄÖÜ][\w-]+)? $"
)
_LONGEST_RELATIVE = 100


def relation(words: TextWords, begin: CharOffset) -> str | None:
    """What the person whose name begins at `begin` is to somebody named before, as a head of a role ("sohn").

    None where nothing tells it, or the noun has no owner before it ("Frau Tölke", "die Tochter Hanna Tölke").
    """
    begin = begin_of_titles(words, begin)
    found = _RELATIVE.search(words.text, max(words.sentence_span(begin)[0], begin - _LONGEST_RELATIVE), begin)
    noun = role_word(found["noun"]) if found is not None else None
    return noun.head if noun is not None and noun.head in RELATIONS else None


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
