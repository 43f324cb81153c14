"""ONNX graphs of encoders, run on windows of word pieces."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from pipeline.encoder.pieces import FIRST, LAST
from pipeline.encoder.table import EmbeddingTable

THREADS = "REDEFLUSS_MODEL_THREADS"
"""Environment variable: threads that one model may use. One by default, since the stream runs articles side by side."""


def open_graph(path: Path) -> onnxruntime.InferenceSession:
    """A graph, ready to run."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(os.environ.get(THREADS, "1"))
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        path.read_bytes(),
        options,
        providers=["CPUExecutionProvider"],
        # The fused operator is not vectorised: it takes five times as long as its parts.
        disabled_optimizers=["SkipLayerNormFusion"],
    )


class EncoderSession:
    """A graph and the table of embeddings that it is fed from."""

    def __init__(self, graph: Path, table: EmbeddingTable) -> None:
        self._session = open_graph(graph)
        self._table = table

    def run(self, ids: npt.NDArray[np.integer]) -> npt.NDArray[np.float32]:
        """The vectors of a window of pieces `ids`, (pieces, width).

        The signs that begin and end a window are put around it and taken off what comes out.
        """
        framed = np.concatenate([[FIRST], ids, [LAST]])
        (states,) = self._session.run(None, {"embedded": self._table.lookup(framed)[None]})
        vectors: npt.NDArray[np.float32] = states[0, 1:-1]
        return vectors
