"""Mentions of organisations, places and the rest brought together: aliases, acronyms in brackets, genitives."""

import re
from collections.abc import Container, Sequence
from itertools import pairwise

from pipeline.entities.cluster import Cluster, NameSpan
from pipeline.entities.gazetteer import GazetteerMatch
from pipeline.entities.name_forms import NO_GENITIVES, owns
from pipeline.entities.nominative import can_only_be_genitive, name_in_nominative
from pipeline.entities.registry import NAME_RULES
from pipeline.entities.short_names import BELONGING, with_short_names
from pipeline.entities.words import TextWords
from pipeline.lexicon import endings, word_list
from pipeline.lexicon.words import ADVERBS, DETERMINERS, PREPOSITIONS, SUBJECT_PRONOUNS, SUBORDINATORS
from pipeline.spans import CharOffset, TokenIndex
from schemas.records import EntityType

_PARTIES = word_list("party_names")
_BODIES = endings("body_endings")
_ACRONYM = re.compile(
    r"""(?:\s?\((?:kurz:? |abgekürzt )?|, (?:kurz|abgekürzt):? )["„“»‚]?"""
    r"""(?P<short>[A-ZÄÖÜ][\w.&/-]{1,9})(?=["“”«‘]?[),])"""
)
_NO_NOUNS = ADVERBS | DETERMINERS | PREPOSITIONS | SUBJECT_PRONOUNS | SUBORDINATORS
_LONGEST_SHORT_FORM = 4
"""Letters of names such as "EU" and "Fed", which give way to the full name where the text has it."""
_BEGINNING = 6
"""Letters that tell nouns apart: "Fußballbund" is the noun of "Fußball-Bund"."""
_MARK_AND_BRACKET = re.compile('[“”"«»] \\(')
_COMPOUND = re.compile(r"""(?<=\w)[“"«»]-\w+$""")
"""The rest of a compound with a name in marks: „Bild“-Zeitung."""
_OWN_ARTICLE = re.compile(r"(?:Der|Die|Das) (?=\w)")
_OPENING, _CLOSING = frozenset("„“»«‚‘›‹\"'(["), frozenset("“”«»‘’‹›\"')]")
_INNER_CASE = re.compile(r"^(?:Die|Der|Das|Den|Dem|Des|die|der|das|den|dem|des) (?=\w)")


def acronyms(words: TextWords, spans: Sequence[NameSpan]) -> dict[str, NameSpan]:
    """Short forms that the text introduces beside a name, as a rule in brackets: short form to span of the long one."""
    found: dict[str, NameSpan] = {}
    for span in spans:
        if span.type in ("ORG", "MISC") and span.end - span.begin > 4:
            match = _ACRONYM.match(words.text, span.end)
            short, long = match["short"] if match is not None else "", words.text[span.begin : span.end]
            # "Bundesjustizministerium (FDP)" is led by the party; "die Freien Demokraten (FDP)" are the party.
            led = short in _PARTIES and long.lower().removesuffix("s").endswith(_BODIES)
            if short and not led and _is_acronym(short, long):
                found.setdefault(short, span)
    for first, second in pairwise(spans):
        names = [words.text[span.begin : span.end] for span in (first, second)]
        gap, behind = words.text[first.end : second.begin], words.text[second.end : second.end + 1]
        if gap == " (" and behind == ")" and stands_for(*names):
            found.setdefault(names[0], second)  # "der BUND (Bund für Umwelt und Naturschutz)"
        elif gap == " " and names[1].isupper() and stands_for(names[1], names[0]):
            found.setdefault(names[1], first)  # "der Verband der Dorfläden VDD"
        elif (
            behind == ")"
            and (first.type, second.type) == ("ORG", "ORG")
            and (
                (gap == " (" and _shortens(*names))
                or (_MARK_AND_BRACKET.fullmatch(gap) and stands_for(names[1], names[0]))
            )
        ):
            found.setdefault(names[1], first)  # "Bundesamt für Ausfuhr (Bafa)", "Verein „Rettet die Aue“ (RdA)"
    return found


def _is_acronym(short: str, long: str) -> bool:
    """Whether what stands in brackets behind a name is short for it: "PiS", or "Antifa" for what begins with that."""
    several = sum(letter.isupper() for letter in short) > 1
    return several or stands_for(short, long) or (len(short) > 3 and long.startswith(short))


