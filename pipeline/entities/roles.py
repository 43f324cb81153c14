"""Roles and affiliations of persons, as the text and the infobox give them."""

import re
from collections.abc import Iterable, Mapping, Sequence

from pipeline.entities.affiliations import (
    Organisations,
    add_organisation_behind,
    add_party_in_compound,
    known_organisation,
)
from pipeline.entities.cluster import Cluster, MentionSpan
from pipeline.entities.gazetteer import Gazetteer
from pipeline.entities.member_roles import is_member
from pipeline.entities.name_forms import before_titles, gender_by_role, with_titles
from pipeline.entities.national_names import gazetteer_before
from pipeline.entities.person_words import TITLES, gender_of_name
from pipeline.entities.roles_lexicon import RELATIONS, role_word, undeclined
from pipeline.entities.shared_roles import person_lists, shared_role
from pipeline.entities.words import WORD, TextWords
from pipeline.lexicon import word_list
from pipeline.spans import CharOffset, TokenIndex, char_span
from schemas.records import Gender

_STATUS = re.compile(
    r"^(?:früher|ehemalig|einstig|damalig|designiert|amtierend|stellvertretend|[Gg]eschäftsführend|kommissarisch|"
    r"künftig|scheidend|Erst|Zweit|Dritt|[Ll]eitend|Vorsitzend|wissenschaftlich|ärztlich|[Pp]arlamentarisch|\w*politisch)(?:e|er|en|em|es)?$"
)
_SHORT_STATUS = {"stv": "stellvertretende", "stellv": "stellvertretende", "ehem": "ehemalige"}
_ENDING = re.compile(r"e[nmrs]?$")
_BRACKETS = re.compile(
    r"\s?\((?:\d{1,3}[,;] ?)?([^()\d,;/]{2,40}?)(?:(?:/|, ?)[A-ZÄÖÜ][^()\d,;]{1,40})?(?:[,;] ?\d{1,3})?\)"
)
_CLAUSE_END = re.compile(r"[,.;:!?\n(„“»«\"]| – ")
_APPOSITION_ENDS = (",", ".", ";", "\n", "(", " – ", "„", "»", '"')
"""What closes an apposition; before other signs, the role is the subject of what follows."""
_COMPLEMENT = re.compile(r"^ (?:der|des|von|vom|für|bei|beim|am|im|in|an|zur|zum|an der|bei der|bei den)\b")
_APPOSED = re.compile(
    r"\b[Dd](?:er|ie|em|en) (?:[A-ZÄÖÜ]?[a-zäöüß-]+en? ){0,2}(?P<role>[A-ZÄÖÜ][\w-]+)(?P<of>(?:"
    r" (?:der|des|von|vom|für|bei|beim|im|in) (?:[a-zäöüß-]+e[nrs] |\d+\. )?"
    r"[A-ZÄÖÜ][\w-]*(?:(?: und)? [A-ZÄÖÜ][\w-]*){0,3}(?: e\. ?V\.)?){0,2})"
    r"(?: \([^()\n]{1,40}\))?, $"
)
_OF_ONE = re.compile(r"[A-ZÄÖÜ][\w-]+ eine[rs] $")
"""What makes one of several the one whose relative or lawyer is named: "die Mutter einer der Angeklagten, X"."""
_LONGEST_APPOSED = 200
_CLOSED = re.compile(r"(?: \([^()\n]{1,40}\))?(?:[,.;\n]|$)")
_RETIRED = re.compile(r" (?P<said>[ai])\. ?(?P<of>[DR])\.")
"""What stands behind the office of somebody who has it no more: "a. D.", "i. R."."""
_LONGEST_RETIRED = len(" a. D. ")
_TRAILING = re.compile(r"(?: (?:und|der|des|die|das|von|vom|für|bei|am|im|in|zur|zum))+$")
_WITHIN_COMPLEMENT = word_list("role_complement_words")
_LONGEST_COMPLEMENT_WORDS = 12
_INFOBOX_ROLES = ("amt", "beruf", "position", "funktion")


