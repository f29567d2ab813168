"""Convolutions the way that trains fastest."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from . import winograd


def convolve(x: Tensor, w: Tensor) -> Tensor:
    """`conv2d` of x [B,I,H,W] and w [O,I,k,k], k odd, padded to [B,O,H,W]; by Winograd's filtering to rounding."""
    if winograd.applies(x, w):
        return winograd.convolve(x, w)
    return F.conv2d(x, w, padding=w.shape[-1] // 2)
