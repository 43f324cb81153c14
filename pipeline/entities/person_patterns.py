"""Names of persons by what they look like and what stands around them."""

from collections.abc import Iterator

from pipeline.entities.gazetteer import Gazetteer
from pipeline.entities.person_words import PARTICLES, TITLES, is_given_name
from pipeline.entities.roles_lexicon import role_word
from pipeline.entities.words import TextWords
from pipeline.lexicon import endings, word_list
from pipeline.spans import CharRange, TokenIndex

_NO_SURNAME = word_list("no_surnames")
_COMPANIES = endings("company_endings")
_BODIES = endings("body_endings")
_LONGEST_NAME = 5
_GAPS = (" ", ". ", "\u00a0")
_GERMAN_PARTICLES = frozenset({"von", "vom", "zu", "zum", "zur", "und"})


def person_spans(words: TextWords, gazetteer: Gazetteer) -> Iterator[CharRange]:
    """Begin and end of persons' names in reading order, without titles and roles before them."""
    index, count = TokenIndex(0), len(words.words)
    while index < count:
        end = _name_end(words, index, gazetteer)
        if end > index:
            yield CharRange(words.words[index].begin, words.words[end - 1].end)
            index = end
        else:
            index += 1


def _name_end(words: TextWords, index: TokenIndex, gazetteer: Gazetteer) -> TokenIndex:
    """Index behind the name that begins at `index`, or `index` if none does."""
    word = words.words[index].text
    if not word[0].isupper() or word in TITLES or _known(word, gazetteer):
        return index
    if is_given_name(word) and role_word(word) is None:
        end = _surname_end(words, index + 1, gazetteer)
        if end > index + 1:
            return end
    if index and introduces(words, index - 1) and _can_be_surname(word, gazetteer):
        return max(_surname_end(words, index, gazetteer), index)
    return index


def _surname_end(words: TextWords, index: TokenIndex, gazetteer: Gazetteer) -> TokenIndex:
    """Index behind the last word of a name that goes on at `index`."""
    end = position = index
    after_given_name = index > 0 and is_given_name(words.words[index - 1].text)
    while position < len(words.words) and position - index < _LONGEST_NAME:
        gap = words.gap(position - 1, position) if position else " "
        word = words.words[position].text
        initial = len(word) == 1 and word.isupper()
        begins = position > 0 and words.sentence_span(words.words[position].begin)[0] == words.words[position].begin
        if gap not in _GAPS or (gap == ". " and (begins or len(words.words[position - 1].text) > 1)):
            break
        if word in PARTICLES:
            # "Eva Maria vom Verband": after two names "von" begins what they belong to.
            belonging = word in _GERMAN_PARTICLES and position > index
            if (belonging and words.words[position - 1].text not in PARTICLES) or (
                word in ("und", "der") and position == index
            ):
                break
            position += 1
            continue
        if position > index and words.words[position - 1].text in _GERMAN_PARTICLES and is_given_name(word):
            break
        town = after_given_name and position == index and _is_town(word, gazetteer)
        if not initial and not town and not _can_be_surname(word, gazetteer):
            break
        position += 1
        if initial:
            # "Thomas H.", cut to the initial, unless the surname follows.
            end = position if after_given_name and words.text.startswith(".", words.words[position - 1].end) else end
        else:
            end = position
            introduced = not after_given_name and position == index + 1
            if not is_given_name(word) and not (introduced and _second_word(words, position, gazetteer)):
                break
    return end


def _can_be_surname(word: str, gazetteer: Gazetteer) -> bool:
    """Whether a word may be a surname: no word of the calendar, no title or role, nothing that is known otherwise."""
    return (
        len(word) > 1
        and word[0].isupper()
        and word not in _NO_SURNAME
        and word not in TITLES
        and not (word.isupper() and len(word) < 6)
        and role_word(word) is None
        and not word.lower().endswith(_BODIES)
        and not _known(word, gazetteer)
    )


def _known(word: str, gazetteer: Gazetteer) -> bool:
    known = gazetteer.by_words.get((word,))
    return known is not None and not known.weak and known.entry.type != "PER"


def _second_word(words: TextWords, index: TokenIndex, gazetteer: Gazetteer) -> bool:
    """Whether a rare given name is followed by its surname ("Trainer Nicolej Krickau")."""
    return (
        index < len(words.words)
        and words.gap(index - 1, index) == " "
        and _can_be_surname(words.words[index].text, gazetteer)
        and not words.words[index - 1].text.endswith(("s", "ung", "heit", "keit", "ion"))
    )


def _is_town(word: str, gazetteer: Gazetteer) -> bool:
    """Whether `word` is a town, as many surnames are ("Jack London"); countries and states are no surnames."""
    known = gazetteer.by_words.get((word,))
    return known is not None and known.entry.type == "LOC" and known.form == word and known.entry.wikidata is None


def introduces(words: TextWords, index: TokenIndex) -> bool:
    """Whether the word at `index` stands right before a person's name: a title or a role."""
    if index < 0:
        return False
    gap = words.gap(index, index + 1)
    word = words.words[index].text
    if word in TITLES:
        return gap in (" ", ". ", "\u00a0")
    role = role_word(word)
    if word.lower().endswith(_COMPANIES):
        return False
    return gap in (" ", "\u00a0") and role is not None and role.singular and word.lower() not in ("frau", "mann")
