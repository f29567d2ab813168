"""`python -m training emoji cases`."""

from __future__ import annotations

from pathlib import Path

import torch

from ...data import emoji
from ...data.cases import Case, write_cases

SEED = 2024


def cases(out: Path, count: int) -> None:
    """Prompts of `count` training pictures, drawn as training draws them, each with its picture."""
    data = emoji.load()
    rows = data.rows("train")
    generator = torch.Generator().manual_seed(SEED)
    picks = torch.multinomial(emoji.balanced_weights(data.entries, rows), count, replacement=True, generator=generator)
    styles = torch.randint(len(emoji.STYLES), (count,), generator=generator).tolist()
    pairs = zip(styles, (rows[pick] for pick in picks.tolist()), strict=True)
    write_cases(out, [Case(named(data, style, row), target=data.images[style, row]) for style, row in pairs])


def named(data: emoji.Emoji, style: int, row: int) -> str:
    """A picture in words."""
    return f"{data.entries[row].caption}, {emoji.STYLES[style]}"
