"""Flow-matching objective and sampler.

Convention: sigma runs from 1 (noise) to 0 (data), x_sigma = (1 - sigma) x0 + sigma eps,
velocity = dx / dsigma = eps - x0.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Velocity = Callable[[Tensor, Tensor], Tensor]


def logit_normal(count: int, generator: torch.Generator, mean: float = 0.0, std: float = 1.0) -> Tensor:
    """`count` noise levels in (0, 1), densest in the middle (Esser et al. 2024, section 3.1)."""
    return torch.sigmoid(mean + std * torch.randn(count, generator=generator))


def drop_labels(labels: Tensor, null: int, share: float, generator: torch.Generator) -> Tensor:
    """Replace a share of the labels by the null class, so that guidance has an unconditional branch."""
    dropped = torch.rand(labels.shape[0], generator=generator) < share
    return torch.where(dropped.to(labels.device), torch.full_like(labels, null), labels)


def interpolate(x0: Tensor, noise: Tensor, sigma: Tensor) -> Tensor:
    s = sigma[:, None, None, None]
    return (1 - s) * x0 + s * noise


def guided(model: torch.nn.Module, labels: Tensor, null: int, scale: float) -> Velocity:
    """Classifier-free guidance: unconditional + scale * (conditional - unconditional)."""

    def velocity(x: Tensor, sigma: Tensor) -> Tensor:
        both = torch.cat([torch.full_like(labels, null), labels])
        low, high = model(torch.cat([x, x]), torch.cat([sigma, sigma]), both).float().chunk(2)
        return low + scale * (high - low)

    return velocity


@torch.no_grad()
def euler(velocity: Velocity, x: Tensor, steps: int) -> Tensor:
    """Integrate from noise to data on a uniform grid of `steps` intervals (NFE = steps)."""
    for k in range(steps):
        sigma = torch.full((x.shape[0],), 1 - k / steps, device=x.device)
        x = x - velocity(x, sigma) / steps
    return x
