"""`python -m training emoji train`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from ...data import emoji, tokenizer
from ...data.prompts import prompt
from ...images import save_grid
from ...precision import autocast
from ...trainer import Settings
from ...trainer import train as run
from .model import FLOW, PROMPT_DROPOUT, build, encode_all, flow_loss, load_autoencoder, load_tokenizer, sample

FOLDER = "emoji"
LEARNING_RATE = 2e-3
PREVIEWS = (
    "a red apple", "fox", "rocket", "pizza", "a grinning face", "dog face", "house", "red heart", "a snail", "basketball",
    "airplane", "tulip", "woman firefighter, medium skin tone", "octopus", "key", "birthday cake",
)


def train(work: Path, device: str, batch: int, settings: Settings) -> None:
    """Train, or go on from the last checkpoint; previews show fixed prompts in the three styles, one style a row."""
    data = emoji.load()
    rows = data.rows("train")
    weights = emoji.balanced_weights(data.entries, rows)
    autoencoder = load_autoencoder(work, device)
    latents = encode_all(autoencoder, data.images.to(device))
    words = load_tokenizer(work)
    net = build(device)

    def loss(model: nn.Module, generator: torch.Generator) -> Tensor:
        drawn = [rows[i] for i in torch.multinomial(weights, batch, replacement=True, generator=generator).tolist()]
        styles = torch.randint(len(emoji.STYLES), (batch,), generator=generator).tolist()
        kept = (torch.rand(batch, generator=generator) >= PROMPT_DROPOUT).tolist()
        pairs = zip(drawn, styles, kept, strict=True)
        prompts = [prompt(data.entries[r], emoji.STYLES[s], generator) if keep else "" for r, s, keep in pairs]
        ids, mask = tokenizer.encode(words, prompts)
        return flow_loss(model, latents[styles, drawn].float(), generator, ids.to(device), mask.to(device))

    def preview(model: nn.Module, path: Path) -> None:
        prompts = [f"{words_}, {style}" for style in emoji.STYLES for words_ in PREVIEWS]
        shape = (len(prompts), FLOW.channels, FLOW.size, FLOW.size)
        noise = torch.randn(shape, generator=torch.Generator().manual_seed(1)).to(device)
        with autocast(device), torch.no_grad():
            images = autoencoder.decode(sample(model, words, prompts, noise))
        save_grid(images.float(), columns=len(PREVIEWS), path=path, scale=1)

    chosen = replace(settings, learning_rate=LEARNING_RATE, muon=True, decay_after=100_000)
    run(net, loss, preview, chosen, work / FOLDER)
