"""Trained encoders as ONNX graphs with 8-bit matrices.

The graphs are put together operator by operator, with those fused operators of ONNX Runtime that are fast, so that
nothing depends on how an exporter reads Python. A graph takes the embeddings of the pieces of one window, (1, pieces,
hidden). There are no batches and no padding: the scale by which 8-bit operators round activations is taken from all of
their input, and a window's result must not depend on what else is computed with it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from pipeline.training.encoder import POSITIONS, Encoder

Array = npt.NDArray[np.float32]
FUSED = "com.microsoft"
SMALLEST = 1e-8
"""Keeps scales from being zero."""

LOWEST_GELU = -0.17
"""The lowest activation, rounded. FastGelu differs from the GELU of the training by 0.0005 at most."""

INPUT = "embedded"


class Graph:
    """An ONNX graph in the making. Values are known by their names."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._tensors: list[onnx.TensorProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []

    def constant(self, values: npt.NDArray[np.generic]) -> str:
        """A constant; returns its name."""
        name = f"c{len(self._tensors)}"
        self._tensors.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, operator: str, *inputs: str, outputs: int = 1, domain: str = "", **attributes: object) -> str:
        """An operator on named values; returns the name of its result (`name`; of several, then `name_1`, …)."""
        name = f"n{len(self._nodes)}"
        names = [name, *(f"{name}_{number}" for number in range(1, outputs))]
        self._nodes.append(helper.make_node(operator, list(inputs), names, domain=domain, **attributes))
        return name

    def linear(self, value: str, weight: Array, bias: Array | None = None) -> str:
        """value · weight + bias, weight of shape (inputs, outputs) in 8 bits, with one scale a column."""
        added = [] if bias is None else [self.constant(bias)]
        scale = np.maximum(np.abs(weight).max(axis=0), SMALLEST).astype(np.float32) / 127
        rounded = np.clip(np.rint(weight / scale), -127, 127).astype(np.int8)
        zero = np.zeros(weight.shape[1], dtype=np.int8)
        inputs = [value, self.constant(rounded), self.constant(scale), self.constant(zero), *added]
        return self.node("DynamicQuantizeMatMul", *inputs, domain=FUSED)

    def fine_linear(self, value: str, weight: Array, bias: Array | None = None, *, lowest: float | None = None) -> str:
        """value · weight + bias as in `linear`, but every piece's activations have a scale of their own.

        Signs that begin and end windows have ten times as large ones as the rest: one scale for all would be theirs.
        This costs a twelfth more time, so that only the two large matrices of a layer have it. If no activation is
        below `lowest`, a negative number near zero, the highest of a piece is its scale.
        """
        size = self.node("Abs", value) if lowest is None else value
        highest = self.node("ReduceMax", size, self.constant(np.array([-1])), keepdims=1)
        least = SMALLEST if lowest is None else -lowest
        own = self.node("Max", highest, self.constant(np.array(least, dtype=np.float32)))
        product = self.node("Mul", self.linear(self.node("Div", value, own), weight), own)
        return product if bias is None else self.node("Add", product, self.constant(bias))

    def encoder(self, encoder: Encoder, longest: int = POSITIONS) -> str:
        """The encoder on the graph's input; returns the hidden states after its last layer.

        Inputs may be up to `longest` pieces long, with the signs that begin and end them.
        """
        weights = {name: tensor.detach().float().numpy() for name, tensor in encoder.state_dict().items()}
        length = self.node("Shape", INPUT, start=1, end=2)
        zero, axis = self.constant(np.array([0])), self.constant(np.array([0]))
        positions = self.node("Slice", self.constant(weights["positions"][:longest]), zero, length, axis)
        states = self._norm(self.node("Add", INPUT, positions), weights, "norm", encoder.norm.eps)
        for number, layer in enumerate(encoder.layers):
            part = {name.removeprefix(f"layers.{number}."): values for name, values in weights.items()}
            three = ("query", "key", "value")
            packed = self.linear(
                states,
                np.concatenate([part[f"{name}.weight"].T for name in three], axis=1),
                np.concatenate([part[f"{name}.bias"] for name in three]),
            )
            query = self.node("Split", packed, outputs=3, axis=2, num_outputs=3)
            context = self.node(
                "MultiHeadAttention", query, f"{query}_1", f"{query}_2", domain=FUSED, num_heads=layer.heads
            )
            attended = self.linear(context, part["attended.weight"].T, part["attended.bias"])
            states = self._half(states, attended, part, "attended", layer.attended_norm.eps)
            inner = self.fine_linear(states, part["inner.weight"].T)
            active = self.node("FastGelu", inner, self.constant(part["inner.bias"]), domain=FUSED)
            outer = self.fine_linear(active, part["outer.weight"].T, part["outer.bias"], lowest=LOWEST_GELU)
            states = self._half(states, outer, part, "outer", layer.outer_norm.eps)
        return states

    def _half(self, states: str, projected: str, part: dict[str, Array], name: str, eps: float) -> str:
        # Apart, since SkipLayerNormalization takes five times as long: it is not vectorised.
        return self._norm(self.node("Add", states, projected), part, f"{name}_norm", eps)

    def _norm(self, value: str, weights: dict[str, Array], name: str, eps: float) -> str:
        inputs = [self.constant(weights[f"{name}.weight"]), self.constant(weights[f"{name}.bias"])]
        return self.node("LayerNormalization", value, *inputs, axis=-1, epsilon=eps)

    def output(self, name: str, value: str) -> None:
        """Give out `value`, float of shape (1, pieces, any), as `name`."""
        self._nodes.append(helper.make_node("Identity", [value], [name]))
        self._outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, "pieces", None]))

    def save(self, path: Path, hidden: int = 384) -> None:
        """Check the graph and write it."""
        given = helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, [1, "pieces", hidden])
        graph = helper.make_graph(self._nodes, "encoder", [given], self._outputs, self._tensors)
        opsets = [helper.make_opsetid("", 18), helper.make_opsetid(FUSED, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
        onnx.checker.check_model(model)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(model.SerializeToString(deterministic=True))
