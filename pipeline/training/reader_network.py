"""The reader in PyTorch: one encoder, heads over tokens, and scorers of pairs over the whole article."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from pipeline.encoder.pieces import FIRST, LAST, PADDING
from pipeline.reader.antecedent_pairs import ANTECEDENT_FEATURES
from pipeline.reader.schema import CHAIN_TYPES, GENDERS, HEADS, MEDIA, NAMES
from pipeline.reader.speaker_pairs import SPEAKER_FEATURES
from pipeline.training.encoder import Encoder, piece_embeddings
from pipeline.training.reader_data import ReaderExample

WIDTH = 128
HIDDEN = 96
AROUND = 4
"""Tokens in front of and behind a quote that tell who says it."""
SOURCES = 4
"""Guidelines of names: GermEval's, SmartData's, MobIE's, the corpus's."""


class PairScorerModule(nn.Module):
    """Scores of pairs from the product of two projected vectors and what is known of the pair."""

    def __init__(self, left: int, right: int, features: int, outputs: int) -> None:
        super().__init__()
        self.left = nn.Linear(left, WIDTH)
        self.right = nn.Linear(right, WIDTH)
        self.hidden = nn.Linear(WIDTH + features, HIDDEN)
        self.out = nn.Linear(HIDDEN, outputs)
        self.nothing = nn.Linear(WIDTH, outputs)

    def forward(
        self, left: Tensor, right: Tensor, pairs: tuple[Tensor, Tensor], features: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Scores (pairs, outputs) and, for every item on the left, those of "none of them" (items, outputs).

        `left` is (items, width), `right` (mentions, width), `pairs` the rows of each, `features` (pairs, n).
        """
        items, mentions = self.left(left), self.right(right)
        joint = items[pairs[0]] * mentions[pairs[1]]
        return self.out(functional.relu(self.hidden(torch.cat([joint, features], dim=1)))), self.nothing(
            functional.relu(items)
        )


class ReaderNetwork(nn.Module):
    """Reads texts of any length, a window of sentences at a time; with `half`, the encoder computes in bfloat16."""

    def __init__(self, encoder: Encoder, dropout: float = 0.1, *, half: bool = False) -> None:
        super().__init__()
        self.half = half
        width = encoder.hidden
        self.encoder = encoder
        self.heads = nn.ModuleDict({name: nn.Linear(width, size) for name, size in HEADS.items()})
        self.guidelines = nn.Parameter(torch.zeros(SOURCES, width + 1, len(NAMES)))
        self.mention = nn.Linear(3 * width, len(CHAIN_TYPES) + len(GENDERS))
        self.medium = nn.Linear(3 * width, len(MEDIA))
        self.antecedents = PairScorerModule(3 * width, 3 * width, ANTECEDENT_FEATURES, 1)
        self.speakers = PairScorerModule(3 * width, 3 * width, SPEAKER_FEATURES, 2)
        self.dropout = nn.Dropout(dropout)
        self.table = piece_embeddings()

    def states(self, examples: Sequence[ReaderExample]) -> list[Tensor]:
        """For every example the states of its tokens, (tokens, width)."""
        windows = [(example, window) for example in examples for window in example.windows]
        longest = max(window.end - window.begin for _, window in windows) + 2
        ids = torch.full((len(windows), longest), PADDING)
        mask = torch.zeros(len(windows), longest)
        for row, (example, window) in enumerate(windows):
            framed = [FIRST, *example.ids[window.begin : window.end].tolist(), LAST]
            ids[row, : len(framed)] = torch.tensor(framed)
            mask[row, : len(framed)] = 1
        with torch.autocast("cpu", torch.bfloat16, enabled=self.half):
            encoded = self.encoder(self.table[ids], mask)[-1].float()
        found: list[Tensor] = []
        row = 0
        for example in examples:
            kept = []
            for window in example.windows:
                kept.append(encoded[row, window.keep_begin - window.begin + 1 : window.keep_end - window.begin + 1])
                row += 1
            found.append(pooled(torch.cat(kept), torch.as_tensor(example.token_pieces)))
        return found

    def names(self, states: Tensor, source: int | None) -> Tensor:
        """Scores of the labels of names, by what all guidelines share, or by that of one `source`."""
        scores: Tensor = self.heads["names"](states)
        if source is not None:
            scores = scores + states @ self.guidelines[source, :-1] + self.guidelines[source, -1]
        return scores

    def fold_guideline(self, share: float) -> None:
        """Make `share` (0 to 1) of the corpus's own guideline part of what all guidelines share."""
        own = self.guidelines.data[SOURCES - 1] * share
        self.heads["names"].weight.data += own[:-1].T
        self.heads["names"].bias.data += own[-1]


def pooled(states: Tensor, spans: Tensor) -> Tensor:
    """Means of `states` (n, width) over the half-open `spans` (m, 2)."""
    total = functional.pad(states.cumsum(0), (0, 0, 1, 0))
    return (total[spans[:, 1]] - total[spans[:, 0]]) / (spans[:, 1] - spans[:, 0]).clamp(min=1)[:, None]


def mention_vectors(states: Tensor, spans: Tensor) -> Tensor:
    """First and last token and mean of the half-open token `spans` (m, 2): (m, 3 * width)."""
    return torch.cat([states[spans[:, 0]], states[spans[:, 1] - 1], pooled(states, spans)], dim=1)


def quote_vectors(states: Tensor, spans: Tensor) -> Tensor:
    """Mean of a quote, of what is in front of it and of what is behind it: (quotes, 3 * width)."""
    length = len(states)
    before = torch.stack([(spans[:, 0] - AROUND).clamp(min=0), spans[:, 0]], dim=1)
    behind = torch.stack([spans[:, 1], (spans[:, 1] + AROUND).clamp(max=length)], dim=1)
    return torch.cat([pooled(states, spans), pooled(states, before), pooled(states, behind)], dim=1)
