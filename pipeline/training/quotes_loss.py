"""Forward passes and losses of the quote model over batches of documents."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from pipeline.encoder.pieces import FIRST, LAST, PADDING
from pipeline.quotes.learned.decode import RoleBatch, batch
from pipeline.quotes.learned.roles import MEDIA, POINTED, ROLES, RoleInput, role_inputs
from pipeline.quotes.learned.tags import LAYERS, QUOTE_TYPES, Segment, from_tags, viterbi
from pipeline.training.encoder import Encoder
from pipeline.training.quotes_data import Example, LabelledQuote
from pipeline.training.quotes_network import Crf, RoleDecoder, Tagger

_MATCHES = 0.5
_IGNORED = -100


class QuoteNetwork(nn.Module):
    """Encoder, tagger, CRF and role decoder; `table` holds the embeddings of the pieces, which stay as they are."""

    def __init__(
        self, encoder: Encoder, table: Tensor, *, width: int, role_width: int, role_depth: int, dropout: float
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.tagger = Tagger(encoder.hidden, width, dropout)
        self.crf = Crf()
        self.roles = RoleDecoder(width, role_width, role_depth, dropout)
        self.register_buffer("table", table, persistent=False)
        self._frozen = 0
        self._lower_states: dict[tuple[str, int], Tensor] = {}

    def freeze(self, layers: int) -> None:
        """From now on learn only above the encoder's lowest `layers`.

        What these give out is computed once for every window and kept in memory, in half precision.
        """
        self._frozen = layers
        lowest = [self.encoder.positions, *self.encoder.norm.parameters(), *self.encoder.layers[:layers].parameters()]
        for parameter in lowest:
            parameter.requires_grad_(False)

    def word_states(self, examples: Sequence[Example]) -> list[Tensor]:
        """Encoder states of each document's words, (words, hidden)."""
        cuts = [(number, window) for number, example in enumerate(examples) for window in example.windows]
        longest = max(window.end - window.begin for _, window in cuts) + 2
        ids = np.full((len(cuts), longest), PADDING, dtype=np.int64)
        mask = np.zeros((len(cuts), longest), dtype=np.float32)
        ids[:, 0] = FIRST
        for row, (number, window) in enumerate(cuts):
            length = window.end - window.begin
            ids[row, 1 : length + 1] = examples[number].pieces.ids[window.begin : window.end]
            ids[row, length + 1] = LAST
            mask[row, : length + 2] = 1.0
        with torch.autocast("cpu", torch.bfloat16, enabled=self.training):
            if self.training and self._frozen:
                keys = [(examples[number].name, window.begin) for number, window in cuts]
                states = self._upper(keys, torch.as_tensor(ids), torch.as_tensor(mask)).float()
            else:
                states = self.encoder(self._embedded(torch.as_tensor(ids)), torch.as_tensor(mask))[-1].float()
        found: list[list[Tensor]] = [[] for _ in examples]
        for row, (number, window) in enumerate(cuts):
            first, last = (torch.as_tensor(places + 1) for places in window.places(examples[number].pieces))
            found[number].append((states[row, first] + states[row, last]) / 2)
        return [torch.cat(parts) for parts in found]

    def _embedded(self, ids: Tensor) -> Tensor:
        assert isinstance(self.table, Tensor)
        return self.table[ids]

    def _upper(self, keys: Sequence[tuple[str, int]], ids: Tensor, mask: Tensor) -> Tensor:
        """Hidden states of the windows `keys`, from the kept states of the lowest layers on."""
        missing = [row for row, key in enumerate(keys) if key not in self._lower_states]
        if missing:
            lower = self.encoder.layers[: self._frozen].eval()
            with torch.no_grad():
                states = self.encoder.norm(self._embedded(ids[missing]) + self.encoder.positions[: ids.shape[1]])
                for layer in lower:
                    states = layer(states, _attention_bias(mask[missing]))
            for row, kept in zip(missing, states, strict=True):
                self._lower_states[keys[row]] = kept[: int(mask[row].sum())].to(torch.bfloat16)
        states = nn.utils.rnn.pad_sequence([self._lower_states[key] for key in keys], batch_first=True)
        for layer in self.encoder.layers[self._frozen :]:
            states = layer(states, _attention_bias(mask))
        return states

    def tag(self, examples: Sequence[Example]) -> tuple[Tensor, Tensor]:
        """Words (documents, words, width) and emissions (documents, LAYERS, words, TAGS), padded to the longest."""
        states = nn.utils.rnn.pad_sequence(self.word_states(examples), batch_first=True)
        features = nn.utils.rnn.pad_sequence(
            [torch.as_tensor(example.words.features) for example in examples], batch_first=True
        )
        words, emissions = self.tagger(states, features)
        return words, emissions

    def decode_roles(self, words: Tensor, inputs: RoleBatch) -> tuple[Tensor, Tensor, Tensor]:
        """Scores of the role decoder; `words` are (all words, width), indexed by `inputs.words`."""
        scores: tuple[Tensor, Tensor, Tensor] = self.roles(
            words[torch.as_tensor(inputs.words)],
            torch.as_tensor(inputs.place),
            torch.as_tensor(inputs.distance),
            torch.as_tensor(inputs.sentence),
            torch.as_tensor(inputs.mask),
        )
        return scores


