"""Cues: the verbs in a clause that say somebody speaks."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.lexicon.verbs import Form, Verb, reporting_forms
from pipeline.lexicon.words import (
    AUXILIARIES,
    BE,
    BECOME,
    CORRELATES,
    HAVE,
    MODALS,
    NOT_SUBJUNCTIVE,
    PREPOSITIONS,
    RELATIVES,
    SUBORDINATORS,
)
from pipeline.quotes.clauses import LONGEST_CLAUSE, Clause
from pipeline.quotes.text import Token
from pipeline.spans import TokenIndex, TokenRange, token_indices

COORDINATING = frozenset(["und", "aber", "doch", "denn", "sowie", "oder", "sondern", "auch"])
"""Words before a second verb with the same subject."""
_AFTER_PARTICLE = PREPOSITIONS | {"und", "oder", "sowie", "als", "wie"}


@dataclass(slots=True)
class Cue:
    """A reporting verb in a clause.

    `tokens` are the indices of its words, `finite` that of the inflected one. `final` is True in clauses with the
    verb at the end ("wie er sagte"), `passive` where nobody needs to be named.
    """

    verb: Verb
    tokens: list[TokenIndex]
    finite: TokenIndex
    clause: Clause
    passive: bool = False
    final: bool = False
    subjunctive: bool = False
    speaker: list[TokenRange] = field(default_factory=list)
    addressee: list[TokenRange] = field(default_factory=list)

    @property
    def last(self) -> TokenIndex:
        return max(self.tokens)


def _particle_after(
    tokens: Sequence[Token], words: list[str], start: TokenIndex, clause: Clause, limit: TokenIndex
) -> list[TokenIndex] | None:
    """Indices of a separated particle after `start`: at the end of the clause, or of a later one before `limit`."""
    size = len(words)
    for at in token_indices(clause.last - size, start, -1):
        if tokens[at].lower == words[0] and [token.lower for token in tokens[at : at + size]] == words:
            follows = tokens[at + size].lower if at + size < clause.last else "."
            if follows in _AFTER_PARTICLE or not follows[0].isalnum():
                return list(token_indices(at, at + size))
    for at in token_indices(clause.last, min(limit, clause.last + LONGEST_CLAUSE)):
        if tokens[at].lower != words[0] or tokens[at - 1].text != ",":
            continue
        ends = at + size >= limit or tokens[at + size].text in ',.:;!?„»"'
        if [token.lower for token in tokens[at : at + size]] == words and ends:
            return list(token_indices(at, at + size))
    return None


def _apart(tokens: Sequence[Token], words: list[str], clause: Clause) -> list[TokenIndex] | None:
    for at in token_indices(clause.first, clause.last - len(words) + 1):
        if [token.lower for token in tokens[at : at + len(words)]] == words:
            return list(token_indices(at, at + len(words)))
    return None


def _auxiliary(tokens: Sequence[Token], clause: Clause, participle: TokenIndex) -> tuple[list[TokenIndex], bool]:
    """The auxiliaries that go with a participle, and whether they make a passive."""
    places = [i for i in token_indices(clause.first, min(clause.last, participle + 3)) if i != participle]
    having = [i for i in places if tokens[i].lower in HAVE]
    if having:
        return having[:1], False
    return [i for i in places if tokens[i].lower in BECOME | BE], True


def _particle(
    tokens: Sequence[Token], at: TokenIndex, form: Form, clause: Clause, limit: TokenIndex
) -> list[TokenIndex] | None:
    """Indices of the words that belong to a verb form at `at` and stand apart; None if they are missing."""
    if form.joined:
        return []
    words = form.verb.particle.lower().split()
    if form.verb.apart:
        return _apart(tokens, words, clause)
    return _particle_after(tokens, words, at, clause, limit)


def _has_company(tokens: Sequence[Token], verb: Verb, clause: Clause) -> bool:
    """Whether the clause holds the words without which the verb reports nothing ("es heißt", "davon ausgehen")."""
    if "e" not in verb.takes and "d" not in verb.takes:
        return True
    words = {token.lower for token in tokens[clause.first : clause.last]}
    if "e" in verb.takes and "es" not in words:
        return False
    return "d" not in verb.takes or bool(words & {"davon", "von", "vom"})


def _cue(tokens: Sequence[Token], at: TokenIndex, form: Form, clause: Clause, limit: TokenIndex) -> Cue | None:
    """The cue that the form at `at` makes in its clause, if it makes one."""
    apart = _particle(tokens, at, form, clause, limit)
    if apart is None or not _has_company(tokens, form.verb, clause):
        return None
    others = [i for i in token_indices(clause.first, clause.last) if i != at]
    modals = [i for i in others if tokens[i].lower in MODALS]
    if form.kind == "finite":
        participle = any(f.kind == "participle" and f.verb == form.verb for f in reporting_forms()[tokens[at].lower])
        helped = not form.verb.apart and any(tokens[i].lower in AUXILIARIES for i in others)
        if not (participle and helped):
            return Cue(form.verb, sorted([at, *apart]), at, clause, subjunctive=form.subjunctive)
    elif form.kind == "participle":
        helpers, passive = _auxiliary(tokens, clause, at)
        finite = modals[0] if modals else helpers[0] if helpers else at
        if helpers and not (passive and tokens[finite].lower == "worden"):
            return Cue(form.verb, sorted({*helpers, *modals, at, *apart}), finite, clause, passive=passive)
    elif form.kind == "infinitive" and modals and tokens[at - 1].lower != "zu":
        return Cue(form.verb, sorted([modals[0], at, *apart]), modals[0], clause)
    return None


def find_cues(tokens: Sequence[Token], clause: Clause, limit: TokenIndex) -> list[Cue]:
    """The reporting verbs of a clause in the order of their inflected words; `limit` is the end of the sentence."""
    table = reporting_forms()
    found: dict[int, Cue] = {}
    for at in token_indices(clause.first, clause.last):
        token = tokens[at]
        forms = table.get(token.lower)
        if forms is None or (token.capital and at != clause.first):
            continue
        if token.lower in NOT_SUBJUNCTIVE and at + 1 < clause.last and tokens[at + 1].capital:
            continue  # "laute Rufe" has no verb
        best: Cue | None = None
        for form in forms:
            if token.capital and form.kind == "infinitive":
                continue
            cue = _cue(tokens, at, form, clause, limit)
            if cue is not None and (best is None or len(cue.tokens) > len(best.tokens)):
                best = cue
        if best is not None and best.last not in found:
            found[best.last] = best
    result = sorted(found.values(), key=lambda cue: cue.finite)
    result = [cue for n, cue in enumerate(result) if n == 0 or _stands_for_itself(tokens, cue, result[n - 1])]
    for cue in result:
        correlates = [
            i
            for i in token_indices(clause.first, clause.last)
            if (tokens[i].lower in CORRELATES and i > cue.finite) or ("e" in cue.verb.takes and tokens[i].lower == "es")
        ]
        cue.tokens = sorted({*cue.tokens, *correlates})
        cue.final = _verb_final(tokens, cue)
    return result


def _stands_for_itself(tokens: Sequence[Token], cue: Cue, earlier: Cue) -> bool:
    """Whether a second verb in a clause is one: after "und", or at the end of another verb's clause; no adverb."""
    adverbial = any(form.kind == "participle" for form in reporting_forms().get(tokens[cue.finite].lower, ()))
    coordinated = tokens[cue.finite - 1].lower in COORDINATING
    return coordinated or not adverbial or len(cue.tokens) > 1 or earlier.finite == cue.finite


def _verb_final(tokens: Sequence[Token], cue: Cue) -> bool:
    first = tokens[cue.clause.first].lower
    at = cue.clause.first
    if first in {"und", "aber", "doch", "auch"}:
        at += 1
        first = tokens[at].lower if at < cue.clause.last else first
    if cue.finite <= at:
        return False
    if first in SUBORDINATORS and cue.finite > at + 1:
        return not (first in {"wie", "während", "seit", "ohne", "statt", "um"} and cue.finite < cue.clause.last - 3)
    relative = first in RELATIVES or (
        first in PREPOSITIONS and at + 1 < cue.clause.last and tokens[at + 1].lower in RELATIVES - {"was"}
    )
    return relative and cue.finite >= cue.clause.last - 2 and at > 0 and tokens[at - 1].text == ","
