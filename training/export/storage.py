"""How weights lie in the file: as float16 or int8; every runtime folds the casts back to float32 when it loads it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# Below this many values a smaller type saves nothing.
SMALLEST_TENSOR = 1024

Store = Callable[[onnx.ModelProto], onnx.ModelProto]


def large_weights(model: onnx.ModelProto) -> list[tuple[TensorProto, np.ndarray]]:
    pairs = [(tensor, numpy_helper.to_array(tensor)) for tensor in model.graph.initializer]
    return [(t, v) for t, v in pairs if v.dtype == np.float32 and v.ndim >= 2 and v.size >= SMALLEST_TENSOR]


def prepend(model: onnx.ModelProto, nodes: list[onnx.NodeProto]) -> None:
    nodes = nodes + list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def store_as_half(model: onnx.ModelProto) -> onnx.ModelProto:
    """Large float32 initialisers as float16 with a Cast."""
    casts = []
    for tensor, values in large_weights(model):
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], name=f"{name}.cast", to=TensorProto.FLOAT))
    prepend(model, casts)
    return model


def quantize(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(int8, float32 scale) with one scale per slice of the axis, first or last, that loses less."""
    tried = []
    for kept in (0, values.ndim - 1):
        rest = tuple(axis for axis in range(values.ndim) if axis != kept)
        scale = np.maximum(np.abs(values).max(axis=rest, keepdims=True), 1e-12).astype(np.float32) / 127
        whole = np.clip(np.rint(values / scale), -127, 127).astype(np.int8)
        tried.append((float(np.square(whole * scale - values).sum()), whole, scale))
    return min(tried, key=lambda entry: entry[0])[1:]


def store_as_int8(model: onnx.ModelProto) -> onnx.ModelProto:
    """Large float32 initialisers as int8 with a Cast and a Mul by a scale per channel.

    Not DequantizeLinear: runtimes keep that one in the graph for integer kernels instead of folding it.
    """
    nodes, scales = [], []
    for tensor, values in large_weights(model):
        name = tensor.name
        whole, scale = quantize(values)
        tensor.CopyFrom(numpy_helper.from_array(whole, f"{name}.int8"))
        scales.append(numpy_helper.from_array(scale, f"{name}.scale"))
        cast = helper.make_node("Cast", [f"{name}.int8"], [f"{name}.whole"], name=f"{name}.cast", to=TensorProto.FLOAT)
        nodes += [cast, helper.make_node("Mul", [f"{name}.whole", f"{name}.scale"], [name], name=f"{name}.mul")]
    model.graph.initializer.extend(scales)
    prepend(model, nodes)
    return model
