"""`python -m training emoji-motion cases`."""

from __future__ import annotations

from pathlib import Path

import torch

from ...data import emoji, motion
from ...data.cases import SEED, Case, write_cases
from .model import STYLES, moving_rows


def cases(out: Path, count: int, split: str) -> None:
    """`count` prompts, motions in turn, of a split's emoji; the caption leaves the motion out."""
    data = emoji.load()
    rows = moving_rows(data, split)
    generator = torch.Generator().manual_seed(SEED)
    picks = torch.multinomial(emoji.balanced_weights(data.entries, rows), count, replacement=True, generator=generator)
    made = []
    for number, pick in enumerate(picks.tolist()):
        row, style = rows[pick], STYLES[number % len(STYLES)]
        words = f"{data.entries[row].caption} {motion.MOTIONS[number % len(motion.MOTIONS)]}, {style}"
        made.append(Case(words, caption=emoji.named(data, emoji.STYLES.index(style), row)))
    write_cases(out, made)
