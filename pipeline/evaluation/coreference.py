"""Scores of predicted coreference chains against gold chains: MUC, B³, CEAF-e, their mean (the CoNLL score), and LEA.

MUC counts links (Vilain et al. 1995), B³ mentions (Bagga and Baldwin 1998), CEAF-e chains paired one to one by φ4
(Luo 2005), LEA chains weighted by their size by the share of their links that is found (Moosavi and Strube 2016).
Over several documents numerators and denominators are summed, as the reference scorer of the CoNLL shared tasks does.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.evaluation.assignment import best_assignment

Clusters = Sequence[Collection[Hashable]]
"""The chains of a document, each as its mentions, which may be anything that compares: (begin, end) for instance."""

METRICS = ("mentions", "muc", "b3", "ceaf_e", "lea")
_CONLL = ("muc", "b3", "ceaf_e")


@dataclass(frozen=True)
class LinkCounts:
    """What a document adds to a metric: how much of what is predicted is right, how much of gold is found."""

    right: float = 0.0
    predicted: float = 0.0
    found: float = 0.0
    gold: float = 0.0

    def __add__(self, other: LinkCounts) -> LinkCounts:
        return LinkCounts(
            self.right + other.right,
            self.predicted + other.predicted,
            self.found + other.found,
            self.gold + other.gold,
        )

    @property
    def precision(self) -> float:
        return self.right / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        return self.found / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True)
class CoreferenceScore:
    """The counts of every one of METRICS over some documents; two of them can be added."""

    counts: dict[str, LinkCounts]

    def __add__(self, other: CoreferenceScore) -> CoreferenceScore:
        return CoreferenceScore({name: self.counts[name] + other.counts[name] for name in METRICS})

    @property
    def conll(self) -> float:
        """The mean F1 of MUC, B³ and CEAF-e, 0 to 1."""
        return sum(self.counts[name].f1 for name in _CONLL) / len(_CONLL)

    def as_rows(self) -> dict[str, dict[str, float]]:
        """Precision, recall and F1 by metric, and the F1 of `conll`."""
        rows = {
            name: {"precision": counts.precision, "recall": counts.recall, "f1": counts.f1}
            for name, counts in self.counts.items()
        }
        return {**rows, "conll": {"f1": self.conll}}


def score(documents: Iterable[tuple[Clusters, Clusters]]) -> CoreferenceScore:
    """The scores over `documents`, each as its gold and its predicted chains.

    Chains of one mention count as chains; `without_singletons` leaves them out, as OntoNotes does.

    Raises:
        ValueError: a mention stands in two chains of one side.
    """
    total = CoreferenceScore(dict.fromkeys(METRICS, LinkCounts()))
    for gold, predicted in documents:
        total += CoreferenceScore(_document(gold, predicted))
    return total


def without_singletons(chains: Clusters) -> list[Collection[Hashable]]:
    """The chains that have two mentions or more."""
    return [chain for chain in chains if len(set(chain)) > 1]


def _document(gold: Clusters, predicted: Clusters) -> dict[str, LinkCounts]:
    wanted, given = ([frozenset(chain) for chain in chains if chain] for chains in (gold, predicted))
    chain_in_gold, chain_in_given = _owners(wanted), _owners(given)
    shared = chain_in_gold.keys() & chain_in_given.keys()
    right, predicted_links = _links(given, chain_in_gold)
    found, gold_links = _links(wanted, chain_in_given)
    similarity = _ceaf(wanted, given)
    return {
        "mentions": LinkCounts(len(shared), len(chain_in_given), len(shared), len(chain_in_gold)),
        "muc": LinkCounts(right, predicted_links, found, gold_links),
        "b3": LinkCounts(
            _b3(given, chain_in_gold), len(chain_in_given), _b3(wanted, chain_in_given), len(chain_in_gold)
        ),
        "ceaf_e": LinkCounts(similarity, len(given), similarity, len(wanted)),
        "lea": LinkCounts(_lea(given, wanted), len(chain_in_given), _lea(wanted, given), len(chain_in_gold)),
    }


def _owners(chains: Sequence[frozenset[Hashable]]) -> dict[Hashable, int]:
    owners: dict[Hashable, int] = {}
    for number, chain in enumerate(chains):
        for mention in chain:
            if mention in owners:
                raise ValueError(f"the mention {mention!r} stands in two chains")
            owners[mention] = number
    return owners


def _links(chains: Sequence[frozenset[Hashable]], others: dict[Hashable, int]) -> tuple[int, int]:
    """Links of `chains` that the other side keeps, and all: a chain falls into as many parts as others share it."""
    kept = total = 0
    for chain in chains:
        parts = len({others[mention] for mention in chain if mention in others})
        missing = sum(mention not in others for mention in chain)
        kept += len(chain) - parts - missing
        total += len(chain) - 1
    return kept, total


def _b3(chains: Sequence[frozenset[Hashable]], others: dict[Hashable, int]) -> float:
    """Sum over mentions of the share of their chain that the other side's chain of the mention has too."""
    total = 0.0
    for chain in chains:
        sizes: dict[int, int] = {}
        for mention in chain:
            if mention in others:
                sizes[others[mention]] = sizes.get(others[mention], 0) + 1
        total += sum(size * size for size in sizes.values()) / len(chain)
    return total


def _ceaf(gold: Sequence[frozenset[Hashable]], given: Sequence[frozenset[Hashable]]) -> float:
    """The greatest sum of φ4 over a one-to-one pairing of the chains."""
    if not gold or not given:
        return 0.0
    phi4 = np.array([[2 * len(g & p) / (len(g) + len(p)) for p in given] for g in gold])
    return float(sum(phi4[row, column] for row, column in best_assignment(phi4)))


def _lea(chains: Sequence[frozenset[Hashable]], others: Sequence[frozenset[Hashable]]) -> float:
    """Sum over chains of their size times the share of their links found; a single mention links to itself alone."""
    total = 0.0
    for chain in chains:
        if len(chain) == 1:
            total += chain in others
            continue
        links = len(chain) * (len(chain) - 1) / 2
        common = (len(chain & other) for other in others)
        total += len(chain) * sum(n * (n - 1) / 2 for n in common) / links
    return total
