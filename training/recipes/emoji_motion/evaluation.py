"""`python -m training emoji-motion evaluate`."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import Tensor

from ...checkpoint import load_ema
from ...data.cifar10 import to_float
from ...data import emoji, motion
from ...export.layout import update_metrics
from ...images import save_grid
from ...precision import autocast
from ..emoji.model import STEPS, load_autoencoder, load_tokenizer, sample
from .model import FLOW, LENGTHS, STYLES, build, moving_rows
from .training import PREVIEWS

SEED = 2024
# What the card shows: every motion.
SHOWN = (*PREVIEWS, "balloon moving down, 3d", "strawberry zooming out, flat")


def centres(clips: Tensor) -> Tensor:
    """Centre of mass (x, y) in [-1, 1] of what is not white: [B,F,2] of clips [B,F,3,H,W]."""
    ink = (1 - clips.clamp(-1, 1)).mean(dim=2).clamp(min=0.02) - 0.02
    axis = torch.linspace(-1, 1, clips.shape[-1], device=clips.device)
    total = ink.sum(dim=(2, 3)) + 1e-6
    return torch.stack([(ink.sum(dim=2) * axis).sum(-1) / total, (ink.sum(dim=3) * axis).sum(-1) / total], dim=-1)


def ink(clips: Tensor) -> Tensor:
    """How much of each frame is covered: [B,F]."""
    return (1 - clips.clamp(-1, 1)).mean(dim=(2, 3, 4))


@torch.no_grad()
def evaluate(work: Path, checkpoint: Path, out: Path, device: str, count: int, guidance: float, batch: int) -> None:
    """Does each motion move as asked? Correlation of centre or size with the true path; writes metrics and a grid."""
    net = build("cpu")
    progress = load_ema(net, checkpoint)
    net = net.to(device)
    data, words = emoji.load(), load_tokenizer(work)
    autoencoder = load_autoencoder(work, device)
    frames = LENGTHS[0]

    def clips(prompts: list[str], seed: int) -> Tensor:
        shape = (len(prompts), FLOW.channels, frames, FLOW.size, FLOW.size)
        noise = torch.randn(shape, generator=torch.Generator().manual_seed(seed)).to(device)
        with autocast(device):
            latents = sample(net, words, prompts, noise, guidance)
            return autoencoder.decode(latents.transpose(1, 2).flatten(0, 1)).float().unflatten(0, (-1, frames))

    out.mkdir(parents=True, exist_ok=True)
    save_grid(clips(list(SHOWN), 1).flatten(0, 1), columns=frames, path=out / "samples.png", scale=1)
    generator = torch.Generator().manual_seed(SEED)
    rows = moving_rows(data, "train")
    weights = emoji.balanced_weights(data.entries, rows)
    each = max(2, count // len(motion.MOTIONS))
    figures = {}
    for index, kind in enumerate(motion.MOTIONS):
        picks = torch.multinomial(weights, each, replacement=True, generator=generator).tolist()
        styles = [STYLES[i % len(STYLES)] for i in range(each)]
        prompts = [f"{data.entries[rows[p]].caption} {kind}, {style}" for p, style in zip(picks, styles, strict=True)]
        made = torch.cat([clips(prompts[i : i + batch], SEED + index) for i in range(0, each, batch)])
        pixels = to_float(data.images[[emoji.STYLES.index(style) for style in styles], [rows[p] for p in picks]])
        true = motion.render(pixels, motion.path(kind, frames, 0.5).expand(each, -1, -1))
        figures[kind] = agreement(kind, made.cpu(), true)
        print(kind, figures[kind], flush=True)
    document = {
        "step": progress.step,
        "clips": each * len(motion.MOTIONS),
        "frames": frames,
        "steps": STEPS,
        "guidance_scale": guidance,
        "agreement": figures,
    }
    update_metrics(out / "metrics.json", "evaluation", document)
    print(json.dumps(document, indent=2))


def agreement(kind: str, made: Tensor, true: Tensor) -> float:
    """Share of clips that move as asked: their track correlates with the true one by more than 0.7.

    The track is the centre along the axis of the motion, the covered area for zooms, and for spinning (centre and area rest)
    the mean change between frames, which has to reach half of the true one.
    """
    if kind == "spinning":
        change = [(c[:, 1:] - c[:, :-1]).abs().mean(dim=(1, 2, 3, 4)) for c in (made, true)]
        return round((change[0] > 0.5 * change[1]).float().mean().item(), 3)
    if kind.startswith("zooming"):
        tracks = ink(made), ink(true)
    else:
        axis = 0 if kind in ("moving left", "moving right", "shaking") else 1
        tracks = centres(made)[..., axis], centres(true)[..., axis]
    parts = [track - track.mean(dim=1, keepdim=True) for track in tracks]
    if kind in ("bouncing", "shaking"):
        # Their phase is free: compare how far the centre travels.
        travel = [part.diff(dim=1).abs().sum(dim=1) for part in parts]
        return round((travel[0] > 0.5 * travel[1]).float().mean().item(), 3)
    product = (parts[0] * parts[1]).sum(1) / (parts[0].norm(dim=1) * parts[1].norm(dim=1) + 1e-9)
    return round((product > 0.7).float().mean().item(), 3)