def read_roles(words: TextWords, persons: Sequence[Cluster], others: Iterable[Cluster], gazetteer: Gazetteer) -> None:
    """Note in each of `persons` the roles and affiliations that stand around its names.

    `others` are the entities that are no persons.
    """
    organisations = Organisations(others)
    for person in persons:
        for place in person.mentions:
            if not in_genitive(words, person, place):
                _before(words, person, place.begin, gazetteer)
                _apposed(words, person, place, organisations, gazetteer)
            _in_brackets(words, person, place.end, organisations, gazetteer)
            _apposition(words, person, place.end, organisations, gazetteer)
            add_organisation_behind(words, person, place, organisations)
    for listed in person_lists(words, persons):
        _shared(words, listed, gazetteer)


def in_genitive(words: TextWords, person: Cluster, place: MentionSpan) -> bool:
    """Whether the name stands in the genitive, so that the role before it is someone else's ("Berater Trumps")."""
    text = words.text[place.begin : place.end]
    if words.text[place.end : place.end + 1] in ("'", "’"):
        return True
    bare = text.removesuffix("s").removesuffix(".")
    return text.endswith("s") and not person.name.endswith("s") and f" {person.name}".endswith(f" {bare}")


def read_infobox(infobox: Mapping[str, str], persons: Iterable[Cluster], gazetteer: Gazetteer) -> None:
    """Note what the infobox says of the person it names."""
    fields = {key.strip().rstrip(":").lower(): value.strip() for key, value in infobox.items() if value.strip()}
    surname = fields["name"].split()[-1] if "name" in fields else None
    person = next((person for person in persons if person.name.split()[-1] == surname), None)
    if person is None:
        return
    for key in _INFOBOX_ROLES:
        role = fields.get(key, "").split(",")[0].strip()
        if role:
            person.roles.setdefault(role)
    party = fields.get("partei")
    if party is not None:
        person.affiliations.setdefault(known_organisation(party, gazetteer) or party)


def _before(words: TextWords, person: Cluster, begin: CharOffset, gazetteer: Gazetteer) -> None:
    """ "Der frühere US-Außenminister" before the name."""
    index = words.at(begin) - 1
    while index >= 0 and words.words[index].text in TITLES and "\n" not in words.gap(index, index + 1):
        index -= 1
    if index < 0:
        return
    end = words.words[index + 1].begin if index + 1 < len(words.words) else begin
    retired = next(_RETIRED.finditer(words.text, max(0, end - _LONGEST_RETIRED), end), None)
    index = words.at(char_span(retired)[0]) - 1 if retired is not None else index
    if index < 0 or words.gap(index, index + 1).strip(" \u00a0"):
        return
    word = words.words[index].text
    role = role_word(word)
    gazetteer = gazetteer_before(words, words.words[index].begin, gazetteer)
    if is_member(words, index):
        person.roles.setdefault(word)
        add_party_in_compound(word, person, gazetteer)
    if role is None or not role.singular or word in ("Frau", "Mann", "Herr"):
        return
    gender = gender_by_role(words, index) or gender_of_name(person.name)
    if role.head not in RELATIONS:
        person.roles.setdefault(_with_status(words, index, undeclined(word, gender), gender) + _since_retired(retired))
    add_party_in_compound(word, person, gazetteer)


def _shared(words: TextWords, listed: Sequence[tuple[MentionSpan, Cluster]], gazetteer: Gazetteer) -> None:
    """ "Die früheren Minister" before the first of several persons, who all are what the noun says."""
    index = before_titles(words, listed[0][0].begin)
    beside = index >= 0 and words.gap(index, index + 1) == " "
    role = shared_role(words, index, listed[-1][0].end) if beside else None
    if role is None:
        return
    for _, person in listed:
        gender = gender_of_name(person.name)
        person.roles.setdefault(_with_status(words, index, undeclined(role, gender), gender))
        add_party_in_compound(role, person, gazetteer)


def _since_retired(found: re.Match[str] | None) -> str:
    return f" {found['said']}. {found['of']}." if found is not None else ""


def _with_status(words: TextWords, index: TokenIndex, role: str, gender: Gender | None) -> str:
    """The role with "frühere", "stellvertretende" before it, in the nominative."""
    before, gap = words.words[index - 1].text if index else "", words.gap(index - 1, index)
    if gap == ". ":  # "der stv. Landrat"
        before, gap = _SHORT_STATUS.get(before.lower(), ""), " "
    if gap != " " or _STATUS.match(before) is None:
        return role
    return f"{_ENDING.sub('', before)}{'e' if gender == 'f' else 'er'} {role}"


