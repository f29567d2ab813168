"""`python -m training emoji-edit cases`."""

from __future__ import annotations

from pathlib import Path

import torch

from ...data import emoji
from ...data.cases import Case, write_cases
from ...data.edits import Edits
from ..emoji.cases import SEED, named


def cases(out: Path, count: int) -> None:
    """`count` edits of held-out emoji: source, instruction, true picture and its caption."""
    data = emoji.load()
    rows = data.rows("test")
    generator = torch.Generator().manual_seed(SEED)
    edits = Edits(data.entries, rows)
    drawn = [edits.draw(rows[i % len(rows)], generator) for i in torch.randperm(count, generator=generator).tolist()]
    pictures = data.images
    made = [
        Case(edit.instruction, pictures[edit.source], pictures[edit.target], named(data, *edit.target)) for edit in drawn
    ]
    write_cases(out, made)
