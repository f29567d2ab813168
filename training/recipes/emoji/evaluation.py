"""`python -m training emoji evaluate`."""

from __future__ import annotations

import json
import time
from pathlib import Path

import torch
from torch import Tensor

from ...checkpoint import load_ema
from ...data import emoji
from ...data.cifar10 import to_float
from ...export.layout import update_metrics
from ...images import save_grid
from ...metrics.frechet import fit, frechet_distance
from ...metrics.squeezenet import NAME, SqueezeNetFeatures, default_weights
from ...precision import autocast
from .. import emoji_vae
from .model import STEPS, TextFlow, build, load_autoencoder, load_tokenizer, sample

SEED = 2024
# Plain prompts for the card's grid, one column each and one style a row; written down before the first sample was seen.
GRID = ("a fox", "a red apple", "rocket", "pizza", "grinning face", "house", "tulip", "octopus", "birthday cake", "key")


class Sampler:
    """Pictures for prompts, from one loaded network."""

    def __init__(self, net: TextFlow, work: Path, device: str, guidance: float) -> None:
        self.net, self.device, self.guidance = net.to(device), device, guidance
        self.words = load_tokenizer(work)
        self.autoencoder = load_autoencoder(work, device)

    @torch.no_grad()
    def __call__(self, prompts: list[str], seed: int) -> Tensor:
        """Float pixels [N,3,64,64], clipped and in the eight bits that a viewer sees."""
        config = self.net.transformer.config
        generator = torch.Generator().manual_seed(seed)
        noise = torch.randn(len(prompts), config.channels, config.size, config.size, generator=generator)
        with autocast(self.device):
            latents = sample(self.net, self.words, prompts, noise.to(self.device), self.guidance)
            pixels = self.autoencoder.decode(latents).float()
        return (pixels.clamp(-1, 1) * 127.5).round() / 127.5


def frechet(sampler: Sampler, split: str, count: int, batch: int) -> dict:
    """Distance of generated pictures to a split's pictures of the same prompts, beside what a second draw of those has."""
    data = emoji.load()
    chosen = emoji.draw(data, split, 2 * count, torch.Generator().manual_seed(SEED))
    extract = SqueezeNetFeatures(default_weights(), sampler.device)

    def features(pairs: list[tuple[int, int]]) -> object:
        pixels = to_float(data.images[[s for s, _ in pairs], [r for _, r in pairs]])
        return fit(extract(pixels))

    reference = features(chosen[:count])
    unit = 100 / float(reference.covariance.trace())
    parts, began = [], time.monotonic()
    for start in range(0, count, batch):
        pairs = chosen[start : min(start + batch, count)]
        prompts = [emoji.named(data, style, row) for style, row in pairs]
        parts.append(torch.from_numpy(extract(sampler(prompts, SEED + start))))
        print(f"{split}: {start + len(pairs)}/{count} samples, {time.monotonic() - began:.0f} s", flush=True)
    return {
        "distance": round(unit * frechet_distance(fit(torch.cat(parts).numpy()), reference), 3),
        "floor": round(unit * frechet_distance(features(chosen[count:]), reference), 3),
        "samples": count,
        "labels": len({data.entries[row].label for row in data.rows(split)}),
        "steps": STEPS,
        "guidance_scale": sampler.guidance,
        "unit": "percent of the total feature variance of the true pictures",
        "features": NAME,
    }


def autoencoder_figures(work: Path, device: str) -> dict:
    """PSNR on held-out emoji, and what the autoencoder's training cost."""
    values = emoji_vae.model.psnr(load_autoencoder(work, device), emoji_vae.model.test_images(emoji.load()).to(device))
    progress = load_ema(emoji_vae.build("cpu"), work / emoji_vae.FOLDER / "checkpoint.pt")
    figures = {"psnr_mean": round(values.mean().item(), 2), "psnr_worst": round(values.min().item(), 2)}
    return {"step": progress.step, "minutes": round(progress.seconds / 60, 1), **figures}


def evaluate(work: Path, checkpoint: Path, out: Path, device: str, count: int, guidance: float, batch: int) -> None:
    """Measure the averaged weights of `checkpoint`; writes `metrics.json` and `samples.png` into `out`."""
    net = build("cpu")
    progress = load_ema(net, checkpoint)
    sampler = Sampler(net, work, device, guidance)
    out.mkdir(parents=True, exist_ok=True)
    grid = [f"{words}, {style}" for style in emoji.STYLES for words in GRID]
    save_grid(sampler(grid, seed=1), columns=len(GRID), path=out / "samples.png", scale=1)
    distances = {split: frechet(sampler, split, count, batch) for split in emoji.SPLITS}
    figures = {"autoencoder": autoencoder_figures(work, device), "frechet": distances}
    document = {"step": progress.step, **figures}
    update_metrics(out / "metrics.json", "evaluation", document)
    print(json.dumps(document, indent=2))