def _attention_bias(mask: Tensor) -> Tensor:
    return ((1.0 - mask) * -1e4)[:, None, None, :]


@dataclass(frozen=True)
class _Target:
    """A quote to learn the roles of: what is seen of it, the gold quote it stands for, and how well (0 to 1)."""

    seen: RoleInput
    gold: LabelledQuote | None
    match: float


def loss(network: QuoteNetwork, examples: Sequence[Example], noise: float, random: np.random.Generator) -> Tensor:
    """The loss of a batch.

    `noise`: how strongly the tags are shaken to get quotes like predicted ones (0: gold quotes alone).
    """
    words, emissions = network.tag(examples)
    lengths = [len(example.words) for example in examples]
    tags = torch.zeros((len(examples), LAYERS, max(lengths)), dtype=torch.int64)
    for row, example in enumerate(examples):
        tags[row, :, : lengths[row]] = torch.as_tensor(example.tags)
    tagging = network.crf(emissions, tags, torch.tensor(lengths)).sum() / sum(lengths) * 10

    targets: list[_Target] = []
    offsets: list[int] = []
    transitions = network.crf.scores().detach().numpy()
    for row, example in enumerate(examples):
        golds = [quote.segment for quote in example.quotes]
        seen = role_inputs(golds, golds, example.words)
        found = [_Target(one, quote, 1.0) for one, quote in zip(seen, example.quotes, strict=True)]
        if noise:
            shaken = emissions[row, :, : lengths[row]].detach().numpy()
            shaken = shaken + random.gumbel(size=shaken.shape).astype(np.float32) * noise * random.random()
            guessed = from_tags(viterbi(shaken, transitions))[: 3 + 2 * len(golds)]
            new = [segment for segment in guessed if segment not in golds]
            seen = role_inputs(new, guessed, example.words)
            found += [_matched(one, segment, example) for one, segment in zip(seen, new, strict=True)]
        targets += found
        offsets += [row * words.shape[1]] * len(found)
    if not targets:
        return tagging
    inputs = batch([target.seen for target in targets])
    shifted = RoleBatch(
        words=inputs.words + np.array(offsets)[:, None],
        place=inputs.place,
        distance=inputs.distance,
        sentence=inputs.sentence,
        mask=inputs.mask,
    )
    members, pointers, whole = network.decode_roles(words.flatten(0, 1), shifted)
    return tagging + _role_losses(targets, inputs.mask, members, pointers, whole)


def _matched(seen: RoleInput, segment: Segment, example: Example) -> _Target:
    own = set(segment.words)
    best, match = None, 0.0
    for quote in example.quotes:
        if quote.segment.layer == segment.layer:
            shared = 2 * len(own.intersection(quote.segment.words)) / (len(own) + len(quote.segment.words))
            if shared > match:
                best, match = quote, shared
    return _Target(seen, best if match >= _MATCHES else None, match)


def _role_losses(
    targets: Sequence[_Target], mask: NDArray[np.float32], members: Tensor, pointers: Tensor, whole: Tensor
) -> Tensor:
    seen = mask.shape[1]
    member = np.zeros((len(targets), seen, len(ROLES)), dtype=np.float32)
    pointed = np.full((len(targets), 2 * len(POINTED)), _IGNORED, dtype=np.int64)
    kinds = np.full((2, len(targets)), _IGNORED, dtype=np.int64)
    for row, target in enumerate(targets):
        if target.gold is None:
            continue
        kinds[0, row] = QUOTE_TYPES.index(target.gold.segment.type)
        kinds[1, row] = MEDIA.index(target.gold.medium)
        pointed[row] = 0
        for number, role in enumerate(ROLES):
            where = np.flatnonzero(np.isin(target.seen.words, target.gold.roles[role]))
            member[row, where, number] = 1.0
            if role in POINTED and len(where):
                run = where[: int(np.argmax(np.diff(where, append=where[-1] + 9) > 1)) + 1]
                pointed[row, POINTED.index(role)] = run[0] + 1
                pointed[row, len(POINTED) + POINTED.index(role)] = run[-1] + 1
    known = torch.as_tensor((kinds[0] != _IGNORED).astype(np.float32))
    count = known.sum().clamp(min=1.0)
    weights = torch.as_tensor(mask)[:, :, None] * known[:, None, None]
    per_word = functional.binary_cross_entropy_with_logits(members, torch.as_tensor(member), reduction="none")
    types, media = len(QUOTE_TYPES), len(MEDIA)
    match = torch.tensor([target.match for target in targets], dtype=torch.float32)
    losses = (
        (per_word * weights).sum() / count / 20,  # of the roles' words
        _cross_entropy(pointers.transpose(1, 2).flatten(0, 1), torch.as_tensor(pointed).flatten()),
        _cross_entropy(whole[:, :types], torch.as_tensor(kinds[0])),
        0.5 * _cross_entropy(whole[:, types : types + media], torch.as_tensor(kinds[1])),
        functional.binary_cross_entropy_with_logits(whole[:, -1], match),  # of the soundness
    )
    return sum(losses, torch.zeros(()))


def _cross_entropy(scores: Tensor, targets: Tensor) -> Tensor:
    if not bool((targets != _IGNORED).any()):
        return torch.zeros(())
    return functional.cross_entropy(scores, targets, ignore_index=_IGNORED)
