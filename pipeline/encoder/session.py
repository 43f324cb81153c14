"""ONNX graphs of encoders, run on windows of word pieces."""

from __future__ import annotations

import gzip
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
    """A graph, ready to run; gzipped if its name says so."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(os.environ.get(THREADS, "1"))
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return onnxruntime.InferenceSession(
        content,
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
        self.outputs = tuple(output.name for output in self._session.get_outputs())

    def run(self, ids: npt.NDArray[np.integer]) -> dict[str, npt.NDArray[np.float32]]:
        """Outputs of the graph for a window of pieces `ids`, each of shape (pieces, any).

        The signs that begin and end a window are put around it and taken off the outputs.
        """
        framed = np.concatenate([[FIRST], ids, [LAST]])
        results = self._session.run(None, {"embedded": self._table.lookup(framed)[None]})
        return {name: result[0, 1:-1] for name, result in zip(self.outputs, results, strict=True)}
