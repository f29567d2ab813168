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
from .distortions import DISTORTIONS
from .evaluation import correlations
from .model import build, distillation_loss

FOLDER = "perceptual"
LEARNING_RATE = 1e-3
# Of every batch, so many pairs are of few steps: what the estimate is used on most.
FEW_STEPS_SHARE = 0.4
# Pairs that say which channels of the teacher to begin with.
SAMPLE = 512


def drawn(pairs: data.Pairs, batch: int, generator: torch.Generator) -> Tensor:
    """Rows of a batch, so many of them of few steps."""
    few = pairs.kinds >= len(DISTORTIONS)
    parts = ((few, round(FEW_STEPS_SHARE * batch)), (~few, batch - round(FEW_STEPS_SHARE * batch)))
    rows = [(kind.nonzero().flatten(), count) for kind, count in parts]
    return torch.cat([which[torch.randint(len(which), (count,), generator=generator)] for which, count in rows])


def train(work: Path, device: str, batch: int, settings: Settings) -> None:
    """Train, or go on from the last checkpoint; previews print the correlation with LPIPS on held-out pairs."""
    pairs = data.load("train", work)
    held_out = data.load("test", work)
    sample = drawn(pairs, SAMPLE, torch.Generator().manual_seed(0))
    net = build(device, Lpips.load("alex"), (to_float(pairs.images[sample]), to_float(pairs.references[sample])))

    # The maps of layers are no forward pass of the module, so that a compiled wrapper is left aside.
    def loss(_model: nn.Module, generator: torch.Generator) -> Tensor:
        rows = drawn(pairs, batch, generator)
        image, reference = (to_float(part[rows]).to(device) for part in (pairs.images, pairs.references))
        # Small distances do not survive sixteen bits.
        with torch.autocast(torch.device(device).type, enabled=False):
            return distillation_loss(net, image, reference, [layer[rows].to(device) for layer in pairs.layers])

    def preview(model: nn.Module, path: Path) -> None:
        print({kind: figures["pearson"] for kind, figures in correlations(model, held_out).items()}, flush=True)

    chosen = replace(settings, learning_rate=LEARNING_RATE, decay_after=100_000, clip=1.0, compile=False)
    run(net, loss, preview, chosen, work / FOLDER)
