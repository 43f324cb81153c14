"""Closed classes of German words, in lower case, read from `data/words.txt`."""

from importlib.resources import files


def _read() -> dict[str, frozenset[str]]:
    sections: dict[str, set[str]] = {}
    current: set[str] = set()
    for line in (files("pipeline.quotes") / "data" / "words.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            current = sections.setdefault(line.strip("[]"), set())
        elif not line.startswith("#"):
            current.update(line.split())
    return {name: frozenset(words) for name, words in sections.items()}


_SECTIONS = _read()
PREPOSITIONS = _SECTIONS["prepositions"]
NOMINATIVE_DETERMINERS = _SECTIONS["nominative_determiners"]
OBLIQUE_DETERMINERS = _SECTIONS["oblique_determiners"]
GENITIVE_DETERMINERS = _SECTIONS["genitive_determiners"]
SUBJECT_PRONOUNS = _SECTIONS["subject_pronouns"]
OBJECT_PRONOUNS = _SECTIONS["object_pronouns"]
REFLEXIVES = _SECTIONS["reflexives"]
SUBORDINATORS = _SECTIONS["subordinators"]
CONTENT_OPENERS = _SECTIONS["content_openers"]
RELATIVES = _SECTIONS["relatives"]
COORDINATORS = _SECTIONS["coordinators"]
HAVE = _SECTIONS["have"]
BECOME = _SECTIONS["become"]
BE = _SECTIONS["be"]
MODALS = _SECTIONS["modals"]
CORRELATES = _SECTIONS["correlates"]
ADVERBS = _SECTIONS["adverbs"]
TIME_NOUNS = _SECTIONS["time_nouns"]
MEDIA_NOUNS = _SECTIONS["media_nouns"]
NO_NAMES = _SECTIONS["no_names"]
SOURCE_NOUNS = _SECTIONS["source_nouns"]
SOURCE_BODIES = _SECTIONS["source_bodies"]
NOT_SUBJUNCTIVE = _SECTIONS["not_subjunctive"]
MEDIA_NAMES = _SECTIONS["media_names"]
NOUN_CUES = _SECTIONS["noun_cues"]
ANNOUNCING = _SECTIONS["announcing"]
SPEECH_NOUNS = _SECTIONS["speech_nouns"]
THOUGHT_NOUNS = _SECTIONS["thought_nouns"]
ABBREVIATIONS = _SECTIONS["abbreviations"]
MONTHS = _SECTIONS["months"]
AFTER_ORDINAL = _SECTIONS["after_ordinal"]
SAYING = _SECTIONS["saying"]
SEPARABLE_PREFIXES = _SECTIONS["separable_prefixes"]
ASKED = _SECTIONS["asked"]
NAME_PARTICLES = _SECTIONS["name_particles"]
ATTACHING = _SECTIONS["attaching"]
SMALL_NAMES = _SECTIONS["small_names"]
FOCUS = _SECTIONS["focus"]
ADVERB_ENDINGS = tuple(sorted(_SECTIONS["adverb_endings"]))
DOCUMENTS = tuple(sorted(_SECTIONS["documents"]))
MEDIA_PEOPLE = tuple(sorted(_SECTIONS["media_people"]))
NAMING = _SECTIONS["naming"]
DETERMINERS = NOMINATIVE_DETERMINERS | OBLIQUE_DETERMINERS
FINITE_AUXILIARIES = (HAVE | BECOME | BE | MODALS) - {"sein", "worden"}
AUXILIARIES = HAVE | BECOME | BE | MODALS
