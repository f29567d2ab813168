"""`python -m training emoji-edit cases`."""

from __future__ import annotations

from pathlib import Path

import torch

from ...data import emoji
from ...data.cases import SEED, Case, write_cases
from ...data.edits import Edits


def cases(out: Path, count: int, split: str) -> None:
    """`count` edits of a split's emoji: source, instruction, true picture and its caption."""
    data = emoji.load()
    rows = data.rows(split)
    generator = torch.Generator().manual_seed(SEED)
    edits = Edits(data.entries, rows)
    drawn = [edits.draw(rows[i % len(rows)], generator) for i in torch.randperm(count, generator=generator).tolist()]
    pictures = data.images
    made = [
        Case(edit.instruction, pictures[edit.source], pictures[edit.target], emoji.named(data, *edit.target))
        for edit in drawn
    ]
    write_cases(out, made)
