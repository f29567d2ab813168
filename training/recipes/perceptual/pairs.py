"""Pairs of pictures with their LPIPS: real pictures and damaged ones, and full runs against runs of few steps."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ...data import cifar10, emoji
from ...data.cifar10 import to_float
from ...data.samples import cifar10_runs, emoji_runs, enlarge
from ...metrics.lpips import Lpips
from .distortions import DISTORTIONS

MODELS = Path(__file__).resolve().parents[3] / "models"
# Full runs cost most of the time: training goes without, held-out pairs have them.
STEPS = {"train": [20, 10, 6], "test": [50, 20, 10, 6]}
KINDS = (*DISTORTIONS, "few steps, cifar10", "few steps, emoji")


@dataclass(frozen=True)
class Counts:
    """How many pairs a split holds: damaged real pictures, noises of each model (every two of its runs are a pair)."""

    damaged: int
    cifar10: int
    emoji: int


# All pairs of one noise err alike, and most emoji hardly differ: with few held-out noises one of them makes or breaks a correlation.
COUNTS = {"train": Counts(20_000, 100, 60), "test": Counts(1600, 24, 72)}


@dataclass(frozen=True)
class Pairs:
    """uint8 [N,3,64,64] twice, the index of the kind [N], and LPIPS of every layer and position [N,P]."""

    images: Tensor
    references: Tensor
    kinds: Tensor
    layers: list[Tensor]

    def distances(self) -> Tensor:
        return sum(layer.mean(dim=(1, 2, 3)) for layer in self.layers)


def real_pictures(split: str, work: Path, count: int, random: np.random.Generator) -> np.ndarray:
    """uint8 [count,3,64,64], half CIFAR-10, enlarged, half emoji of all styles."""
    photos, _ = cifar10.load(split, work)
    first = enlarge(photos[random.integers(len(photos), size=count // 2)].numpy())
    data = emoji.load()
    rows, styles = data.rows(split), random.integers(len(emoji.STYLES), size=count - count // 2)
    chosen = [rows[i] for i in random.integers(len(rows), size=count - count // 2)]
    return np.concatenate([first, data.images[torch.as_tensor(styles), torch.as_tensor(chosen)].numpy()])


def damaged(split: str, work: Path, count: int, random: np.random.Generator) -> tuple[np.ndarray, ...]:
    pictures = [Image.fromarray(p.transpose(1, 2, 0)) for p in real_pictures(split, work, count, random)]
    kinds = random.integers(len(DISTORTIONS), size=count)
    functions = list(DISTORTIONS.values())
    # The other picture is one of the same data set: the two halves stay apart.
    others = np.concatenate([random.permutation(count // 2), count // 2 + random.permutation(count - count // 2)])
    images = [functions[kind](random, pictures[i], pictures[others[i]]) for i, kind in enumerate(kinds)]
    first, second = (np.stack([np.asarray(p).transpose(2, 0, 1) for p in part]) for part in (images, pictures))
    return first, second, kinds


def varied(part: tuple[np.ndarray, ...], how: int, random: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Turned or mirrored in one of eight ways; from the ninth on the pictures differ by a random multiple of what they did."""
    images, references, kinds = part
    if how >= 8:
        multiple = np.exp(random.uniform(np.log(0.2), np.log(2), (len(kinds), 1, 1, 1)))
        difference = images.astype(np.float32) - references
        images = np.rint((references + multiple * difference).clip(0, 255)).astype(np.uint8)
    images, references = (np.rot90(p[..., ::-1] if how & 4 else p, how & 3, (2, 3)) for p in (images, references))
    return images, references, kinds


def few_steps(split: str, counts: Counts) -> tuple[np.ndarray, ...]:
    """Every two of the runs from one noise; the run of more steps is the reference."""
    seed = 100 if split == "train" else 900_000
    data = emoji.load()
    rows, random = data.rows(split), np.random.default_rng(seed)
    prompts = [f"{data.entries[rows[i]].caption}, {random.choice(emoji.STYLES)}" for i in random.integers(len(rows), size=counts.emoji)]
    runs = {
        "few steps, cifar10": cifar10_runs(MODELS / "cifar10", counts.cifar10, seed, STEPS[split]),
        "few steps, emoji": emoji_runs(MODELS / "emoji", prompts, seed, STEPS[split]),
    }
    parts = [
        (pictures[fewer], pictures[more], np.full(len(pictures[more]), KINDS.index(kind)))
        for kind, pictures in runs.items()
        for more, fewer in itertools.combinations(range(len(STEPS[split])), 2)
    ]
    if split == "train":
        parts = [varied(part, how, random) for part in parts for how in range(16)]
    return tuple(np.concatenate(part) for part in zip(*parts, strict=True))


def make(split: str, work: Path) -> Pairs:
    counts, random = COUNTS[split], np.random.default_rng(1 if split == "train" else 2)
    groups = [damaged(split, work, counts.damaged, random), few_steps(split, counts)]
    images, references, kinds = (torch.from_numpy(np.concatenate(part)) for part in zip(*groups, strict=True))
    teacher = Lpips.load("alex")
    batches = [teacher.maps(to_float(a), to_float(b)) for a, b in zip(images.split(256), references.split(256), strict=True)]
    layers = [torch.cat(layer) for layer in zip(*batches, strict=True)]
    return Pairs(images, references, kinds, layers)


def load(split: str, work: Path) -> Pairs:
    """The pairs of a split, made once and kept in `work`."""
    path = work / "perceptual" / f"pairs-{split}.pt"
    if not path.exists():
        pairs = make(split, work)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        torch.save(vars(pairs), partial)
        partial.replace(path)
    return Pairs(**torch.load(path, weights_only=True))
