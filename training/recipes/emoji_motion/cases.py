"""`python -m training emoji-motion cases`."""

from __future__ import annotations

from pathlib import Path

import torch

from ...data import emoji, motion
from ...data.cases import Case, write_cases
from ..emoji.cases import SEED, named
from .model import STYLES, moving_rows


def cases(out: Path, count: int) -> None:
    """`count` prompts, motions in turn, of training emoji; the caption leaves the motion out."""
    data = emoji.load()
    rows = moving_rows(data, "train")
    generator = torch.Generator().manual_seed(SEED)
    picks = torch.multinomial(emoji.balanced_weights(data.entries, rows), count, replacement=True, generator=generator)
    made = []
    for number, pick in enumerate(picks.tolist()):
        row, style = rows[pick], STYLES[number % len(STYLES)]
        words = f"{data.entries[row].caption} {motion.MOTIONS[number % len(motion.MOTIONS)]}, {style}"
        made.append(Case(words, caption=named(data, emoji.STYLES.index(style), row)))
    write_cases(out, made)
