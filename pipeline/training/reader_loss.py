"""The loss by which the reader is trained."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from pipeline.reader.schema import DIRECT_TAGS, NAMES, NOMINAL_LAYERS, NOMINALS, OTHER_TAGS
from pipeline.training.reader_data import CORPUS, ReaderExample
from pipeline.training.reader_network import ReaderNetwork, mention_vectors, quote_vectors

_UNMARKED = [0, *(number for number, name in enumerate(NAMES.names) if name.endswith("MISC"))]
"""Labels that "outside" can mean where works and events were not annotated."""
WEIGHTS = {
    "names": 1.0,
    "nominals": 0.7,
    "pronouns": 0.3,
    "direct": 1.0,
    "other": 1.0,
    "cues": 0.3,
    "kinds": 0.1,
    "medium": 0.1,
    "antecedents": 0.25,
    "speakers": 0.5,
    "hears": 0.1,
}
POINTED = 0.3
"""Share of a speaker's loss that asks for the mention that the annotation points at, the rest for any of its chain."""


def loss_of(network: ReaderNetwork, example: ReaderExample, states: Tensor) -> dict[str, Tensor]:
    """The losses of one example by part, each a mean over its tokens, mentions or quotes."""
    states = network.dropout(states)
    losses = {"names": _names(network, example, states)}
    if example.source == CORPUS:
        losses |= (
            _tokens(network, example, states) | _mentions(network, example, states) | _quotes(network, example, states)
        )
    return losses


def _names(network: ReaderNetwork, example: ReaderExample, states: Tensor) -> Tensor:
    target = torch.as_tensor(example.tags["names"])
    scores = network.names(states, example.source).log_softmax(-1)
    picked = scores.gather(1, target[:, None])[:, 0]
    if example.source in {1, 2}:
        picked = torch.where(target == 0, torch.logsumexp(scores[:, _UNMARKED], dim=1), picked)
    return -picked.mean()


def _tokens(network: ReaderNetwork, example: ReaderExample, states: Tensor) -> dict[str, Tensor]:
    losses = {}
    for name, size in (("pronouns", 2), ("cues", 2), ("direct", len(DIRECT_TAGS)), ("other", len(OTHER_TAGS))):
        scores = network.heads[name](states).view(-1, size)
        losses[name] = functional.cross_entropy(scores, torch.as_tensor(example.tags[name]))
    scores = network.heads["nominals"](states).view(len(states), NOMINAL_LAYERS, len(NOMINALS))
    target = torch.as_tensor(example.tags["nominals"]).T
    losses["nominals"] = functional.cross_entropy(scores.flatten(0, 1), target.flatten())
    return losses


def _mentions(network: ReaderNetwork, example: ReaderExample, states: Tensor) -> dict[str, Tensor]:
    if not example.mentions or example.antecedents is None or example.refers is None:
        return {}
    spans = torch.tensor([(m.first, m.last) for m in example.mentions])
    vectors = mention_vectors(states, spans)
    kinds = network.mention(vectors)
    types = kinds[:, :7]
    losses = {
        "kinds": _of_known(types, torch.as_tensor(example.type))
        + _of_known(kinds[:, 7:], torch.as_tensor(example.gender))
    }
    pairs = example.antecedents
    if len(pairs.left):
        left, right = torch.as_tensor(pairs.left), torch.as_tensor(pairs.right)
        scores, nothing = network.antecedents(vectors, vectors, (left, right), torch.as_tensor(pairs.features))
        losses["antecedents"] = _choice(scores[:, 0], nothing[:, 0], left, torch.as_tensor(example.refers))
    return losses


def _of_known(scores: Tensor, target: Tensor) -> Tensor:
    """The mean loss of those whose target is known; zero if none is."""
    return functional.cross_entropy(scores, target, reduction="sum") / (target >= 0).sum().clamp(min=1)


def _quotes(network: ReaderNetwork, example: ReaderExample, states: Tensor) -> dict[str, Tensor]:
    if not example.quotes or example.speakers is None or not example.mentions:
        return {}
    outer = torch.tensor([(q.spans[0][0], q.spans[-1][1]) for q in example.quotes])
    vectors = quote_vectors(states, outer)
    losses = {"medium": functional.cross_entropy(network.medium(vectors), torch.as_tensor(example.medium))}
    pairs = example.speakers
    if not len(pairs.left):
        return losses
    spans = torch.tensor([(m.first, m.last) for m in example.mentions])
    left, right = torch.as_tensor(pairs.left), torch.as_tensor(pairs.right)
    features = torch.as_tensor(pairs.features)
    scores, nothing = network.speakers(vectors, mention_vectors(states, spans), (left, right), features)
    chain = _choice(scores[:, 0], nothing[:, 0], left, torch.as_tensor(example.speaks))
    pointed = _choice(scores[:, 0], nothing[:, 0], left, torch.as_tensor(example.named), only_marked=True)
    losses["speakers"] = (1 - POINTED) * chain + POINTED * pointed
    losses["hears"] = _choice(scores[:, 1], nothing[:, 1], left, torch.as_tensor(example.hears))
    return losses


def _choice(scores: Tensor, nothing: Tensor, item: Tensor, right: Tensor, *, only_marked: bool = False) -> Tensor:
    """Mean negative log likelihood that one of the `right` candidates is chosen, or nothing where none is right.

    `scores` (pairs,) of candidates, `nothing` (items,), `item` (pairs,) whose candidate each is. Items without
    candidates do not count, with `only_marked` none without a right one.
    """
    items = len(nothing)
    highest = nothing.detach().scatter_reduce(0, item, scores.detach(), "amax")
    weights = (scores - highest[item]).exp()
    none = (nothing - highest).exp()
    total = none.scatter_add(0, item, weights)
    good = torch.zeros(items).scatter_add(0, item, weights * right)
    some = torch.zeros(items).scatter_add(0, item, right.float()) > 0
    asked = torch.zeros(items).scatter_add(0, item, torch.ones(len(item))) > 0
    likelihood = torch.where(some, good, none) / total
    asked = asked & some if only_marked else asked
    if not bool(asked.any()):
        return scores.sum() * 0
    return -(likelihood[asked].clamp(min=1e-8).log()).mean()
