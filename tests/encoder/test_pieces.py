"""Pieces know where they stand in the text."""

import numpy as np
import pytest

from pipeline.encoder.pieces import PieceTokenizer
from pipeline.encoder.shared import shared_encoder
from pipeline.encoder.table import EmbeddingTable, unpack


@pytest.fixture(scope="module")
def encoder() -> tuple[PieceTokenizer, EmbeddingTable]:
    return shared_encoder()


def test_every_letter_belongs_to_a_piece(encoder: tuple[PieceTokenizer, EmbeddingTable]) -> None:
    text = "  Die\n\nMinisterin  sagte: „Nein, ½ Stunde!“ Zoë Łukasz, Çelik 🙂"
    pieces = encoder[0](text)
    covered = {at for begin, end in zip(pieces.begins, pieces.ends, strict=True) for at in range(begin, end)}
    assert {at for at, letter in enumerate(text) if not letter.isspace()} <= covered


def test_embeddings_have_the_shape_of_the_ids(encoder: tuple[PieceTokenizer, EmbeddingTable]) -> None:
    found = encoder[1].lookup(np.array([[5, 7], [7, 5]]))
    assert found.shape == (2, 2, 384)
    assert np.array_equal(found[0, 0], found[1, 1])


def test_blocks_are_unpacked_by_their_scale() -> None:
    block = np.concatenate([np.array([0.5], "<f2").view(np.uint8), np.full(16, 0x9F, np.uint8)])
    assert unpack(block[None])[0].tolist() == [3.5] * 16 + [0.5] * 16