def stands_for(short: str, long: str) -> bool:
    """Whether `short` can be the acronym of `long`: its capitals in order begin words or parts of words of it."""
    capitals = [c.lower() for c in short if c.isalpha()]
    if len(capitals) < 2 or len(short) >= len(long):
        return False
    position, lowered = -1, long.lower()
    for number, capital in enumerate(capitals):
        position = lowered.find(capital, position + 1)
        if position < 0 or (number == 0 and position > 0 and not long[position].isupper()):
            return False
    return sum(c.isupper() for c in short) >= 2


def _shortens(long: str, short: str) -> bool:
    """Whether `short` is a word of a few letters of `long` in their order, the first one included: "Nabu", "kfd"."""
    least = 3 if short.islower() else 4
    if not short.isalpha() or not least <= len(short) < 8 or len(short) >= len(long):
        return False
    if short[0] != (long[0].lower() if short.islower() else long[0]):
        return False
    letters = iter(long.lower())
    return short not in _PARTIES and all(letter in letters for letter in short.lower())


def cluster_names(words: TextWords, spans: Sequence[NameSpan], short_forms: dict[str, NameSpan]) -> list[Cluster]:
    """One cluster an entity, in the order of the first mention. `short_forms` as from `acronyms`."""
    texts: dict[EntityType, set[str]] = {}
    for span in spans:
        name = words.text[span.begin : span.end]
        texts.setdefault(span.type, set()).update((name, name.partition(" ")[2]))
    owners = frozenset(text for kind in ("ORG", "LOC") for text in texts.get(kind, ()) if _only_owns(words, text))
    forms = _with_own_articles(words, {span: _form(words, span, texts[span.type], owners) for span in spans})
    homes: dict[tuple[str, str], Cluster] = {}
    clusters: list[Cluster] = []
    for span in spans:
        short = words.text[span.begin : span.end]
        meant = short_forms.get(short) or short_forms.get(short.removesuffix("s"))
        named = meant if meant is not None and meant in forms else span
        key = _key(named, forms[named])
        cluster = homes.get(key)
        if cluster is None:
            cluster = homes[key] = Cluster(span.type, forms[span])
            clusters.append(cluster)
        cluster.add(span.begin, span.end, forms[span])
        if span.known is not None and cluster.entry is None and not _means_another(span.known, short, forms[named]):
            cluster.entry = span.known.entry
    for cluster in clusters:
        cluster.name = _best_name(cluster)
    if NAME_RULES["body-without-place"].on:
        clusters = with_short_names(words, clusters)
    return _of_one_id_joined(clusters)


def _of_one_id_joined(clusters: list[Cluster]) -> list[Cluster]:
    """One entity of those that have one id: "Nato", and that in "Nato-Russland-Rat", where the gazetteer knows none."""
    kept: dict[str, Cluster] = {}
    for cluster in sorted(clusters, key=lambda cluster: cluster.entry is None):
        known = kept.setdefault(cluster.id, cluster)
        if known is not cluster:
            known.take_in(cluster)
    return [cluster for cluster in clusters if kept[cluster.id] is cluster]


def _means_another(known: GazetteerMatch, short: str, long: str) -> bool:
    """Whether the text has `short` for another body than the gazetteer: "Deutscher Jagdverband (DJV)".

    Two full names, for both of which it can stand, are of one body if they have a noun in common, or its beginning.
    """
    entry = known.entry
    others = [name for name in (entry.name, *entry.aliases, *entry.weak_aliases) if stands_for(short, name)]
    if long == short or entry.users or not others or not stands_for(short, long):
        return False
    return _nouns(long).isdisjoint(noun for name in others for noun in _nouns(name))


def _nouns(name: str) -> set[str]:
    return {word[:_BEGINNING] for word in re.findall(r"[A-ZÄÖÜ]\w+", name) if not BELONGING.fullmatch(word)}


def _key(span: NameSpan, form: str) -> tuple[str, str]:
    if span.known is not None:
        return ("known", span.known.entry.id)
    return (span.type, re.sub(r"[\W_]+", "", form).lower())


def _best_name(cluster: Cluster) -> str:
    """The gazetteer's name for places and for a user's entries; for organisations the fullest name in the text."""
    entry = cluster.entry
    if entry is None:
        return (
            max(cluster.names, key=lambda n: (not n.isupper(), len(n)))
            if cluster.type == "ORG"
            else next(iter(cluster.names))
        )
    short = len(entry.name) <= _LONGEST_SHORT_FORM and any(" " in name for name in cluster.names)
    if entry.users or entry.type != "ORG" or (entry.name in cluster.names and not short):
        return entry.name
    return max(cluster.names, key=len)


