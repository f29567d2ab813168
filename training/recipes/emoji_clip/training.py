"""`python -m training emoji-clip train`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from ...data import emoji, tokenizer
from ...data.cifar10 import to_float
from ...data.prompts import prompt
from ...trainer import Settings
from ...trainer import train as run
from ..emoji.model import load_tokenizer
from ..emoji_vae.model import shift
from .evaluation import recall
from .model import build, contrastive_loss

FOLDER = "emoji-clip"
LEARNING_RATE = 1e-3


def disturb(images: Tensor, generator: torch.Generator) -> Tensor:
    """Shift, mirror, and blur or noise of random strength: generated pictures are not pixel-clean."""
    moved = shift(to_float(images), generator)
    strength = 0.15 * torch.rand(len(images), 1, 1, 1, generator=generator)
    noisy = moved + strength.to(images.device) * torch.randn(images.shape, generator=generator).to(images.device)
    small = torch.nn.functional.interpolate(moved, scale_factor=0.5, mode="bilinear", antialias=True)
    blurred = torch.nn.functional.interpolate(small, scale_factor=2.0, mode="bilinear")
    kind = torch.rand(len(images), 1, 1, 1, generator=generator).to(images.device)
    return torch.where(kind < 0.4, moved, torch.where(kind < 0.7, noisy, blurred))


def train(work: Path, device: str, batch: int, settings: Settings) -> None:
    """Train, or go on from the last checkpoint; previews print the recall on held-out labels."""
    data = emoji.load()
    rows = data.rows("train")
    weights = emoji.balanced_weights(data.entries, rows)
    words = load_tokenizer(work)
    net = build(device)

    def loss(model: nn.Module, generator: torch.Generator) -> Tensor:
        drawn = [rows[i] for i in torch.multinomial(weights, batch, replacement=True, generator=generator).tolist()]
        styles = torch.randint(len(emoji.STYLES), (batch,), generator=generator).tolist()
        prompts = [prompt(data.entries[r], emoji.STYLES[s], generator) for r, s in zip(drawn, styles, strict=True)]
        ids, mask = (part.to(device) for part in tokenizer.encode(words, prompts))
        keys = torch.tensor([len(emoji.STYLES) * r + s for r, s in zip(drawn, styles, strict=True)])
        outputs = model(ids, mask, disturb(data.images[styles, drawn].to(device), generator))
        return contrastive_loss(*outputs, (keys[:, None] == keys[None]).to(device))

    def preview(model: nn.Module, path: Path) -> None:
        print({split: recall(model, words, data, split) for split in ("test", "train")}, flush=True)

    chosen = replace(settings, learning_rate=LEARNING_RATE, muon=True, decay_after=100_000, clip=1.0)
    run(net, loss, preview, chosen, work / FOLDER)
