"""`python -m training emoji cases`."""

from __future__ import annotations

from pathlib import Path

import torch

from ...data import emoji
from ...data.cases import SEED, Case, write_cases


def cases(out: Path, count: int, split: str) -> None:
    """Prompts of `count` pictures of a split, groups balanced as in training, each with its picture."""
    data = emoji.load()
    pairs = emoji.draw(data, split, count, torch.Generator().manual_seed(SEED))
    write_cases(out, [Case(emoji.named(data, style, row), target=data.images[style, row]) for style, row in pairs])
