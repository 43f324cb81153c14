"""Which words say what someone is ("US-Außenministerin", "Abgeordneter"), and of which gender."""

from dataclasses import dataclass
from functools import cache, lru_cache

from pipeline.lexicon import FOLDER, lines_of, word_list
from schemas.records import Gender

# Other short heads end too many words: "Paragraf", "Fahrzeuge", "Privater".
_SHORT_LAST_PARTS = frozenset(
    {"chef", "arzt", "star", "autor", "profi", "coach", "maler", "jäger", "pilot", "könig", "prinz", "vize", "boss"}
)
_NOT_PERSONS = frozenset({"bretter", "trichter", "champions"})
_ADJECTIVE_ENDINGS = ("e", "er", "en", "em", "es")
_KNOWN_WORDS = 32_768
"""Words of which it is remembered what they say."""


@dataclass(frozen=True, slots=True)
class RoleWord:
    """What a role word says.

    Attributes:
        head: the masculine base form of its last part ("minister").
        gender: of the person; None where the form serves for both.
        singular: whether the form can be a singular.
    """

    head: str
    gender: Gender | None
    singular: bool


@cache
def _forms() -> dict[str, RoleWord]:
    forms: dict[str, RoleWord] = {}
    for line in lines_of(FOLDER / "role_nouns.txt"):
        masculine, _, feminine = line.strip().partition(" ")
        _add(forms, masculine, feminine)
    return forms


@cache
def _longest_form() -> int:
    return max(map(len, _forms()))


def _add(forms: dict[str, RoleWord], masculine: str, feminine: str) -> None:
    def put(form: str, head: str, gender: Gender | None, singular: bool = True) -> None:
        forms.setdefault(form, RoleWord(head, gender, singular))

    if feminine == "adj":
        stem = masculine.removesuffix("er")
        for ending in _ADJECTIVE_ENDINGS:
            put(stem + ending, masculine, "m" if ending in ("er", "em") else None)
        return
    if feminine == "-":
        gender: Gender | None = (
            "f"
            if masculine.endswith(
                ("in", "frau", "mutter", "schwester", "tochter", "nonne", "tante", "witwe", "hebamme")
            )
            else None
        )
        if masculine.endswith(("mann", "vater", "bruder", "sohn", "onkel", "bischof", "kardinal", "mönch", "junge")):
            gender = "m"
        for form in (masculine, masculine + "s"):
            put(form, masculine, gender)
        return
    put(masculine, masculine, "m")
    for ending in ("n", "en", "s", "es", "ns"):
        put(masculine + ending, masculine, "m")
    female = feminine or masculine + "in"
    put(female, masculine, "f")
    put(female + ("nen" if female.endswith("in") else "en"), masculine, "f", singular=False)


def role_word(word: str) -> RoleWord | None:
    """What `word` says about a person, by its last part; None if it is no role word."""
    if not word[word.rfind("-") + 1 :][:1].isupper() or len(word) < 3:  # "dm-Chefin", not "chefin"
        return None
    # What stands before the longest form and one letter more changes nothing, and is not to be kept in memory.
    return _by_last_part(word[-1 - _longest_form() :])


@lru_cache(maxsize=_KNOWN_WORDS)
def _by_last_part(word: str) -> RoleWord | None:
    last = word.lower().rsplit("-", 1)[-1]
    if last in _NOT_PERSONS:
        return None
    forms = _forms()
    for start in range(max(0, len(last) - _longest_form()), len(last) - 2):
        found = forms.get(last[start:])
        if found is not None and (start == 0 or len(found.head) > 5 or found.head in _SHORT_LAST_PARTS):
            return found
    return None


def role_synonyms(head: str) -> frozenset[str]:
    """Heads of roles by which the same person as one called `head` may be called, itself included, if there are any."""
    return _groups("role_synonyms").get(head, frozenset())


def excluded_roles(head: str) -> frozenset[str]:
    """Heads of roles that nobody has beside `head`; what the same person may be called is none of them."""
    nothing: frozenset[str] = frozenset()
    return _groups("exclusive_roles").get(head, nothing) - role_synonyms(head) - {head}


@cache
def _groups(name: str) -> dict[str, frozenset[str]]:
    """For each word of the groups in a list the words of its groups, itself included."""
    found: dict[str, frozenset[str]] = {}
    for group in word_list(name):
        heads = frozenset(group.split(","))
        for head in heads:
            found[head] = found.get(head, frozenset()) | heads
    return found


RELATIONS = word_list("relation_nouns")
"""Heads that say how someone stands to another and not what they are."""


def undeclined(word: str, gender: Gender | None) -> str:
    """A role word as it stands for one person in the nominative ("Abgeordneten" becomes "Abgeordneter").

    `gender` is the person's, where the word alone does not tell it.
    """
    found = role_word(word)
    if found is None:
        return word
    lowered = word.lower()
    for tail in ("ns", "es", "en", "n", "s"):
        cut = word[: -len(tail)]
        if lowered.endswith(found.head + tail) and found.gender == "m":
            return cut
    if found.gender is None and found.head.endswith("er") and lowered.endswith(("en", "em", "es", "e")):
        stem = word[:-1] if lowered.endswith("e") else word[:-2]
        return stem + {"m": "er", "f": "e"}.get(gender or "", "e" if lowered.endswith("e") else "er")
    return word
