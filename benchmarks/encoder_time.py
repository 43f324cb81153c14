"""How long an encoder of BERT-base size takes: 12 layers of 768, random weights, ONNX Runtime, one thread.

    python encoder_time.py PIECES REPEATS

Writes a JSON object: milliseconds of processor time for a window of PIECES word pieces, medians, by precision. It needs
onnx, onnxruntime and numpy alone. `benchmarks.frontier` runs it in an environment of its own.
"""

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

LAYERS, HIDDEN, INNER, HEADS = 12, 768, 3072, 12
WARM_UP = 2


class Builder:
    """Puts operators and random constants together."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: list[onnx.TensorProto] = []
        self.random = np.random.default_rng(0)

    def constant(self, *shape: int) -> str:
        """Small random numbers."""
        name = f"c{len(self.tensors)}"
        values = self.random.normal(0.0, 0.02, shape).astype(np.float32)
        self.tensors.append(numpy_helper.from_array(values, name))
        return name

    def node(self, operator: str, *inputs: str, outputs: int = 1, domain: str = "", **attributes: object) -> list[str]:
        """An operator; the names of its results."""
        names = [f"n{len(self.nodes)}_{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(operator, list(inputs), names, domain=domain, **attributes))
        return names

    def linear(self, value: str, wide: int, out: int) -> str:
        """A matrix and a bias."""
        (product,) = self.node("MatMul", value, self.constant(wide, out))
        return self.node("Add", product, self.constant(out))[0]

    def norm(self, value: str, added: str) -> str:
        """The sum, normalised."""
        (total,) = self.node("Add", value, added)
        return self.node("LayerNormalization", total, self.constant(HIDDEN), self.constant(HIDDEN), axis=-1)[0]


def build(path: Path) -> None:
    """Write the encoder as an ONNX graph, from embeddings (1, pieces, 768) to states of the same shape."""
    made, states = Builder(), "embedded"
    for _ in range(LAYERS):
        packed = made.linear(states, HIDDEN, 3 * HIDDEN)
        three = made.node("Split", packed, outputs=3, axis=2, num_outputs=3)
        (context,) = made.node("MultiHeadAttention", *three, domain="com.microsoft", num_heads=HEADS)
        states = made.norm(states, made.linear(context, HIDDEN, HIDDEN))
        (inner,) = made.node("Gelu", made.linear(states, HIDDEN, INNER), domain="com.microsoft")
        states = made.norm(states, made.linear(inner, INNER, HIDDEN))
    shape = [1, "pieces", HIDDEN]
    given = helper.make_tensor_value_info("embedded", TensorProto.FLOAT, shape)
    result = helper.make_tensor_value_info(states, TensorProto.FLOAT, shape)
    graph = helper.make_graph(made.nodes, "encoder", [given], [result], made.tensors)
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("com.microsoft", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=9), path)


def milliseconds(path: Path, pieces: int, repeats: int) -> float:
    """Median processor time of a window."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    window = np.random.default_rng(1).normal(0.0, 1.0, (1, pieces, HIDDEN)).astype(np.float32)
    took = []
    for _ in range(WARM_UP + repeats):
        begun = time.process_time()
        session.run(None, {"embedded": window})
        took.append(time.process_time() - begun)
    return 1000 * statistics.median(took[WARM_UP:])


def main() -> None:
    """Build, make an 8-bit copy, measure both."""
    pieces, repeats = int(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        full, eight_bit = Path(folder) / "full.onnx", Path(folder) / "eight-bit.onnx"
        build(full)
        known = {"DefaultTensorType": TensorProto.FLOAT}  # of what comes from ONNX Runtime's own operators
        quantize_dynamic(full, eight_bit, per_channel=True, weight_type=QuantType.QInt8, extra_options=known)
        found = {
            "32-bit floats": milliseconds(full, pieces, repeats),
            "8-bit matrices": milliseconds(eight_bit, pieces, repeats),
        }
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
