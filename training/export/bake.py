"""Turn a training network into the inference network it stands for.

Training keeps weights as directions and normalises them in every forward pass.
At inference the normalised, scaled weights are constants: `bake` computes them
once, and folds every scalar around a linear map (gains, the 1 / 0.596 of the
activation, the constant input channel) into its weights.
"""

from __future__ import annotations

import copy
import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..models.unet import UNet, Weight, mix, normalize


class Baked(nn.Module):
    """Linear map or convolution with plain weights; same call as `Weight`, gains already applied."""

    def __init__(self, source: Weight, gain: float = 1.0) -> None:
        super().__init__()
        w = source.weight.detach().double()
        w = normalize(w, tuple(range(1, w.ndim))) * (gain / math.sqrt(w[0].numel()))
        self.weight = nn.Parameter(w.float(), requires_grad=False)

    def forward(self, x: Tensor, gain: Tensor | float = 1.0, stride: int = 1) -> Tensor:
        if self.weight.ndim == 2:
            return F.linear(x, self.weight)
        return F.conv2d(x, self.weight, stride=stride, padding=self.weight.shape[-1] // 2)


class BakedEmbedding(nn.Module):
    """`Embedding` with the one-hot product replaced by a row of a table."""

    def __init__(self, source: nn.Module) -> None:
        super().__init__()
        self.register_buffer("frequencies", source.frequencies.clone())
        self.register_buffer("phases", source.phases.clone())
        self.noise = Baked(source.noise, math.sqrt(2))
        classes = source.classes.weight.shape[1]
        table = Baked(source.classes, math.sqrt(classes)).weight
        self.table = nn.Parameter(table.T.contiguous(), requires_grad=False)

    def forward(self, sigma: Tensor, labels: Tensor) -> Tensor:
        angles = 2 * math.pi * (sigma[:, None] * self.frequencies + self.phases)
        return F.silu(mix(self.noise(angles.cos()), F.embedding(labels, self.table), 0.5)) / 0.596


def bake(net: UNet) -> UNet:
    """A copy of `net` for inference: equal outputs, plain weights, no gradients."""
    baked = copy.deepcopy(net).float().cpu().eval().requires_grad_(False)
    baked.embedding = BakedEmbedding(net.embedding)
    baked.stem = Baked(net.stem)
    baked.head = Baked(net.head, net.head_gain.item())
    for block in [*baked.down, *baked.up]:
        for name, module in list(block.named_children()):
            if isinstance(module, Weight):
                setattr(block, name, Baked(module, block.gain.item() if name == "modulation" else 1.0))
    return baked.to(memory_format=torch.contiguous_format)


@torch.no_grad()
def round_to_half(net: nn.Module) -> nn.Module:
    """A copy of a baked network whose matrices and kernels hold float16 values, in float32."""
    rounded = copy.deepcopy(net)
    for weight in rounded.parameters():
        if weight.ndim > 1:
            weight.copy_(weight.half().float())
    return rounded
