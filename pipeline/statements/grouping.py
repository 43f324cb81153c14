"""Divides connected wordings into statements: by what was said, and not by the order in which it came.

That two wordings say the same does not carry over: a fragment may stand in two sentences that say different things. So
the fullest wording is the middle of a statement, and only what says the same as the middle belongs to it. Few words
("Ich bin stolz auf diese Mannschaft") are likely to be said again of something else: they belong only to what was said
within some days of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.statements.occurrence import Occurrence
from pipeline.statements.wording_graph import WordingGraph, WordingId

FEW_WORDS = 5.0
"""Weight, counted word by word, up to which a wording may be a phrase that its speaker is in the habit of using."""
PHRASE_WINDOW = timedelta(days=3)
"""What lies further apart was said again."""


@dataclass(eq=False)
class _Node:
    """The occurrences of a wording within one window of time, in their order."""

    words: WordingId
    occurrences: list[Occurrence]
    window: timedelta

    @property
    def first(self) -> datetime:
        return self.occurrences[0].at


def grouped(
    words: Iterable[WordingId],
    graph: WordingGraph,
    said: Mapping[WordingId, Mapping[str, Occurrence]],
    window: timedelta,
) -> list[list[Occurrence]]:
    """The statements among wordings that hang together, each as its occurrences.

    Args:
        words: the wordings, closed under `graph`.
        graph: which of them say the same.
        said: the occurrences of each wording by their quotes' ids.
        window: what lies further apart is not the same statement.
    """
    nodes = [node for each in words for node in _nodes(each, said[each].values(), window)]
    nodes.sort(key=lambda node: (*(-part for part in graph.weight(node.words)), node.first, node.words))
    statements: list[list[_Node]] = []
    by_middle: dict[WordingId, list[int]] = {}
    for node in nodes:
        alike = sorted(number for words in graph.neighbours(node.words) for number in by_middle.get(words, ()))
        near = [statements[number] for number in alike if abs(statements[number][0].first - node.first) <= node.window]
        if near:
            min(near, key=lambda statement: abs(statement[0].first - node.first)).append(node)
        else:
            by_middle.setdefault(node.words, []).append(len(statements))
            statements.append([node])
    return [[found for node in statement for found in node.occurrences] for statement in statements]


def _nodes(words: WordingId, occurrences: Iterable[Occurrence], window: timedelta) -> list[_Node]:
    """A node for each time that a wording is said: the same words after the window of time count as said anew."""
    nodes: list[_Node] = []
    ordered = sorted(occurrences, key=lambda occurrence: occurrence.order)
    if ordered[0].compared.wording.verbatim_weight <= FEW_WORDS:
        window = min(window, PHRASE_WINDOW)
    for occurrence in ordered:
        if nodes and occurrence.at - nodes[-1].first <= window:
            nodes[-1].occurrences.append(occurrence)
        else:
            nodes.append(_Node(words, [occurrence], window))
    return nodes
