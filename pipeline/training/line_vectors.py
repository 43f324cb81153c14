"""The vectors of common German words, from the embeddings of the encoder's word pieces.

Frequent words count less ("smooth inverse frequency", Arora et al. 2017), and the vectors are projected on the
directions in which those of running text differ most. Words and frequencies are those of wordfreq.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import wordfreq

from pipeline.cleaning.line_vectors import DIMENSIONS
from pipeline.encoder.pieces import PieceTokenizer
from pipeline.encoder.shared import shared_encoder

WORDS = 40_000
RARE = 1e-3
"""Share of all words at which a word counts half."""


def arrays() -> dict[str, Any]:
    """What `pipeline.cleaning.line_vectors.LineVectors` takes."""
    tokenizer, table = shared_encoder()
    words = sorted(word for word in wordfreq.top_n_list("de", WORDS) if word.isalpha())
    shares = np.array([wordfreq.word_frequency(word, "de") for word in words])
    means = np.stack([table.lookup(_pieces(tokenizer, word)).mean(axis=0) for word in words])
    centred = means - shares @ means / shares.sum()
    spread = centred * np.sqrt(shares)[:, None]
    _, directions = np.linalg.eigh(spread.T @ spread)
    vectors = centred @ directions[:, ::-1][:, :DIMENSIONS]
    scale = np.abs(vectors).max() / 127
    return {
        "words": np.array("\n".join(words)),
        "vectors": np.round(vectors / scale).astype(np.int8),
        "weights": (RARE / (RARE + shares)).astype(np.float16),
    }


def _pieces(tokenizer: PieceTokenizer, word: str) -> npt.NDArray[np.int32]:
    """Of a word in small letters or with a capital, whichever has fewer: that is how it is known."""
    return min((tokenizer(form).ids for form in (word, word.capitalize())), key=len)
