"""`python -m training perceptual export` and `measure`."""

from __future__ import annotations

import json
from pathlib import Path

import onnxruntime
import torch

from ... import __version__
from ...checkpoint import load_ema
from ...data.cifar10 import to_float
from ...data.samples import SIDE
from ...export.component import Component, export_component
from ...export.layout import load_metrics, update_metrics, write_json
from ...export.storage import store_as_int8
from ...metrics.lpips import Lpips
from . import pairs as data
from .evaluation import agreement, correlations
from .model import WIDTHS, Exported, Perceptual


class FromFile:
    """The exported network, called like the module."""

    def __init__(self, path: Path) -> None:
        self.session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

    def __call__(self, image: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
        feeds = {"image": image.numpy(), "reference": reference.numpy()}
        return torch.from_numpy(self.session.run(None, feeds)[0])


def export(work: Path, checkpoint: Path, out: Path) -> None:
    """Write the averaged weights of `checkpoint`, and what the written file reaches on held-out pairs."""
    net = Perceptual()
    progress = load_ema(net, checkpoint)
    pairs = data.load("test", work)
    pictures = (to_float(pairs.images[:5]), to_float(pairs.references[:5]))
    larger = tuple(torch.nn.functional.interpolate(part, (96, 112), mode="bilinear") for part in pictures)
    axes = {0: "batch", 2: "height", 3: "width"}
    component = Component(Exported(net), ("image", "reference"), "perceptual", [axes, axes], [pictures, larger])
    path = out / "model.onnx"
    report = export_component(component, path, store_as_int8)
    config = {"_class_name": "PerceptualDistance", "_fastflow_version": __version__, "widths": WIDTHS, "least_side": SIDE}
    write_json(out / "config.json", config)
    run = {"step": progress.step, "minutes": round(progress.seconds / 60, 1), "widths": WIDTHS}
    update_metrics(out / "metrics.json", "export", {**run, **report})
    measure(work, out)


def measure(work: Path, out: Path) -> None:
    """Write what the file in `out` reaches on held-out pairs."""
    pairs, model = data.load("test", work), FromFile(out / "model.onnx")
    figures = {**correlations(model, pairs), "enlarged twice": enlarged(model, pairs)}
    step = load_metrics(out)["export"]["step"]
    update_metrics(out / "metrics.json", "evaluation", {"step": step, "agreement": figures})
    print(json.dumps(figures, indent=2))


def enlarged(model: FromFile, pairs: data.Pairs, count: int = 400) -> dict[str, float]:
    """Agreement on pictures of 128 x 128, a size that training did not see."""
    rows = torch.linspace(0, len(pairs.kinds) - 1, count).long()
    images, references = (
        torch.nn.functional.interpolate(to_float(part[rows]), scale_factor=2.0, mode="bilinear")
        for part in (pairs.images, pairs.references)
    )
    teacher = Lpips.load("alex")
    parts = list(zip(images.split(50), references.split(50), strict=True))
    guess, truth = (torch.cat([measure(a, b) for a, b in parts]) for measure in (model, teacher))
    return agreement(guess, truth)
