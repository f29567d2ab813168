"""From inference weights back to the training network they stand for: the inverse of `bake`."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ..models.unet import SILU_RMS, Block, Embedding, UNet, Weight, normalize
from .bake import Baked, BakedBlock, BakedEmbedding, BakedStem, BakedUNet


def give(target: Weight, rows: Tensor) -> Tensor:
    """Set the directions of `target`; returns the gain [] that `rows` carry beside them.

    Rows of a gain of zero have no direction: `target` keeps its own. A negative gain comes back positive, with the rows turned,
    which is the same function.
    """
    rows = rows.double()
    gain = rows.flatten(1).norm(dim=1).mean()
    if gain > 0:
        target.weight.copy_(normalize(rows, tuple(range(1, rows.ndim)), eps=0.0))
    return gain


def constant_kernel(image: Tensor) -> Tensor:
    """The 3x3 kernels [C,1,3,3] whose convolution of ones, padded by zeros, is `image` [1,C,H,W]; least squares."""
    height, width = image.shape[2:]
    taps = torch.eye(9, dtype=torch.float64).reshape(9, 1, 3, 3)
    seen = F.conv2d(torch.ones(1, 1, height, width, dtype=torch.float64), taps, padding=1)
    solved = torch.linalg.lstsq(seen.flatten(2)[0].T, image.double().flatten(2)[0].T).solution
    return solved.T.reshape(-1, 1, 3, 3)


def unbake_stem(target: Weight, source: BakedStem) -> None:
    give(target, torch.cat([source.convolution.weight.double(), constant_kernel(source.constant)], dim=1))


def unbake_embedding(target: Embedding, source: BakedEmbedding) -> None:
    give(target.noise, source.noise.weight)
    give(target.classes, source.classes.weight.T)


def unbake_block(target: Block, source: BakedBlock) -> None:
    target.gain.fill_(give(target.modulation, source.modulation.weight) * SILU_RMS)
    for name in ("conv1", "conv2", "skip", "qkv", "out"):
        layer: Baked | None = getattr(source, name, None)
        if layer is not None:
            give(getattr(target, name), layer.weight)


@torch.no_grad()
def unbake(source: BakedUNet) -> UNet:
    """The training network that computes what `source` does, up to the rounding of its stored weights."""
    net = UNet(source.config)
    unbake_embedding(net.embedding, source.embedding)
    unbake_stem(net.stem, source.stem)
    for side in ("down", "up"):
        for target, block in zip(getattr(net, side), getattr(source, side), strict=True):
            unbake_block(target, block)
    net.head_gain.fill_(give(net.head, source.head.weight))
    return net
