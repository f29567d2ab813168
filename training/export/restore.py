"""Weights back from an exported network, to train on from it without its checkpoint."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from .component import Component
from .onnx_model import trace
from .parity import ParityError


def stored_weights(path: Path) -> dict[str, np.ndarray]:
    """Weights of a file by the names they had before they were stored as float16 or int8."""
    if not path.is_file():
        raise FileNotFoundError(f"no network at {path}: name a model folder that `export` wrote with --source")
    tensors = {t.name: numpy_helper.to_array(t) for t in onnx.load(path).graph.initializer}
    weights = {}
    for name, values in tensors.items():
        if name.endswith(".half"):
            weights[name.removesuffix(".half")] = values.astype(np.float32)
        elif name.endswith(".int8"):
            plain = name.removesuffix(".int8")
            weights[plain] = values.astype(np.float32) * tensors[f"{plain}.scale"]
        else:
            weights.setdefault(name, values)
    return weights


def scatter(net: nn.Module) -> None:
    """Different values everywhere, so that a weight is known by its values."""
    generator = torch.Generator().manual_seed(1)
    for weight in [*net.parameters(), *net.buffers()]:
        weight.data.copy_(torch.rand(weight.shape, generator=generator) + 0.5)


@torch.no_grad()
def restore_component(component: Component, path: Path) -> None:
    """Give `component.net` the weights of the file at `path`, which the same code exported.

    The exporter renames and transposes weights: the network is traced once more, with values that tell which is which.
    Raises `ParityError` where the file is of another network.
    """
    stored = stored_weights(path)
    scatter(component.net)
    model = trace(component.net, component.examples[0], component.inputs, component.output, component.axes)
    traced = [(t.name, numpy_helper.to_array(t)) for t in model.graph.initializer]
    found = {}
    for name, weight in component.net.state_dict().items():
        values = weight.numpy()
        for place, array in traced:
            if array.shape == values.shape and np.array_equal(array, values):
                found[name] = (place, False)
            elif array.shape == values.shape[::-1] and np.array_equal(array.T, values):
                found[name] = (place, True)
    for name, weight in component.net.state_dict().items():
        place, transposed = found.get(name, (name, False))
        values = stored.get(place)
        values = values.T if transposed and values is not None else values
        if values is None or values.shape != tuple(weight.shape):
            shape = "nothing" if values is None else list(values.shape)
            raise ParityError(f"{path}: {name} should have the shape {list(weight.shape)}, the file has {shape}")
        weight.copy_(torch.tensor(values))
