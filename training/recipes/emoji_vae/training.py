"""`python -m training emoji-vae train`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from ...data import emoji
from ...data.cifar10 import to_float
from ...images import save_grid
from ...trainer import Settings
from ...trainer import train as run
from .model import batch_loss, build, psnr, test_images

FOLDER = "emoji-vae"
LEARNING_RATE = 1e-3


def train(work: Path, device: str, batch: int, settings: Settings) -> None:
    """Train, or go on from the last checkpoint; previews show held-out emoji above their reconstructions."""
    data = emoji.load()
    rows = data.rows("train")
    weights = emoji.balanced_weights(data.entries, rows)
    index = torch.tensor(rows)
    images = data.images.to(device)
    held_out = test_images(data).to(device)
    net = build(device)

    def loss(model: nn.Module, generator: torch.Generator) -> Tensor:
        drawn = index[torch.multinomial(weights, batch, replacement=True, generator=generator)]
        styles = torch.randint(len(emoji.STYLES), (batch,), generator=generator)
        return batch_loss(model, images[styles, drawn], generator)

    def preview(model: nn.Module, path: Path) -> None:
        values = psnr(model, held_out)
        print(f"held-out PSNR: mean {values.mean():.2f} dB, worst {values.min():.2f} dB", flush=True)
        shown = to_float(held_out[:: max(1, len(held_out) // 24)][:24])
        with torch.no_grad():
            decoded = model.decode(model.encode(shown))
        save_grid(torch.cat([shown, decoded]), columns=len(shown), path=path, scale=1)

    run(net, loss, preview, replace(settings, learning_rate=LEARNING_RATE, clip=1.0), work / FOLDER)
