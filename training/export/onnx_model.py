"""ONNX export of a baked network: float16 on disk, float32 in memory, checked against torch."""

from __future__ import annotations

import logging
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from .. import __version__
from ..models.unet import UNet
from .bake import bake, round_to_half

OPSET = 18
TOLERANCE = 1e-4
INPUTS = ("sample", "timestep", "class_labels")
OUTPUT = "velocity"
# Below this many values a tensor is a scale or a table of frequencies: halving it saves nothing and costs precision.
SMALLEST_HALF_TENSOR = 1024


class ParityError(RuntimeError):
    """The exported model does not compute what the torch model computes."""


@dataclass(frozen=True)
class ExportReport:
    """What an export measured; differences are largest absolute ones in the velocity."""

    onnx_difference: float
    rounding_difference: float
    velocity_rms: float
    bytes: int
    nodes: dict[str, int]

    def to_json(self) -> dict:
        return asdict(self)


def to_onnx(net: nn.Module, config_size: tuple[int, int]) -> onnx.ModelProto:
    """Trace a baked network with a dynamic batch; `config_size` is (channels, height = width)."""
    channels, size = config_size
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
        if values.dtype != np.float32 or values.size < SMALLEST_HALF_TENSOR:
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
def export_onnx(net: UNet, path: Path) -> ExportReport:
    """Write `net` to `path`; raises `ParityError`, leaving no file, when ONNX and torch differ by more than 1e-4."""
    exact = bake(net)
    rounded = round_to_half(exact)
    model = strip(store_as_half(to_onnx(rounded, (net.config.in_channels, net.config.image_size))))
    onnx.checker.check_model(model, full_check=True)
    document = model.SerializeToString()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(document, options, providers=["CPUExecutionProvider"])
    reference = net.eval()
    onnx_difference, rounding_difference, square = 0.0, 0.0, 0.0
    for case in probes(net):
        expected, ours, source = rounded(*case), run_onnx(session, *case), reference(*case)
        onnx_difference = max(onnx_difference, (ours - expected).abs().max().item())
        rounding_difference = max(rounding_difference, (expected - source).abs().max().item())
        square = source.square().mean().item()
    if not onnx_difference <= TOLERANCE:
        raise ParityError(f"ONNX and torch differ by {onnx_difference:.2e}, more than {TOLERANCE:.0e}; nothing written")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_bytes(document)
    partial.replace(path)
    nodes: dict[str, int] = {}
    for node in model.graph.node:
        nodes[node.op_type] = nodes.get(node.op_type, 0) + 1
    return ExportReport(onnx_difference, rounding_difference, square**0.5, len(document), nodes)
