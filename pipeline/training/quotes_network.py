"""The quote model in PyTorch: tags of words on top of the encoder, and a decoder of the roles of each quote."""

from typing import cast

import torch
from torch import Tensor, nn

from pipeline.quotes.learned.roles import DISTANCES, MEDIA, PLACES, POINTED, ROLES, SENTENCES
from pipeline.quotes.learned.tags import LAYERS, QUOTE_TYPES, TAGS, allowed
from pipeline.quotes.learned.words import FEATURE_SIZES
from pipeline.training.encoder import Layer

FORBIDDEN = -1e4
ROLE_HEADS = 4


class Tagger(nn.Module):
    """Encoder states of words to vectors that know their neighbours, and from these to scores of tags."""

    def __init__(self, states: int, width: int, dropout: float) -> None:
        super().__init__()
        self.features = nn.ModuleList(nn.Embedding(size, width) for size in FEATURE_SIZES)
        self.project = nn.Linear(states, width)
        self.norm = nn.LayerNorm(width)
        self.recurrent = nn.LSTM(width, width // 2, bidirectional=True, batch_first=True)
        self.out_norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)
        self.emissions = nn.Linear(width, LAYERS * TAGS)
        for embedding in self.features:
            nn.init.normal_(cast(nn.Embedding, embedding).weight, std=0.02)

    def forward(self, states: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        """Words (batch, words, width) and emissions (batch, LAYERS, words, TAGS).

        `states` are (batch, words, states), `features` (batch, words, len(FEATURE_SIZES)).
        """
        inner = self.project(self.dropout(states))
        for column, embedding in enumerate(self.features):
            inner = inner + embedding(features[:, :, column])
        inner = self.norm(inner)
        words = self.out_norm(inner + self.recurrent(self.dropout(inner))[0])
        scores = self.emissions(self.dropout(words))
        batch, length, _ = words.shape
        return words, scores.view(batch, length, LAYERS, TAGS).transpose(1, 2)


class Crf(nn.Module):
    """A linear-chain conditional random field per layer of tags."""

    forbidden: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.transitions = nn.Parameter(torch.zeros(LAYERS, TAGS + 1, TAGS))
        self.register_buffer("forbidden", torch.as_tensor(~allowed(), dtype=torch.float32) * FORBIDDEN)

    def scores(self) -> Tensor:
        """Transitions (LAYERS, TAGS + 1, TAGS), the last row for the start, the forbidden ones very low."""
        return self.transitions + self.forbidden

    def forward(self, emissions: Tensor, tags: Tensor, lengths: Tensor) -> Tensor:
        """Negative log-likelihood of each document's tags, (batch,).

        `emissions` are (batch, LAYERS, words, TAGS), `tags` (batch, LAYERS, words), `lengths` words a document.
        """
        batch, layers, longest, _ = emissions.shape
        transitions = self.scores()
        mask = torch.arange(longest)[None, :] < lengths[:, None]
        picked = emissions.gather(3, tags[..., None])[..., 0]
        layer = torch.arange(layers)[None, :, None]
        before = torch.cat([torch.full((batch, layers, 1), TAGS), tags[:, :, :-1]], dim=2)
        gold = ((picked + transitions[layer, before, tags]) * mask[:, None, :]).sum(2)
        score = transitions[None, :, -1] + emissions[:, :, 0]
        between = transitions[None, :, :-1].transpose(2, 3)
        for step in range(1, longest):
            following = torch.logsumexp(score[:, :, None, :] + between, dim=3) + emissions[:, :, step]
            score = torch.where(mask[:, None, step, None], following, score)
        return (torch.logsumexp(score, dim=2) - gold).sum(1)


class RoleDecoder(nn.Module):
    """The roles, type, medium and soundness of one quote from the words around it."""

    def __init__(self, words: int, width: int, depth: int, dropout: float) -> None:
        super().__init__()
        self.project = nn.Linear(words, width)
        self.place = nn.Embedding(PLACES, width)
        self.distance = nn.Embedding(DISTANCES, width)
        self.sentence = nn.Embedding(SENTENCES, width)
        self.whole = nn.Parameter(torch.randn(width) * 0.02)
        self.norm = nn.LayerNorm(width)
        self.layers = nn.ModuleList(Layer(width, ROLE_HEADS, 2 * width, 1e-5, dropout) for _ in range(depth))
        self.dropout = nn.Dropout(dropout)
        self.members = nn.Linear(width, len(ROLES))
        self.pointers = nn.Linear(width, 2 * len(POINTED))
        self.whole_quote = nn.Linear(2 * width, len(QUOTE_TYPES) + len(MEDIA) + 1)

    def forward(
        self, words: Tensor, place: Tensor, distance: Tensor, sentence: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of words, of pointers and of whole quotes.

        Of the roles' words: (quotes, seen, ROLES). Of the first and last words of the POINTED roles, first all firsts:
        (quotes, 1 + seen, 2 * POINTED), place 0 standing for "nothing". Of the quotes: (quotes,
        QUOTE_TYPES + MEDIA + 1), the last being the soundness.

        `words` are (quotes, seen, words), the others (quotes, seen); `mask` is 1 for words, 0 for padding.
        """
        inner = self.project(words) + self.place(place) + self.distance(distance) + self.sentence(sentence)
        whole = self.whole[None, None, :].expand(inner.shape[0], 1, -1)
        inner = self.dropout(self.norm(torch.cat([whole, inner], dim=1)))
        seen = torch.cat([torch.ones_like(mask[:, :1]), mask], dim=1)
        bias = (1.0 - seen) * FORBIDDEN
        for layer in self.layers:
            inner = layer(inner, bias[:, None, None, :])
        own = ((place == 1) | (place == 2) | (place == 5)).to(inner.dtype) * mask
        pooled = (inner[:, 1:] * own[:, :, None]).sum(1) / own.sum(1, keepdim=True).clamp(min=1.0)
        whole_quote = self.whole_quote(self.dropout(torch.cat([inner[:, 0], pooled], dim=1)))
        inner = self.dropout(inner)
        return self.members(inner[:, 1:]), self.pointers(inner) + bias[:, :, None], whole_quote
