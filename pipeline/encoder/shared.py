"""The tokenizer and the table of embeddings that all models of a process share."""

from __future__ import annotations

from functools import cache

from pipeline.encoder.pieces import PieceTokenizer
from pipeline.encoder.table import EmbeddingTable
from pipeline.models.catalogue import DATA


@cache
def shared_encoder() -> tuple[PieceTokenizer, EmbeddingTable]:
    """Both, loaded once."""
    folder = DATA / "encoder"
    return PieceTokenizer(folder / "pieces.json"), EmbeddingTable(folder / "pieces.npy")
