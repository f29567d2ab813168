"""One network of a folder of several: traced, checked against torch, its weights made small, written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import onnx
import onnxruntime
import torch
from torch import Tensor, nn

from .onnx_model import strip, trace, write_bytes
from .parity import ParityError
from .storage import Store

# ONNX against torch with the same weights, relative to the largest output.
TOLERANCE = 2e-4
# What smaller weights may change, root mean square relative to the output.
ROUNDING_TOLERANCE = 0.03


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


def relative_error(document: bytes, component: Component, worst: bool) -> float:
    """Largest difference to torch over all examples relative to the largest output, or the relative rms."""
    errors = []
    for example in component.examples:
        expected = component.net(*example)
        difference = run_onnx(document, component, example) - expected
        if worst:
            errors.append((difference.abs().max() / expected.abs().max()).item())
        else:
            errors.append((difference.square().mean() / expected.square().mean()).sqrt().item())
    return max(errors)


@torch.no_grad()
def export_component(component: Component, path: Path, store: Store) -> dict:
    """Write `component` to `path` with its weights stored by `store`; every example is compared.

    Raises `ParityError`, leaving `path` alone, when ONNX and torch differ, or when the smaller weights change too much.
    """
    component.net.float().cpu().eval()
    model = strip(trace(component.net, component.examples[0], component.inputs, component.output, component.axes))
    difference = relative_error(model.SerializeToString(), component, worst=True)
    if not difference <= TOLERANCE:
        raise ParityError(f"{path}: ONNX and torch differ by {difference:.1e}, more than {TOLERANCE:.0e}")
    model = store(model)
    onnx.checker.check_model(model, full_check=True)
    document = model.SerializeToString()
    rounding = relative_error(document, component, worst=False)
    if not rounding <= ROUNDING_TOLERANCE:
        raise ParityError(f"{path}: smaller weights change {rounding:.1e} of the output, more than {ROUNDING_TOLERANCE}")
    write_bytes(path, document)
    return {
        "bytes": len(document),
        "weights": store.__name__.removeprefix("store_as_"),
        "parameters": sum(weight.numel() for weight in component.net.parameters()),
        "onnx_difference": float(f"{difference:.3g}"),
        "rounding_rms": float(f"{rounding:.3g}"),
    }
