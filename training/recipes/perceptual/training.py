"""`python -m training perceptual train`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from ...data.cifar10 import to_float
from ...metrics.lpips import Lpips
from ...trainer import Settings
from ...trainer import train as run
from . import pairs as data
from .evaluation import correlations
from .model import build, distillation_loss

FOLDER = "perceptual"
LEARNING_RATE = 2e-3


def train(work: Path, device: str, batch: int, settings: Settings) -> None:
    """Train, or go on from the last checkpoint; previews print the correlation with LPIPS on held-out pairs."""
    pairs = data.load("train", work)
    held_out = data.load("test", work)
    net = build(device, Lpips.load("alex"))

    # The maps of layers are no forward pass of the module, so that a compiled wrapper is left aside.
    def loss(_model: nn.Module, generator: torch.Generator) -> Tensor:
        rows = torch.randint(len(pairs.kinds), (batch,), generator=generator)
        image, reference = (to_float(part[rows]).to(device) for part in (pairs.images, pairs.references))
        # Small distances do not survive sixteen bits.
        with torch.autocast(torch.device(device).type, enabled=False):
            return distillation_loss(net, image, reference, [layer[rows].to(device) for layer in pairs.layers])

    def preview(model: nn.Module, path: Path) -> None:
        print(correlations(model, held_out)["all"], flush=True)

    chosen = replace(settings, learning_rate=LEARNING_RATE, decay_after=100_000, clip=1.0, compile=False)
    run(net, loss, preview, chosen, work / FOLDER)
