"""`python -m training cifar10 evaluate`."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import Tensor

from ...checkpoint import load_ema
from ...data import cifar10
from ...export.bake import BakedUNet, bake
from ...export.layout import load_metrics, update_metrics
from ...flow import logit_normal
from ...metrics.frechet import Gaussian, fit, frechet_distance
from ...metrics.squeezenet import NAME, SqueezeNetFeatures, default_weights
from ...precision import autocast, compute_dtype
from .features import SEED, sample_features
from .model import STEPS, build, velocity_error
from .restore import exported
from .training import class_grid


@torch.no_grad()
def validation_loss(model: BakedUNet, images: Tensor, labels: Tensor, batch: int = 250) -> dict[str, float]:
    """Loss on held-out images with their labels, under noise and noise levels drawn once from a fixed seed."""
    generator = torch.Generator().manual_seed(SEED)
    loss, mse = 0.0, 0.0
    for part, classes in zip(images.split(batch), labels.split(batch), strict=True):
        x0 = cifar10.to_float(part)
        noise = torch.randn(x0.shape, generator=generator).to(x0.device)
        sigma = logit_normal(len(part), generator).to(x0.device)
        with autocast(x0.device):
            error = velocity_error(model, x0, noise, sigma, classes)
        loss += (error / model.coefficients(sigma)[2]).square().mean().item() * len(part)
        mse += error.square().mean().item() * len(part)
    return {"loss": round(loss / len(images), 5), "velocity_mse": round(mse / len(images), 5)}


def training_loss(log: Path, step: int) -> float | None:
    """Last logged training loss at or before `step`."""
    if not log.is_file():
        return None
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    losses = [line["loss"] for line in lines if line["step"] <= step]
    return losses[-1] if losses else None


def load_model(checkpoint: Path, out: Path) -> tuple[BakedUNet, int, float | None]:
    """(network, training step, training loss) of `checkpoint`, or of what `out` holds where there is no checkpoint."""
    net = build("cpu")
    if checkpoint.is_file() or not (out / "unet" / "model.onnx").is_file():
        step = load_ema(net, checkpoint).step
        return bake(net), step, training_loss(checkpoint.parent / "log.jsonl", step)
    metrics = load_metrics(out)
    step = metrics["export"]["step"]
    known = metrics.get("evaluation", {})
    return exported(out), step, known.get("training_loss") if known.get("step") == step else None


def evaluate(
    work: Path, checkpoint: Path, out: Path, device: str, count: int, guidance: float, batch: int, compiled: bool = True
) -> None:
    """Measure the averaged weights of `checkpoint`, or without one the exported ones of `out`.

    Writes `metrics.json` and `samples.png` into `out`. Started again after an interruption it goes on with the samples.
    """
    if count < 2:
        raise ValueError(f"--samples must be at least 2, not {count}")
    model, step, trained = load_model(checkpoint, out)
    model = model.to(device=device, memory_format=torch.channels_last)
    test, test_labels = cifar10.load("test", work)
    train, _ = cifar10.load("train", work)
    validation = validation_loss(model, test.to(device), test_labels.to(device))
    print(validation, flush=True)
    out.mkdir(parents=True, exist_ok=True)
    class_grid(model, out / "samples.png", guidance)
    extract = SqueezeNetFeatures(default_weights(), device)
    reference = fit(extract(cifar10.to_float(test)))
    order = torch.randperm(len(train), generator=torch.Generator().manual_seed(SEED))

    def distance(features: Gaussian) -> float:
        # Features have no natural unit: 100 is as far as a point at the mean of the test images is from them.
        return round(100 * frechet_distance(features, reference) / float(reference.covariance.trace()), 3)

    floor = distance(fit(extract(cifar10.to_float(train[order[:count]]))))
    samples = fit(sample_features(model, extract, count, guidance, batch, work, compiled))
    document = {
        "step": step,
        "validation": validation,
        "training_loss": trained,
        "frechet": {
            "distance": distance(samples),
            "samples": count,
            "steps": STEPS,
            "guidance_scale": guidance,
            "floor": floor,
            "unit": "percent of the total feature variance of the test images",
            "features": NAME,
            "arithmetic": str(compute_dtype(torch.device(device).type)).removeprefix("torch."),
        },
    }
    update_metrics(out / "metrics.json", "evaluation", document)
    print(json.dumps(document, indent=2))
