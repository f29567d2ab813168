"""`python -m training cifar10 train`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from ...data import cifar10
from ...images import save_grid
from ...precision import autocast
from ...trainer import Settings
from ...trainer import train as run
from .model import GUIDANCE, STEPS, batch_loss, build, sample

IMAGES_PER_CLASS = 8


def class_grid(model: nn.Module, path: Path, guidance: float = GUIDANCE, steps: int = STEPS) -> None:
    """Write eight samples of each class, one class a row."""
    device = next(model.parameters()).device
    labels = torch.arange(len(cifar10.CLASSES), device=device).repeat_interleave(IMAGES_PER_CLASS)
    with autocast(device):
        images = sample(model, labels, seed=1, steps=steps, guidance=guidance)
    save_grid(images, columns=IMAGES_PER_CLASS, path=path)


def train(work: Path, device: str, batch: int, settings: Settings) -> None:
    """Train, or go on from the last checkpoint, until `settings.steps` or `settings.minutes` in all."""
    images, labels = cifar10.load("train", work)
    images, labels = images.to(device), labels.to(device)
    net = build(device)

    def loss(model: nn.Module, generator: torch.Generator) -> Tensor:
        rows = torch.randint(images.shape[0], (batch,), generator=generator).to(device)
        return batch_loss(model, images[rows], labels[rows], net, generator)

    chosen = replace(settings, muon=True, muon_convolutions=True)
    run(net, loss, class_grid, chosen, work / "cifar10")
