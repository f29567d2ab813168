"""`python -m training emoji-motion train`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from ...data import emoji, motion, tokenizer
from ...data.cifar10 import to_float
from ...data.prompts import choose, styled
from ...images import save_grid
from ...precision import autocast
from ...trainer import Settings
from ...trainer import train as run
from ..emoji.model import PROMPT_DROPOUT, flow_loss, load_autoencoder, load_tokenizer, sample
from ..emoji_edit.model import start_from
from .model import FLOW, GUIDANCE, LENGTHS, NOISE_MEAN, STYLES, build, moving_rows

FOLDER = "emoji-motion"
LEARNING_RATE = 1e-3
PAIRS = 0.12
# Share of clips of the shorter length.
SHORT_SHARE = 0.75
PREVIEWS = (
    "a red apple bouncing, 3d", "fox moving left, 3d", "rocket moving up, flat", "pizza spinning, flat",
    "a grinning face zooming in, 3d", "dog face shaking, flat", "basketball moving right, 3d", "snail and tulip crossing, flat",
)


class Clips:
    """Draws captioned clips of the emoji of `rows`."""

    def __init__(self, data: emoji.Emoji, rows: list[int]) -> None:
        self.data, self.rows = data, rows
        self.weights = emoji.balanced_weights(data.entries, rows)

    def picture(self, generator: torch.Generator) -> tuple[int, int, str]:
        row = self.rows[int(torch.multinomial(self.weights, 1, generator=generator))]
        caption = self.data.entries[row].caption
        name = f"a {caption}" if float(torch.rand(1, generator=generator)) < 0.3 else caption
        return emoji.STYLES.index(str(choose(list(STYLES), generator))), row, name

    def draw(self, batch: int, frames: int, generator: torch.Generator) -> tuple[Tensor, list[str]]:
        """Clips [B,F,3,H,W] in [-1, 1] and their captions; both objects of a crossing have one style."""
        one, two, paths, others, prompts = [], [], [], [], []
        for _ in range(batch):
            style, row, name = self.picture(generator)
            phase = float(torch.rand(1, generator=generator))
            kind = str(choose(list(motion.MOTIONS), generator))
            route, other, second = motion.path(kind, frames, phase), None, row
            words = f"{name} {kind}"
            if float(torch.rand(1, generator=generator)) < PAIRS:
                _, second, partner = self.picture(generator)
                route, other = motion.crossing(frames, 1.0 if phase < 0.5 else -1.0)
                words = f"{name} and {partner} crossing"
            one.append(self.data.images[style, row])
            two.append(self.data.images[style, second])
            paths.append(route)
            others.append(route if other is None else other)
            prompts.append(styled(words, emoji.STYLES[style], generator))
        # A single object is laid over itself, which changes nothing.
        layers = (motion.render(to_float(torch.stack(p)), torch.stack(r)) for p, r in ((one, paths), (two, others)))
        return motion.overlay(*layers), prompts


def train(work: Path, device: str, batch: int, settings: Settings) -> None:
    """Train on from the text-to-image network; `batch` counts frames. Previews show one clip a row."""
    data = emoji.load()
    clips = Clips(data, moving_rows(data, "train"))
    autoencoder = load_autoencoder(work, device)
    words = load_tokenizer(work)
    net = build(device)
    start_from(net, work / "emoji" / "checkpoint.pt")

    def loss(model: nn.Module, generator: torch.Generator) -> Tensor:
        frames = LENGTHS[0] if float(torch.rand(1, generator=generator)) < SHORT_SHARE else LENGTHS[1]
        pixels, prompts = clips.draw(batch // frames, frames, generator)
        with torch.no_grad():
            latents = autoencoder.encode(pixels.to(device).flatten(0, 1)).float()
        kept = (torch.rand(len(prompts), generator=generator) >= PROMPT_DROPOUT).tolist()
        spoken = [text if keep else "" for text, keep in zip(prompts, kept, strict=True)]
        ids, mask = (part.to(device) for part in tokenizer.encode(words, spoken))
        x0 = latents.unflatten(0, (-1, frames)).transpose(1, 2)
        return flow_loss(model, x0, generator, ids, mask, noise_mean=NOISE_MEAN)

    def preview(model: nn.Module, path: Path) -> None:
        shape = (len(PREVIEWS), FLOW.channels, LENGTHS[0], FLOW.size, FLOW.size)
        noise = torch.randn(shape, generator=torch.Generator().manual_seed(1)).to(device)
        with autocast(device), torch.no_grad():
            latents = sample(model, words, list(PREVIEWS), noise, GUIDANCE)
            frames = autoencoder.decode(latents.transpose(1, 2).flatten(0, 1)).float()
        save_grid(frames, columns=LENGTHS[0], path=path, scale=1)

    chosen = replace(settings, learning_rate=LEARNING_RATE, muon=True, decay_after=100_000)
    run(net, loss, preview, chosen, work / FOLDER)
