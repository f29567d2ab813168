"""Checkpoints of training runs, and the averaged weights in them for export and evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn


@dataclass(frozen=True)
class Progress:
    """How far a run had come when its checkpoint was written."""

    step: int
    seconds: float
    cooldown: int
    # Step at which the run went on from restored weights, with an optimiser that had seen nothing; 0 for none.
    fresh: int


def save_checkpoint(path: Path, document: dict) -> None:
    partial = path.with_suffix(".partial")
    torch.save(document, partial)
    partial.replace(path)


def load_ema(net: nn.Module, path: Path) -> Progress:
    """Put the averaged weights of a training checkpoint into `net`."""
    if not path.is_file():
        raise FileNotFoundError(f"no checkpoint at {path}: run the train command, or name one with --checkpoint")
    state = torch.load(path, map_location="cpu", weights_only=True)
    net.load_state_dict(state["ema"])
    net.eval().requires_grad_(False)
    return Progress(state["step"], state["seconds"], state.get("cooldown", 0), state.get("fresh", 0))
