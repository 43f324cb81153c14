"""Scores of who said what on whole articles: quotes by their words, speakers and entities by their names."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pipeline.evaluation.assignment import best_assignment

TYPES = ("Direct", "Partial", "Indirect")
ENTITY_TYPES = ("PER", "ORG", "LOC")
SAME_QUOTE = 0.5
"""Word F1 from which two quotes are one."""
_TITLES = re.compile(r"\b(dr|prof|herr|frau|dipl|ing|med|jur|phil)\b\.?", re.IGNORECASE)


@dataclass
class SpeakerCounts:
    """What was counted over some articles; `+=` adds another article.

    Attributes:
        wanted: gold quotes by type.
        found: those of them that were found.
        predicted: predicted quotes.
        with_speaker: found quotes whose speaker gold names.
        right: those of them whose predicted speaker is that name.
        entities_right: entity names right with their types, once an article.
        entities_predicted: predicted entity names.
        entities_wanted: gold entity names.
    """

    wanted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    predicted: int = 0
    with_speaker: int = 0
    right: int = 0
    entities_right: int = 0
    entities_predicted: int = 0
    entities_wanted: int = 0

    def __iadd__(self, other: "SpeakerCounts") -> "SpeakerCounts":
        self.wanted.update(other.wanted)
        self.found.update(other.found)
        self.predicted += other.predicted
        self.with_speaker += other.with_speaker
        self.right += other.right
        self.entities_right += other.entities_right
        self.entities_predicted += other.entities_predicted
        self.entities_wanted += other.entities_wanted
        return self

    def scores(self) -> dict[str, dict[str, float]]:
        """Rows of precision, recall and f1, as far as each makes sense for the row."""
        total, found = self.wanted.total(), self.found.total()
        rows = {
            "quotes": {
                "precision": _share(found, self.predicted),
                "recall": _share(found, total),
                "f1": _f1(found, self.predicted, total),
            }
        }
        for kind in TYPES:
            if self.wanted[kind]:
                rows[kind] = {"recall": _share(self.found[kind], self.wanted[kind])}
        rows["speaker"] = {"precision": _share(self.right, self.with_speaker)}
        rows["end to end"] = {
            "precision": _share(self.right, self.predicted),
            "recall": _share(self.right, total),
            "f1": _f1(self.right, self.predicted, total),
        }
        rows["entities"] = {
            "precision": _share(self.entities_right, self.entities_predicted),
            "recall": _share(self.entities_right, self.entities_wanted),
            "f1": _f1(self.entities_right, self.entities_predicted, self.entities_wanted),
        }
        return rows


@dataclass(frozen=True)
class SpeakerError:
    """One thing that went wrong: its kind, the gold quote's type or the entity's, and the words."""

    kind: str
    type: str
    example: str


def count(gold: Mapping[str, Any], predicted: Mapping[str, Any]) -> tuple[SpeakerCounts, list[SpeakerError]]:
    """Compare one gold article with the record of `articles.quotes` made from it."""
    counts, errors = SpeakerCounts(), []
    reported = [_words(gold["text"][quote["begin"] : quote["end"]]) for quote in gold.get("reported", ())]
    mine = [
        (quote, words)
        for quote, words in ((quote, _words(quote["text"])) for quote in predicted["quotes"])
        if quote["type"] != "Reported" or all(_similarity(words, other) < SAME_QUOTE for other in reported)
    ]
    said = [gold["text"][quote["begin"] : quote["end"]] for quote in gold["quotes"]]
    pairs = _pairs([_words(text) for text in said], [words for _, words in mine])
    counts.predicted = len(mine)
    for number, quote in enumerate(gold["quotes"]):
        counts.wanted[quote["type"]] += 1
        if number not in pairs:
            errors.append(SpeakerError("quote not found", quote["type"], _line(said[number])))
            continue
        counts.found[quote["type"]] += 1
        if quote["speaker"]:
            counts.with_speaker += 1
            got = mine[pairs[number]][0]
            if same_speaker(quote, got):
                counts.right += 1
            else:
                name = (got.get("speaker") or {}).get("name")
                words = f"{quote['speaker']!r}, got {name!r}: {_line(said[number])}"
                errors.append(SpeakerError("wrong speaker", quote["type"], words))
    have = _names(predicted["entities"])
    counts.entities_predicted = len(have)
    for entity in gold["entities"]:
        if entity["type"] not in ENTITY_TYPES:
            continue
        counts.entities_wanted += 1
        right = have & {(plain(name), entity["type"]) for name in (entity["name"], *entity.get("also", ()))}
        if right:
            counts.entities_right += 1
            have -= right
        else:
            errors.append(SpeakerError("entity not found", entity["type"], plain(entity["name"])))
    errors.extend(SpeakerError("entity too many", kind, name) for name, kind in sorted(have))
    return counts, errors


def same_speaker(gold: Mapping[str, Any], quote: Mapping[str, Any]) -> bool:
    """Whether the predicted quote has the gold quote's speaker, by its name or one of the names in `also`.

    A speaker without a name of its own (`kind` "nominal", or one word, or a noun phrase that begins in lower case) is
    right where its words stand in the predicted name, or without one in the speaker's text, in whatever case.
    """
    name = gold["speaker"] or ""
    nominal = gold.get("kind") == "nominal" or " " not in plain(name) or name[:1].islower()
    speaker = quote.get("speaker") or {}
    return any(_named(want, speaker, nominal or " " not in plain(want)) for want in [name, *gold.get("also", [])])


def _named(name: str, speaker: Mapping[str, Any], nominal: bool) -> bool:
    want, got, text = plain(name), plain(speaker.get("name")), plain(speaker.get("text"))
    if not want:
        return False
    if want == (got or text) or want + "s" == got:
        return True
    if not nominal:
        return False
    stems = {_stem(word) for word in want.split() if word not in {"der", "die", "das", "des", "von", "vom"}}
    return stems <= {_stem(word) for word in (got or text).split()}


def _stem(word: str) -> str:
    return re.sub(r"(en|er|es|em|e|s|n)$", "", word) if len(word) > 4 else word


def paired(gold: Sequence[str], mine: Sequence[str]) -> list[tuple[int, int]]:
    """Which of the texts `gold` and `mine` are one quote: pairs of their numbers."""
    return sorted(_pairs([_words(text) for text in gold], [_words(text) for text in mine]).items())


def plain(name: str | None) -> str:
    """A name in lower case, without titles and punctuation."""
    return " ".join(re.findall(r"[\w-]+", _TITLES.sub("", name or "").lower()))


def _names(entities: Sequence[Mapping[str, Any]]) -> set[tuple[str, str]]:
    return {(plain(entity["name"]), entity["type"]) for entity in entities if entity["type"] in ENTITY_TYPES}


def _pairs(gold: list[Counter[str]], mine: list[Counter[str]]) -> dict[int, int]:
    """Gold quotes by number to predicted ones, so that the pairs' similarities add up to the most."""
    table = np.array([[_similarity(g, m) for m in mine] for g in gold]).reshape(len(gold), len(mine))
    return {i: j for i, j in best_assignment(table) if table[i, j] >= SAME_QUOTE}


def _words(text: str) -> Counter[str]:
    return Counter(word.lower() for word in re.findall(r"\w+", text))


def _similarity(a: Counter[str], b: Counter[str]) -> float:
    shared = (a & b).total()
    return 2 * shared / (a.total() + b.total()) if shared else 0.0


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _f1(right: int, predicted: int, wanted: int) -> float:
    return 2 * right / (predicted + wanted) if right else 0.0


def _line(text: str) -> str:
    return " ".join(text.split())[:100]
