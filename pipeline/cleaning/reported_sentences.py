"""Sentences that tell what somebody says: what a site says of itself and of its readers does not."""

from collections.abc import Sequence

from pipeline.lexicon.verbs import Form, reporting_forms

_SAYING = frozenset(
    ("sagen", "erklären", "betonen", "mitteilen", "berichten", "warnen", "schreiben", "kritisieren", "fordern",
     "heißen")
)  # fmt: skip
"""Reporting verbs that pages seldom have of what they offer, as they have others such as "informieren"."""
_SOURCES = frozenset(("laut", "zufolge"))
_PAST = ("te", "ten", "schrieb", "schrieben", "hieß")
_QUOTATION_MARKS = frozenset('„“”»«"')


def is_reported(words: Sequence[str]) -> bool:
    """Whether a sentence of these lower-case words tells what somebody says, by a verb or a source."""
    return not _SOURCES.isdisjoint(words) or any(_forms(word, words) for word in words)


def was_said(text: str, words: Sequence[str]) -> bool:
    """Whether a text of these lower-case words tells of speech in the past tense, or of what is in quotation marks."""
    quoted = not _QUOTATION_MARKS.isdisjoint(text)
    told = (word for word in words if quoted or word.endswith(_PAST))
    return any(all(form.kind == "finite" for form in forms) for word in told if (forms := _forms(word, words)))


def _forms(word: str, words: Sequence[str]) -> list[Form]:
    """How a word is read as a form of such a verb, neither an infinitive nor an imperative ("teilen Sie", "teile")."""
    forms = [form for form in reporting_forms().get(word, ()) if form.verb.lemma in _SAYING]
    if any(form.subjunctive for form in forms):
        return []
    return [
        form
        for form in forms
        if form.verb.particle + word != form.verb.lemma and ("e" not in form.verb.takes or "es" in words)
    ]
