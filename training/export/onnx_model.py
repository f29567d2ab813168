"""ONNX export of a baked network: float16 on disk, float32 in memory, checked against torch."""

from __future__ import annotations

import logging
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from .. import __version__
from ..models.unet import UNet
from .bake import BakedUNet, bake, round_to_half
from .parity import INPUTS, OUTPUT, ParityError, compare
from .storage import store_as_half

OPSET = 18
TOLERANCE = 1e-4


@dataclass(frozen=True)
class ExportReport:
    """What an export measured, all in units of the velocity.

    `onnx_difference` is the largest absolute difference between ONNX and torch with the same weights,
    `rounding_difference` and `rounding_rms` what storing the weights as float16 changes.
    """

    opset: int
    onnx_difference: float
    rounding_difference: float
    rounding_rms: float
    velocity_rms: float
    bytes: int
    nodes: dict[str, int]

    def to_json(self) -> dict:
        return asdict(self)


def trace(
    net: nn.Module, example: tuple[Tensor, ...], inputs: Sequence[str], output: str, axes: Sequence[dict[int, str]]
) -> onnx.ModelProto:
    """Export `net` with free axes: `axes[i]` names those of input i, and one name is one size everywhere."""
    sizes = {name: torch.export.Dim(name, min=1, max=4096) for names in axes for name in names.values()}
    shapes = tuple({axis: sizes[name] for axis, name in names.items()} for names in axes)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            net,
            example,
            input_names=list(inputs),
            output_names=[output],
            dynamic_shapes=shapes,
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    return program.model_proto


def to_onnx(net: BakedUNet) -> onnx.ModelProto:
    """Trace a baked network with a dynamic batch."""
    channels, size = net.config.in_channels, net.config.image_size
    example = (torch.randn(3, channels, size, size), torch.tensor([0.1, 0.5, 0.9]), torch.tensor([0, 1, 1]))
    return trace(net, example, INPUTS, OUTPUT, [{0: "batch"}] * 3)


def strip(model: onnx.ModelProto) -> onnx.ModelProto:
    """Drop what describes the exporting machine (source positions, traces) rather than the model."""
    for node in model.graph.node:
        node.ClearField("metadata_props")
        node.ClearField("doc_string")
    for value in [*model.graph.input, *model.graph.output, *model.graph.initializer]:
        value.ClearField("metadata_props")
        value.ClearField("doc_string")
    model.graph.ClearField("metadata_props")
    model.graph.ClearField("value_info")
    model.ClearField("metadata_props")
    model.ClearField("doc_string")
    model.producer_name, model.producer_version = "fastflow-training", __version__
    return model


def check_plain_weights(model: onnx.ModelProto) -> None:
    """Every convolution and matrix product with weights must read them from the file, not compute them."""
    stored = {tensor.name for tensor in model.graph.initializer}
    stored |= {node.output[0] for node in model.graph.node if node.op_type == "Cast" and node.input[0] in stored}
    for node in model.graph.node:
        if node.op_type in ("Conv", "Gemm") and node.input[1] not in stored:
            raise ParityError(f"{node.op_type} {node.name} computes its weights at run time")


def write_bytes(path: Path, document: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_bytes(document)
    partial.replace(path)


def export_onnx(net: UNet, path: Path) -> ExportReport:
    """Write `net` to `path`.

    Raises `ParityError`, leaving `path` alone, when ONNX and torch differ by more than 1e-4 or weights are not plain.
    """
    rounded = round_to_half(bake(net))
    model = strip(store_as_half(to_onnx(rounded)))
    onnx.checker.check_model(model, full_check=True)
    check_plain_weights(model)
    document = model.SerializeToString()
    differences = compare(document, net, rounded)
    if not differences[0] <= TOLERANCE:
        raise ParityError(f"ONNX and torch differ by {differences[0]:.1e}, more than {TOLERANCE:.0e}; nothing written")
    write_bytes(path, document)
    nodes = Counter(node.op_type for node in model.graph.node)
    rounded_values = (float(f"{value:.3g}") for value in differences)
    return ExportReport(OPSET, *rounded_values, len(document), dict(sorted(nodes.items())))
