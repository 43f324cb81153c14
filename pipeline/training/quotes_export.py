"""A trained quote model as the files that the run time reads."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from pathlib import Path

import onnx
import orjson
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from pipeline.quotes.learned.files import ENCODER, ROLES, SETTINGS, STATES, TAGGER, LearnedSettings
from pipeline.quotes.learned.windows import LONGEST
from pipeline.quotes.learned.words import FEATURE_SIZES
from pipeline.training.export import Graph
from pipeline.training.quotes_loss import QuoteNetwork

_FRAMED = LONGEST + 2


def export(network: QuoteNetwork, settings: LearnedSettings, folder: Path, *, eight_bit: bool) -> None:
    """Write the network and its settings into `folder`, its matrices in 8 bits or in float."""
    folder.mkdir(parents=True, exist_ok=True)
    network.eval()
    network.encoder.positions = nn.Parameter(network.encoder.positions[:_FRAMED].detach())
    graph = Graph(eight_bit=eight_bit)
    graph.output(STATES, graph.encoder(network.encoder)[-1])
    graph.save(folder / ENCODER, network.encoder.hidden)
    _save_tagger(network, folder / TAGGER)
    _save_roles(network, folder / ROLES)
    if eight_bit:
        for name in (TAGGER, ROLES):
            logging.getLogger().setLevel(logging.ERROR)
            path = str(folder / name)
            quantize_dynamic(path, path, op_types_to_quantize=["MatMul"], per_channel=True, weight_type=QuantType.QInt8)
    (folder / SETTINGS).write_bytes(orjson.dumps(settings.as_record(), option=orjson.OPT_INDENT_2))


def _save_tagger(network: QuoteNetwork, path: Path) -> None:
    states = torch.zeros(1, 9, network.encoder.hidden)
    features = torch.zeros(1, 9, len(FEATURE_SIZES), dtype=torch.int64)
    _save(
        network.tagger,
        (states, features),
        path,
        inputs={"states": {1: "words"}, "features": {1: "words"}},
        outputs={"words": {1: "words"}, "emissions": {2: "words"}},
    )


def _save_roles(network: QuoteNetwork, path: Path) -> None:
    words = torch.zeros(3, 7, network.roles.project.in_features)
    numbers = torch.zeros(3, 7, dtype=torch.int64)
    axes = {0: "quotes", 1: "seen"}
    _save(
        network.roles,
        (words, numbers, numbers.clone(), numbers.clone(), torch.ones(3, 7)),
        path,
        inputs=dict.fromkeys(("words", "place", "distance", "sentence", "mask"), axes),
        outputs={"members": axes, "pointers": {0: "quotes", 1: "seen_and_none"}, "whole": {0: "quotes"}},
    )


def _save(
    module: nn.Module,
    arguments: Sequence[Tensor],
    path: Path,
    *,
    inputs: dict[str, dict[int, str]],
    outputs: dict[str, dict[int, str]],
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module,
            tuple(arguments),
            str(path),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes=inputs | outputs,
            opset_version=17,
            dynamo=False,
        )
    onnx.checker.check_model(str(path))