def _in_brackets(
    words: TextWords, person: Cluster, end: CharOffset, organisations: Organisations, gazetteer: Gazetteer
) -> None:
    """ "(Grüne)", "(52, SPD)", "(Sprecherin)" behind the name."""
    match = _BRACKETS.match(words.text, end)
    if match is None:
        return
    content = match.group(1).strip()
    name = known_organisation(content, gazetteer)
    if name is None and not content[:1].islower():  # "(parteilos)" is no party, whatever the model says
        name = organisations.at.get(char_span(match, 1))
    if name is not None:
        person.affiliations.setdefault(name)
    elif " " not in content and role_word(content) is not None:
        person.roles.setdefault(undeclined(content, gender_of_name(person.name)))


def _apposition(
    words: TextWords,
    person: Cluster,
    end: CharOffset,
    organisations: Organisations,
    gazetteer: Gazetteer,
) -> None:
    """ ", Außenminister der USA," and ", die stellvertretende Leiterin des Instituts," behind the name."""
    bracket = _BRACKETS.match(words.text, end)
    begin = char_span(bracket)[1] if bracket is not None else end
    if words.text[begin : begin + 2] != ", ":
        return
    index = words.at(begin)
    last = min(index + 4, len(words.words))
    while index < last:
        word = words.words[index]
        role = role_word(word.text)
        if role is not None:
            break
        if word.text[0].isupper() or words.gap(index, index + 1).strip():
            return
        index += 1
    else:
        return
    retired = _RETIRED.match(words.text, word.end)
    role_end = char_span(retired)[1] if retired is not None else word.end
    stop = _CLAUSE_END.search(words.text, role_end)
    if stop is None or stop.group() not in _APPOSITION_ENDS:
        return
    complement = words.text[role_end : char_span(stop)[0]]
    complement = complement[: _nominal_part(complement)]
    if complement and (_COMPLEMENT.match(complement) is None or len(complement.split()) > _LONGEST_COMPLEMENT_WORDS):
        return
    if role.head not in RELATIONS:
        gender = role.gender or gender_of_name(person.name)
        said = _with_status(words, index, undeclined(word.text, gender), gender)
        person.roles.setdefault(said + _since_retired(retired) + _TRAILING.sub("", complement.rstrip()))
    add_party_in_compound(word.text, person, gazetteer)
    for name in organisations.between(role_end, role_end + len(complement)):
        person.affiliations.setdefault(name)


def _apposed(
    words: TextWords,
    person: Cluster,
    place: MentionSpan,
    organisations: Organisations,
    gazetteer: Gazetteer,
) -> None:
    """ "Der Sprecher des Ministeriums, X, sagte": the name stands in apposition to what its bearer is."""
    end = with_titles(words, place.begin)
    if words.text[max(0, end - 2) : end] != ", " or _CLOSED.match(words.text, place.end) is None:
        return
    begin = max(words.sentence_span(end)[0], end - _LONGEST_APPOSED)
    match = _APPOSED.search(words.text, begin, end)
    role = role_word(match["role"]) if match is not None else None
    if match is None or role is None or not role.singular or role.head in RELATIONS:
        return
    if _OF_ONE.search(words.text, begin, char_span(match)[0]):
        return
    gender = role.gender or gender_of_name(person.name)
    said = _with_status(words, words.at(char_span(match, "role")[0]), undeclined(match["role"], gender), gender)
    person.roles.setdefault(said + match["of"])
    add_party_in_compound(match["role"], person, gazetteer)
    for name in organisations.between(*char_span(match, "of")):
        person.affiliations.setdefault(name)


def _nominal_part(complement: str) -> int:
    """How much of the words behind a role still belongs to it: nouns, adjectives, articles and a few prepositions."""
    for match in WORD.finditer(complement):
        word = match.group()
        if word[0].islower() and word not in _WITHIN_COMPLEMENT and not word.endswith(("en", "er", "e")):
            return match.start()
    return len(complement)
