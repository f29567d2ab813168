"""Clips composed of emoji that move over a white canvas, each motion with the words for it."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

MOTIONS = (
    "bouncing", "moving left", "moving right", "moving up", "moving down", "spinning", "zooming in", "zooming out", "shaking",
)
# Sides of a single object and of each of two that cross, as shares of the canvas.
SINGLE, PAIR = 0.7, 0.5


def path(motion: str, frames: int, phase: float) -> Tensor:
    """[frames, 4]: centre x and y in [-1, 1], scale relative to the canvas, angle in radians. `phase` in [0, 1) varies it."""
    t = torch.linspace(0, 1, frames)
    zero = torch.zeros(frames)
    place, size, angle = (zero, zero), torch.full((frames,), SINGLE), zero
    reach = 1 - SINGLE + 0.1
    turn = 2 * math.pi * t
    if motion == "bouncing":
        place = (zero, reach - 2 * reach * torch.sin(math.pi * (2 * t + phase)).abs())
    elif motion in ("moving left", "moving right"):
        sign = -1 if motion == "moving left" else 1
        place = (sign * reach * (2 * t - 1), torch.full((frames,), 0.4 * (phase - 0.5)))
    elif motion in ("moving up", "moving down"):
        sign = -1 if motion == "moving up" else 1
        place = (torch.full((frames,), 0.4 * (phase - 0.5)), sign * reach * (2 * t - 1))
    elif motion == "spinning":
        angle = turn * (frames - 1) / frames
    elif motion == "zooming in":
        size = 0.3 + 0.65 * t
    elif motion == "zooming out":
        size = 0.95 - 0.65 * t
    elif motion == "shaking":
        place = (0.22 * torch.cos(math.pi * torch.arange(frames)), zero)
    else:
        raise ValueError(f"unknown motion {motion!r}; available: {', '.join(MOTIONS)}")
    return torch.stack([*place, size, angle], dim=1)


def crossing(frames: int, direction: float) -> tuple[Tensor, Tensor]:
    """Paths of two objects that pass each other, one above the other's line; `direction` is 1 or -1."""
    t = direction * (2 * torch.linspace(0, 1, frames) - 1) * (1 - PAIR)
    level, size, angle = torch.full((frames,), 0.25), torch.full((frames,), PAIR), torch.zeros(frames)
    return torch.stack([t, -level, size, angle], 1), torch.stack([-t, level, size, angle], 1)


def render(images: Tensor, paths: Tensor) -> Tensor:
    """Place float pictures [B,3,H,W] in [-1, 1] along `paths` [B,F,4] on white: [B,F,3,H,W]."""
    batch, frames = paths.shape[:2]
    x, y, size, angle = paths.flatten(0, 1).unbind(1)
    cos, sin = angle.cos() / size, angle.sin() / size
    theta = torch.stack([cos, sin, -cos * x - sin * y, -sin, cos, sin * x - cos * y], 1).reshape(-1, 2, 3)
    # Relative to white, so that what lies outside a picture is white too.
    source = (images - 1).repeat_interleave(frames, 0)
    grid = F.affine_grid(theta, list(source.shape), align_corners=False)
    return F.grid_sample(source, grid, align_corners=False).add(1).unflatten(0, (batch, frames))


def overlay(front: Tensor, back: Tensor) -> Tensor:
    """Two layers on white, by the darker value: opaque where either is."""
    return torch.minimum(front, back)
