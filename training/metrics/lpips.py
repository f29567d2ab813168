"""LPIPS v0.1 (Zhang et al. 2018) in torch, from weights in one safetensors file: backbone and linear heads."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from ..data import data_root
from .squeezenet import SCALE, SHIFT, load_safetensors

NETS = ("alex", "squeeze", "vgg")
# Added to the length of a feature vector, outside the root.
EPSILON = 1e-10
# VGG-16: convolutions of each block, numbered as in torchvision.
VGG_BLOCKS = ((0, 2), (5, 7), (10, 12, 14), (17, 19, 21), (24, 26, 28))


def default_weights(net: str) -> Path:
    return data_root() / "lpips" / f"lpips_{net}_v0.1.safetensors"


class Lpips:
    """Callable: two batches [N,3,H,W] in [-1, 1] to distances [N]; `maps` gives each layer before its mean over positions."""

    def __init__(self, net: str, tensors: dict[str, Tensor]) -> None:
        if net not in NETS:
            raise ValueError(f"no LPIPS network {net}; available: {', '.join(NETS)}")
        self.net, self.tensors = net, tensors
        self.shift, self.scale = (torch.tensor(values)[:, None, None] for values in (SHIFT, SCALE))

    @classmethod
    def load(cls, net: str, path: Path | None = None) -> Lpips:
        return cls(net, load_safetensors(path or default_weights(net)))

    def convolve(self, x: Tensor, name: str, stride: int = 1, padding: int = 0) -> Tensor:
        weight, bias = self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"]
        return F.relu(F.conv2d(x, weight, bias, stride, padding))

    def alex(self, x: Tensor) -> list[Tensor]:
        first = self.convolve(x, "features.0", 4, 2)
        second = self.convolve(F.max_pool2d(first, 3, 2), "features.3", 1, 2)
        third = self.convolve(F.max_pool2d(second, 3, 2), "features.6", 1, 1)
        fourth = self.convolve(third, "features.8", 1, 1)
        return [first, second, third, fourth, self.convolve(fourth, "features.10", 1, 1)]

    def fire(self, x: Tensor, index: int) -> Tensor:
        squeezed = self.convolve(x, f"features.{index}.squeeze")
        wide = self.convolve(squeezed, f"features.{index}.expand3x3", padding=1)
        return torch.cat([self.convolve(squeezed, f"features.{index}.expand1x1"), wide], dim=1)

    def squeeze(self, x: Tensor) -> list[Tensor]:
        taps = [self.convolve(x, "features.0", 2)]
        x = taps[0]
        for index in (3, 4, 6, 7, 9, 10, 11, 12):
            if index in (3, 6, 9):
                x = F.max_pool2d(x, 3, 2, ceil_mode=True)
            x = self.fire(x, index)
            if index not in (3, 6):
                taps.append(x)
        return taps

    def vgg(self, x: Tensor) -> list[Tensor]:
        taps: list[Tensor] = []
        for block in VGG_BLOCKS:
            x = F.max_pool2d(taps[-1], 2) if taps else x
            for index in block:
                x = self.convolve(x, f"features.{index}", padding=1)
            taps.append(x)
        return taps

    def features(self, images: Tensor) -> list[Tensor]:
        """Feature maps of unit length along the channels."""
        taps = getattr(self, self.net)((images - self.shift) / self.scale)
        return [tap / (tap.square().sum(dim=1, keepdim=True).sqrt() + EPSILON) for tap in taps]

    @torch.no_grad()
    def maps(self, a: Tensor, b: Tensor) -> list[Tensor]:
        """Weighted squared differences [N,1,h,w] of each layer."""
        pairs = enumerate(zip(self.features(a), self.features(b), strict=True))
        return [((x - y).square() * self.tensors[f"lin{k}.weight"][:, None, None]).sum(dim=1, keepdim=True) for k, (x, y) in pairs]

    def __call__(self, a: Tensor, b: Tensor) -> Tensor:
        return sum(layer.mean(dim=(1, 2, 3)) for layer in self.maps(a, b))

    def spatial(self, a: Tensor, b: Tensor) -> Tensor:
        """Distance of every pixel, [N,1,H,W]: the layers enlarged bilinearly and added."""
        size = a.shape[-2:]
        return sum(F.interpolate(layer, size, mode="bilinear", align_corners=False) for layer in self.maps(a, b))
