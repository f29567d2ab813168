"""Compares an exported part with torch on the same random feeds."""

from . import environment  # noqa: F401

# isort: split

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch

from .errors import ExportError
from .network import CHECKED, Feeds, Network
from .trace import prepared

TOLERANCE = {"fp32": 1e-4, "fp16": 5e-2}
TYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(int64)": np.int64,
    "tensor(bool)": np.bool_,
}


@dataclass(frozen=True)
class Comparison:
    """How far a part is from torch."""

    part: str
    difference: float
    """Largest difference of a result over the largest value of that result; infinity where one of them is not finite."""
    tolerance: float
    note: str = ""
    """Why the file does not run, where it does not."""

    @property
    def passed(self) -> bool:
        return self.difference <= self.tolerance

    def line(self) -> str:
        verdict = "OK" if self.passed else "FAIL"
        return f"{self.part:<16} {self.difference:.1e} {verdict}{self.note and f' ({self.note})'}"


def open_part(folder: Path, part: str) -> onnxruntime.InferenceSession:
    path = folder / part / "model.onnx"
    if not path.is_file():
        raise ExportError(f"there is no {path}", part=part, fix="Export the part first, without --check-only")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ExportError(f"{path} does not load: {error}", part=part, fix="Export the part again") from error


def is_half(folder: Path, part: str) -> bool:
    """Whether most weights of the file are float16; some networks keep a few in float32, and their results too."""
    model = onnx.load(str(folder / part / "model.onnx"), load_external_data=False)
    count = {onnx.TensorProto.FLOAT: 0, onnx.TensorProto.FLOAT16: 0}
    for one in model.graph.initializer:
        if one.data_type in count:
            count[one.data_type] += int(np.prod(one.dims))
    return count[onnx.TensorProto.FLOAT16] > count[onnx.TensorProto.FLOAT]


def run(session: onnxruntime.InferenceSession, feeds: Feeds) -> dict[str, torch.Tensor]:
    """Results by name, float32; feeds are cast to what the file declares, those it does not know are left out."""
    arrays = {one.name: feeds[one.name].detach().numpy().astype(TYPES[one.type]) for one in session.get_inputs()}
    names = [one.name for one in session.get_outputs()]
    return {
        name: torch.from_numpy(value.astype(np.float32)) for name, value in zip(names, session.run(names, arrays), strict=True)
    }


def compare(module: Any, network: Network, folder: Path, part: str) -> Comparison:
    """Runs torch in float32 (on the rounded weights of a float16 export) and ONNX Runtime at two sizes."""
    session = open_part(folder, part)
    names = [one.name for one in session.get_outputs()]
    if names != list(network.outputs):
        raise ExportError(
            f"the file gives {', '.join(names)}, the pipeline {', '.join(network.outputs)}",
            part=part,
            fix="Export the part again",
        )
    half = is_half(folder, part)
    module.float()
    tolerance = TOLERANCE["fp16" if half else "fp32"]
    worst = 0.0
    for sizes in CHECKED:
        rounded = prepared(network.feeds(sizes), half)
        feeds = {name: value.float() if value.is_floating_point() else value for name, value in rounded.items()}
        with torch.no_grad():
            expected = network.reference(**feeds)
        try:
            found = run(session, feeds)
        except Exception as error:
            # A size that tracing fixed, for one.
            return Comparison(part, float("inf"), tolerance, " ".join(str(error).split()))
        worst = max([worst, *(relative(found[name], value) for name, value in zip(names, expected, strict=True))])
    return Comparison(part, worst, tolerance)


def relative(found: torch.Tensor, expected: torch.Tensor) -> float:
    if found.shape != expected.shape or not (found.isfinite().all() and expected.isfinite().all()):
        return float("inf")
    scale = expected.abs().max().item()
    return (found - expected).abs().max().item() / (scale or 1.0)