def _form(words: TextWords, span: NameSpan, others: Container[str], owners: Container[str]) -> str:
    """The name undeclined: as the gazetteer has it, else without article and genitive.

    `others` are the names of its type as the text has them and what follows their first words, `owners` words that are
    genitives wherever they stand.
    """
    if span.known is not None:
        return _known_form(words, span, span.known)
    name = _INNER_CASE.sub("", " ".join(words.text[span.begin : span.end].split()))
    name = _COMPOUND.sub("", name)
    before = _word_before(words, span.begin)
    plain_place = span.type == "LOC" and " " not in name and before.lower() != "des"
    title = span.type == "MISC" and words.text[span.begin - 1 : span.begin] in _OPENING
    if not plain_place and not title and NAME_RULES["declined-name"].on:
        name = name_in_nominative(before, name)
    for ending in ("es", "s") if NAME_RULES["genitive"].on else ():
        bare = name.removesuffix(ending)
        if bare != name and len(bare) > 3 and (bare in others or _genitive_likely(words, before, bare, name)):
            return bare
    if name in owners and span.type in ("ORG", "LOC") and NAME_RULES["genitive"].on:
        return name.removesuffix("s")
    return name


def _known_form(words: TextWords, span: NameSpan, known: GazetteerMatch) -> str:
    """How the gazetteer writes a name: "Grüne", also where "Die Grünen" begins a sentence.

    Within a sentence, "Die" is part of the name. It also is where the entity is called so officially ("Die Linke"), or
    known with its article alone.
    """
    article, entry = _OWN_ARTICLE.match(known.form), known.entry
    if article is None or known.form == entry.name or not _opens_clause(words, span.begin):
        return known.form
    bare = known.form[article.end() :]
    others = (*entry.aliases, *entry.weak_aliases)
    return next((form for form in (bare.removesuffix("n"), bare) if form in others), known.form)


def _opens_clause(words: TextWords, begin: CharOffset) -> bool:
    """Whether a sentence, or what stands behind a colon, begins at `begin`."""
    return words.sentence_span(begin)[0] == begin or words.text[max(0, begin - 2) : begin] == ": "


def _only_owns(words: TextWords, name: str) -> bool:
    """Whether a name of one word in -s owns what follows it wherever it stands: "Gladbachs Sportchef"."""
    if len(name) < 4 or not name.endswith("s") or name.endswith((*NO_GENITIVES, "es", "'s", "’s")):
        return False
    places = words.positions.get(name, ())
    nouns = any(words.words[index + 1].capitalised for index in places if index + 1 < len(words.words))
    return nouns and all(_owns_there(words, index) for index in places)


def _owns_there(words: TextWords, index: TokenIndex) -> bool:
    """Whether a noun follows the word at `index`, and no determiner stands before it ("die Spurs Fans")."""
    word = words.words[index]
    following = words.words[index + 1].text.lower() if index + 1 < len(words.words) else ""
    before = _word_before(words, word.begin).lower()
    return owns(words, word.end) and following not in _NO_NOUNS and before not in DETERMINERS


def _with_own_articles(words: TextWords, forms: dict[NameSpan, str]) -> dict[NameSpan, str]:
    """`forms` with the articles that belong to a name, wherever it stands in the text ("Die Ärzte")."""
    own: dict[tuple[EntityType, str], str] = {}
    for span, form in forms.items():
        article = _OWN_ARTICLE.match(words.text, span.begin)
        if article is not None and span.known is None and _belongs_to_name(words, span):
            own[(span.type, form)] = article[0] + form
    return {span: own.get((span.type, form), form) if span.known is None else form for span, form in forms.items()}


def _belongs_to_name(words: TextWords, span: NameSpan) -> bool:
    """Whether a capitalised article is part of the name that it begins: in marks with it, or within a sentence."""
    if words.text[span.begin - 1 : span.begin] in _OPENING:
        return words.text[span.end : span.end + 1] in _CLOSING
    index = words.at(span.begin)
    return index > 0 and words.gap(index - 1, index) == " " and words.sentence_span(span.begin)[0] != span.begin


def _word_before(words: TextWords, begin: CharOffset) -> str:
    """The word right before a name, also outside the mark that opens before it ("im „Talboten“"); "" if none is."""
    index = words.at(begin) - 1
    gap = words.text[words.words[index].end : begin] if index >= 0 else ""
    return words.words[index].text if gap == " " or (gap[:1] == " " and gap[1:] in _OPENING) else ""


def _genitive_likely(words: TextWords, before: str, bare: str, name: str) -> bool:
    return (bare in words.vocabulary and " " not in bare) or can_only_be_genitive(before, name)
