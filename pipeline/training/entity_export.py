"""The trained entity recogniser as the graph and the settings that the run-time component reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from pipeline.models.labels import Labels
from pipeline.models.recognizer import WINDOW
from pipeline.training.entity_model import EntityTagger
from pipeline.training.export import Graph


def export(
    model: EntityTagger,
    labels: Labels,
    guidelines: Mapping[int, float],
    folder: Path,
    *,
    eight_bit: bool = True,
    fine: bool = True,
) -> None:
    """Write `model.onnx.gz` and `model.json` into `folder`.

    Names are marked by the guidelines of corpora, mixed as `guidelines` weighs them by their numbers. The graph gives
    the log probabilities of the labels at every piece. The matrices of the encoder are in 8 bits, the small one of the
    labels stays in float.
    """
    graph = Graph(eight_bit=eight_bit, fine=fine)
    upper = graph.encoder(model.encoder, WINDOW + 2)[-model.mixed :]
    shares = model.mix.detach().softmax(0).numpy()
    mixed = ""
    for states, share in zip(upper, shares, strict=True):
        part = graph.node("Mul", states, graph.constant(np.array(share, dtype=np.float32)))
        mixed = graph.node("Add", mixed, part) if mixed else part
    total = sum(guidelines.values())
    own = sum(model.own[number].detach().numpy() * (weight / total) for number, weight in guidelines.items())
    unused = np.all([model.unused[number].numpy() for number in guidelines], axis=0)
    weight = (model.shared.weight.detach().numpy() + own[:, :-1]).T
    bias = model.shared.bias.detach().numpy() + own[:, -1] - 1e4 * unused
    scores = graph.linear(mixed, weight, bias.astype(np.float32), exact=True)
    graph.output("labels", graph.node("LogSoftmax", scores, axis=-1))
    graph.save(folder / "model.onnx.gz", model.encoder.hidden)
    settings = {"types": list(labels.types)}
    (folder / "model.json").write_text(json.dumps(settings) + "\n", encoding="utf-8")
