"""Weights back from an exported network, to train on from it without its checkpoint."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from .component import Component
from .onnx_model import trace
from .parity import ParityError


@dataclass(frozen=True)
class Stored:
    """A file's weights by the names that its nodes read them by, and those nodes without the ones that unpack weights."""

    weights: dict[str, np.ndarray]
    nodes: list[onnx.NodeProto]


def read_stored(path: Path) -> Stored:
    if not path.is_file():
        raise FileNotFoundError(f"no network at {path}: name a model folder that `export` wrote with --source")
    graph = onnx.load(path).graph
    tensors = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    weights, unpacking = dict(tensors), set()
    for name, values in tensors.items():
        plain = name.removesuffix(".half").removesuffix(".int8")
        if plain != name:
            weights[plain] = values.astype(np.float32) * tensors.get(f"{plain}.scale", np.float32(1))
            unpacking |= {plain, f"{plain}.whole"}
    return Stored(weights, [node for node in graph.node if node.output[0] not in unpacking])


def scatter(net: nn.Module) -> None:
    """Different values everywhere, so that a weight is known by its values."""
    generator = torch.Generator().manual_seed(1)
    for weight in [*net.parameters(), *net.buffers()]:
        weight.data.copy_(torch.rand(weight.shape, generator=generator) + 0.5)


def readers(nodes: Iterable[onnx.NodeProto]) -> dict[str, tuple[int, int]]:
    """For each name, the first node that reads it and the place among that node's inputs."""
    found: dict[str, tuple[int, int]] = {}
    for index, node in enumerate(nodes):
        for place, name in enumerate(node.input):
            found.setdefault(name, (index, place))
    return found


@torch.no_grad()
def restore_component(component: Component, path: Path) -> None:
    """Give `component.net` the weights of the file at `path`, which the same code exported.

    The exporter renames, transposes and shares weights: the network is traced once more, with values that tell which is which,
    and what one of its nodes reads, the same node of the file reads too.
    Raises `ParityError` where the file is of another network.
    """
    stored = read_stored(path)
    scatter(component.net)
    model = trace(component.net, component.examples[0], component.inputs, component.output, component.axes)
    if [node.op_type for node in model.graph.node] != [node.op_type for node in stored.nodes]:
        raise ParityError(f"{path}: not the network that this code exports")
    traced = [(t.name, numpy_helper.to_array(t)) for t in model.graph.initializer]
    places = readers(model.graph.node)
    for name, weight in component.net.state_dict().items():
        values = read_back(weight.numpy(), traced, places, stored)
        if values is None or values.shape != tuple(weight.shape):
            shape = "nothing" if values is None else list(values.shape)
            raise ParityError(f"{path}: {name} should have the shape {list(weight.shape)}, the file has {shape}")
        weight.copy_(torch.tensor(values))


def read_back(
    values: np.ndarray, traced: list[tuple[str, np.ndarray]], places: dict[str, tuple[int, int]], stored: Stored
) -> np.ndarray | None:
    """What the file holds where the traced graph holds `values`, as they lie or transposed."""
    for name, array in traced:
        for turned in (False, True):
            if name in places and np.array_equal(array.T if turned else array, values):
                index, place = places[name]
                found = stored.weights.get(stored.nodes[index].input[place])
                return found.T if turned and found is not None else found
    return None
