"""A trained reader as the files that the run time reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from torch import nn

from pipeline.reader.model import ENCODER, SCORERS, STATES
from pipeline.reader.windows import LONGEST
from pipeline.training.export import Graph
from pipeline.training.reader_network import ReaderNetwork


def export(network: ReaderNetwork, folder: Path) -> None:
    """Write the encoder, with its matrices in 8 bits, and the layers above it into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    network.eval()
    encoder = network.encoder
    encoder.positions = nn.Parameter(encoder.positions[: LONGEST + 2].detach())
    graph = Graph()
    graph.output(STATES, graph.encoder(encoder, LONGEST + 2))
    graph.save(folder / ENCODER, encoder.hidden)
    arrays = {}
    for name, values in network.state_dict().items():
        if name.startswith(("encoder.", "table", "guidelines")):
            continue
        array = values.detach().float().numpy()
        arrays[name] = (array.T if name.endswith("weight") else array).astype(np.float16)
    np.savez_compressed(folder / SCORERS, **arrays)
