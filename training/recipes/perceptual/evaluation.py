"""How well the estimate agrees with LPIPS on held-out pairs."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...data.cifar10 import to_float
from .pairs import KINDS, Pairs


def ranks(values: Tensor) -> Tensor:
    """1 for the least; ties share the mean of their ranks."""
    _, inverse, counts = values.unique(return_inverse=True, return_counts=True)
    last = counts.cumsum(0).double()
    return (last - (counts - 1) / 2)[inverse]


def pearson(a: Tensor, b: Tensor) -> float:
    return torch.corrcoef(torch.stack([a.double(), b.double()]))[0, 1].item()


def agreement(guess: Tensor, truth: Tensor) -> dict[str, float]:
    error = (guess - truth).abs()
    return {
        "pairs": len(truth),
        "pearson": round(pearson(guess, truth), 4),
        "spearman": round(pearson(ranks(guess), ranks(truth)), 4),
        "mean_error": round(error.mean().item(), 4),
        "mean_lpips": round(truth.mean().item(), 4),
    }


@torch.no_grad()
def estimates(model: nn.Module, pairs: Pairs) -> Tensor:
    parts = zip(pairs.images.split(200), pairs.references.split(200), strict=True)
    return torch.cat([model(to_float(a), to_float(b)) for a, b in parts])


def correlations(model: nn.Module, pairs: Pairs) -> dict[str, dict[str, float]]:
    """Agreement over all pairs and for each kind."""
    guess, truth = estimates(model, pairs), pairs.distances()
    figures = {"all": agreement(guess, truth)}
    for index, kind in enumerate(KINDS):
        chosen = pairs.kinds == index
        figures[kind] = agreement(guess[chosen], truth[chosen])
    return figures
