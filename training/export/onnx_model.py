"""ONNX export of a baked network: float16 on disk, float32 in memory, checked against torch."""

from __future__ import annotations

import logging
import warnings
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor

from .. import __version__
from ..models.unet import UNet
from .bake import BakedUNet, bake, round_to_half

OPSET = 18
TOLERANCE = 1e-4
INPUTS = ("sample", "timestep", "class_labels")
OUTPUT = "velocity"
# Below this many values halving a tensor saves nothing.
SMALLEST_HALF_TENSOR = 1024


class ParityError(RuntimeError):
    """The exported model does not compute what the torch model computes."""


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


def to_onnx(net: BakedUNet) -> onnx.ModelProto:
    """Trace a baked network with a dynamic batch."""
    channels, size = net.config.in_channels, net.config.image_size
    example = (torch.randn(3, channels, size, size), torch.tensor([0.1, 0.5, 0.9]), torch.tensor([0, 1, 1]))
    batch = torch.export.Dim("batch", min=1, max=4096)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            net,
            example,
            input_names=list(INPUTS),
            output_names=[OUTPUT],
            dynamic_shapes=({0: batch}, {0: batch}, {0: batch}),
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    return program.model_proto


def store_as_half(model: onnx.ModelProto) -> onnx.ModelProto:
    """Store large float32 initialisers as float16 with a Cast, which runtimes fold when they load the file."""
    casts = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.ndim < 2 or values.size < SMALLEST_HALF_TENSOR:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], name=f"{name}.cast", to=TensorProto.FLOAT))
    nodes = casts + list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model


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


def probes(net: UNet) -> list[tuple[Tensor, Tensor, Tensor]]:
    """Inputs a parity check runs on: several batch sizes, noise levels from end to end, every class and the null class."""
    generator = torch.Generator().manual_seed(0)
    config = net.config
    cases = []
    for batch, sigmas in ((1, [1.0]), (1, [0.0]), (2, [0.98, 0.98]), (5, [0.02, 0.25, 0.5, 0.75, 1.0])):
        sigma = torch.tensor(sigmas)
        shape = (batch, config.in_channels, config.image_size, config.image_size)
        labels = torch.randint(config.num_classes + 1, (batch,), generator=generator)
        labels[-1] = config.num_classes
        cases.append((torch.randn(shape, generator=generator), sigma, labels))
    count = config.num_classes + 1
    noise = torch.randn(count, config.in_channels, config.image_size, config.image_size, generator=generator)
    cases.append((noise, torch.linspace(0, 1, count), torch.arange(count)))
    return cases


def run_onnx(session: onnxruntime.InferenceSession, sample: Tensor, sigma: Tensor, labels: Tensor) -> Tensor:
    feeds = dict(zip(INPUTS, (sample.numpy(), sigma.numpy(), labels.numpy()), strict=True))
    return torch.from_numpy(session.run([OUTPUT], feeds)[0])


@torch.no_grad()
def compare(session: onnxruntime.InferenceSession, net: UNet, rounded: BakedUNet) -> tuple[float, float, float, float]:
    """(ONNX difference, rounding difference, rounding rms, velocity rms) over all probes."""
    onnx_difference, rounding, squares, velocities = 0.0, 0.0, [], []
    for case in probes(net):
        source, expected = net(*case), rounded(*case)
        onnx_difference = max(onnx_difference, (run_onnx(session, *case) - expected).abs().max().item())
        rounding = max(rounding, (expected - source).abs().max().item())
        squares.append((expected - source).square().flatten())
        velocities.append(source.square().flatten())
    return onnx_difference, rounding, torch.cat(squares).mean().sqrt().item(), torch.cat(velocities).mean().sqrt().item()


def export_onnx(net: UNet, path: Path) -> ExportReport:
    """Write `net` to `path`; raises `ParityError`, leaving the path alone, when ONNX and torch differ by over 1e-4."""
    rounded = round_to_half(bake(net))
    model = strip(store_as_half(to_onnx(rounded)))
    onnx.checker.check_model(model, full_check=True)
    check_plain_weights(model)
    document = model.SerializeToString()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(document, options, providers=["CPUExecutionProvider"])
    differences = compare(session, net, rounded)
    if not differences[0] <= TOLERANCE:
        raise ParityError(f"ONNX and torch differ by {differences[0]:.1e}, more than {TOLERANCE:.0e}; nothing written")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_bytes(document)
    partial.replace(path)
    nodes = Counter(node.op_type for node in model.graph.node)
    return ExportReport(OPSET, *(float(f"{value:.3g}") for value in differences), len(document), dict(sorted(nodes.items())))
