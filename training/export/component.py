"""One network of a folder of several: traced, stored as float16, checked against torch, written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import onnx
import onnxruntime
import torch
from torch import Tensor, nn

from .bake import round_to_half
from .onnx_model import store_as_half, strip, trace, write_bytes
from .parity import ParityError

# ONNX against torch with the same weights, relative to the largest output.
TOLERANCE = 2e-4


@dataclass(frozen=True)
class Component:
    """How a network is called: names, free axes and example tensors of its inputs."""

    net: nn.Module
    inputs: Sequence[str]
    output: str
    axes: Sequence[dict[int, str]]
    examples: Sequence[tuple[Tensor, ...]]


def run_onnx(document: bytes, component: Component, example: tuple[Tensor, ...]) -> Tensor:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(document, options, providers=["CPUExecutionProvider"])
    feeds = {name: value.numpy() for name, value in zip(component.inputs, example, strict=True)}
    return torch.from_numpy(session.run([component.output], feeds)[0])


@torch.no_grad()
def export_component(component: Component, path: Path) -> dict:
    """Write `component` to `path`; every example is compared.

    Raises `ParityError`, leaving `path` alone, when ONNX and torch with the same weights differ.
    """
    rounded = round_to_half(component.net.float().cpu().eval())
    traced = trace(rounded, component.examples[0], component.inputs, component.output, component.axes)
    model = strip(store_as_half(traced))
    onnx.checker.check_model(model, full_check=True)
    document = model.SerializeToString()
    difference, rounding = 0.0, 0.0
    for example in component.examples:
        source, expected = component.net(*example), rounded(*example)
        scale = expected.abs().max().item()
        difference = max(difference, (run_onnx(document, component, example) - expected).abs().max().item() / scale)
        rounding = max(rounding, ((source - expected).square().mean() / source.square().mean()).sqrt().item())
    if not difference <= TOLERANCE:
        raise ParityError(f"{path.name}: ONNX and torch differ by {difference:.1e}, more than {TOLERANCE:.0e}")
    write_bytes(path, document)
    return {
        "bytes": len(document),
        "parameters": sum(weight.numel() for weight in component.net.parameters()),
        "onnx_difference": float(f"{difference:.3g}"),
        "rounding_rms": float(f"{rounding:.3g}"),
    }
