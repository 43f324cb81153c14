"""How well a noun fits what the text says of a person: role, party, nation."""

import re

from pipeline.entities.gazetteer import Gazetteer
from pipeline.entities.nominal_phrases import Nominal
from pipeline.entities.referents import Referent, nations
from pipeline.entities.roles_lexicon import excluded_roles, role_synonyms
from pipeline.entities.words import TextWords
from pipeline.lexicon import word_list

SIMILAR, SYNONYMOUS = 4.0, 2.5
OTHERWISE, NEVER = -0.5, -3.0
"""Fits of a noun that says another role than the text does, and of one that cannot mean the person."""
_COMPLEMENT = re.compile(r" (?:der|des|von|vom) (?:[a-zäöü]+e[nrs] )?(?P<noun>[A-ZÄÖÜ][\w-]+)")
_POLITICAL = word_list("political_roles")
_LEADING = ("ressortchef", "regierungschef", "parteichef", "fraktionschef", "ressortchefin", "parteichefin")
_BODIES = word_list("collective_bodies")


def fit_of(words: TextWords, nominal: Nominal, candidate: Referent, party: str | None, *, near: bool) -> float:
    """How well `candidate` is what `nominal` may refer to: about -3 (it cannot be) to 7 (the text calls it just that).

    Args:
        words: of the article.
        nominal: the noun phrase.
        candidate: somebody named before it.
        party: the one that the noun phrase names ("der SPD-Politiker").
        near: whether the candidate's last mention is close by.
    """
    noun, head = nominal.noun.lower(), nominal.role.head if nominal.role is not None else ""
    fit = 0.0
    if noun in candidate.role_words:
        fit = 5
    elif noun in _BODIES or (head not in candidate.role_heads and excluded_roles(head) & candidate.role_heads):
        return NEVER
    elif head == "politiker":
        political = candidate.role_heads & _POLITICAL or any(own.endswith(_LEADING) for own in candidate.role_words)
        fit = 1 if candidate.affiliations or political else 0
    elif any(own.endswith(noun) or noun.endswith(own) for own in candidate.role_words):
        fit = SIMILAR
    elif head and head in candidate.role_heads:
        fit = 3
    elif candidate.role_heads & role_synonyms(head):
        fit = SYNONYMOUS
    if party is not None:
        if party in candidate.affiliations:
            fit += 2 if fit or near else 0.5
        elif candidate.affiliations:
            return NEVER
    if fit >= 3 and _complement(words, nominal) is not None:
        fit -= 1 if _complement(words, nominal) not in candidate.role_complements else -1
    politician = party is not None and not candidate.affiliations and candidate.role_heads & _POLITICAL
    if fit == 0 and head and candidate.role_heads and "-" in noun and not politician:
        return OTHERWISE
    return fit


def _complement(words: TextWords, nominal: Nominal) -> str | None:
    """The name or noun in "der Präsident der Ukraine", in lower case."""
    match = _COMPLEMENT.match(words.text, nominal.end)
    return match["noun"].lower() if match is not None else None


def nation_of(words: TextWords, nominal: Nominal, gazetteer: Gazetteer) -> str | None:
    """Id of the country whose adjective or demonym stands in the noun phrase ("der französische Gesandte")."""
    return next(iter(nations(words, nominal.begin, nominal.end, gazetteer)), None)
