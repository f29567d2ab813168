"""Image features from the SqueezeNet 1.1 backbone that LPIPS v0.1 uses (Iandola et al. 2016)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ..data import data_root

NAME = "SqueezeNet 1.1 (LPIPS v0.1 backbone), last layer, mean over positions, 512 values, input 64x64 bilinear"
INPUT_SIZE = 64
FIRES = (3, 4, 6, 7, 9, 10, 11, 12)
POOL_BEFORE = (3, 6, 9)
# LPIPS' normalisation of images in [-1, 1].
SHIFT = (-0.030, -0.088, -0.188)
SCALE = (0.458, 0.448, 0.450)


def load_safetensors(path: Path) -> dict[str, Tensor]:
    """Float32 tensors of a safetensors file."""
    document = path.read_bytes()
    length = int.from_bytes(document[:8], "little")
    header = json.loads(document[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] != "F32":
            raise ValueError(f"{path}: {name} is {entry['dtype']}, only F32 is read")
        first, last = entry["data_offsets"]
        values = np.frombuffer(document, "<f4", (last - first) // 4, offset=8 + length + first)
        tensors[name] = torch.from_numpy(values.reshape(entry["shape"]).copy())
    return tensors


def default_weights() -> Path:
    return data_root() / "lpips" / "lpips_squeeze_v0.1.safetensors"


class SqueezeNetFeatures:
    """Callable: images [N, 3, H, W] in [-1, 1] to float64 features [N, 512]."""

    def __init__(self, weights: Path, device: str = "cpu") -> None:
        self.tensors = {name: tensor.to(device) for name, tensor in load_safetensors(weights).items()}
        self.shift = torch.tensor(SHIFT, device=device)[:, None, None]
        self.scale = torch.tensor(SCALE, device=device)[:, None, None]

    def convolve(self, x: Tensor, name: str, stride: int = 1) -> Tensor:
        weight = self.tensors[f"{name}.weight"]
        padding = 1 if name.endswith("3x3") else 0
        return F.relu(F.conv2d(x, weight, self.tensors[f"{name}.bias"], stride=stride, padding=padding))

    @torch.no_grad()
    def features(self, images: Tensor) -> Tensor:
        size = (INPUT_SIZE, INPUT_SIZE)
        x = F.interpolate(images.float().clamp(-1, 1), size=size, mode="bilinear", align_corners=False)
        x = self.convolve((x - self.shift) / self.scale, "features.0", stride=2)
        for index in FIRES:
            if index in POOL_BEFORE:
                x = F.max_pool2d(x, 3, 2, ceil_mode=True)
            squeezed = self.convolve(x, f"features.{index}.squeeze")
            expanded = [self.convolve(squeezed, f"features.{index}.expand{kernel}") for kernel in ("1x1", "3x3")]
            x = torch.cat(expanded, dim=1)
        return x.mean(dim=(2, 3))

    def __call__(self, images: Tensor, batch: int = 250) -> np.ndarray:
        device = self.shift.device
        rows = [self.features(part.to(device)).cpu() for part in images.split(batch)]
        return torch.cat(rows).double().numpy()
