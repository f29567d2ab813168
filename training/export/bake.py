"""Turn a training network into the inference network it stands for.

Training keeps weights as directions and normalises them in every forward pass.
At inference the normalised, scaled weights are constants: `bake` computes them
once, in float64, and folds every scalar next to a linear map into its weights
(learned gains, the 1 / 0.596 of the activation, the residual balance, the
constant input channel), so that the exported graph has little left but
convolutions.
"""

from __future__ import annotations

import copy
import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..models.unet import SILU_RMS, Block, Embedding, UNet, Weight, normalize


def plain(source: Weight, gain: float = 1.0) -> Tensor:
    """The weights `Weight.forward` works with, times `gain`, in float64."""
    w = source.weight.detach().double()
    return normalize(w, tuple(range(1, w.ndim)), eps=0.0) * (gain / math.sqrt(w[0].numel()))


class Baked(nn.Module):
    """Linear map or convolution with plain weights."""

    def __init__(self, weight: Tensor, bias: Tensor | None = None) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight.float().contiguous(), requires_grad=False)
        self.bias = None if bias is None else nn.Parameter(bias.float(), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        if self.weight.ndim == 2:
            return F.linear(x, self.weight, self.bias)
        return F.conv2d(x, self.weight, self.bias, padding=self.weight.shape[-1] // 2)


def unit(x: Tensor, dim: int) -> Tensor:
    """`normalize` with a floor instead of a small addend, which the exporter would round to zero and drop."""
    return x * torch.rsqrt((x * x).mean(dim=dim, keepdim=True).clamp(min=1e-8))


class BakedEmbedding(nn.Module):
    """`Embedding` with the one-hot product replaced by a row of a table, up to the factor `1 / SILU_RMS`."""

    def __init__(self, source: Embedding) -> None:
        super().__init__()
        balance = 0.5 / math.hypot(0.5, 0.5)
        self.register_buffer("frequencies", 2 * math.pi * source.frequencies)
        self.register_buffer("phases", 2 * math.pi * source.phases)
        self.noise = Baked(plain(source.noise, balance * math.sqrt(2)))
        self.classes = Baked(plain(source.classes, balance * math.sqrt(source.classes.weight.shape[1])).T)

    def forward(self, sigma: Tensor, labels: Tensor) -> Tensor:
        angles = sigma[:, None] * self.frequencies + self.phases
        return F.silu(self.noise(angles.cos()) + F.embedding(labels, self.classes.weight))


class BakedBlock(nn.Module):
    """`Block` with the two residual sums folded to `keep * x + branch(x)`."""

    def __init__(self, source: Block) -> None:
        super().__init__()
        channels = source.conv1.weight.shape[0]
        size = math.hypot(1 - source.balance, source.balance)
        branch = source.balance / size
        self.keep = (1 - source.balance) / size
        self.encoder, self.heads = source.encoder, source.heads
        self.modulation = Baked(plain(source.modulation, source.gain.item() / SILU_RMS), torch.ones(channels))
        self.conv1 = Baked(plain(source.conv1, 1 / SILU_RMS))
        self.conv2 = Baked(plain(source.conv2, branch / SILU_RMS))
        # A decoder's skip only feeds the sum, an encoder's is normalised first and must keep its scale.
        self.skip = None if source.skip is None else Baked(plain(source.skip, 1.0 if self.encoder else self.keep))
        if self.heads:
            self.qkv = Baked(plain(source.qkv))
            self.out = Baked(plain(source.out, branch))

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        if self.encoder:
            x = unit(x if self.skip is None else self.skip(x), 1)
        h = self.conv1(F.silu(x)) * self.modulation(embedding)[:, :, None, None]
        kept = self.skip(x) if self.skip is not None and not self.encoder else x * self.keep
        x = kept + self.conv2(F.silu(h))
        return x * self.keep + self.attend(x) if self.heads else x

    def attend(self, x: Tensor) -> Tensor:
        """Cosine self-attention with positions kept last, so that only the scores are transposed."""
        channels, height, width = x.shape[1:]
        qkv = unit(self.qkv(x).reshape(-1, 3 * self.heads, channels // self.heads, height * width), 2)
        q, k, v = qkv.chunk(3, dim=1)
        weights = torch.softmax(q.transpose(-1, -2) @ k / math.sqrt(channels // self.heads), dim=-1)
        return self.out((v @ weights.transpose(-1, -2)).reshape(-1, channels, height, width))


class BakedStem(nn.Module):
    """The first convolution; its constant input channel becomes a constant image added to the output."""

    def __init__(self, source: Weight, size: int) -> None:
        super().__init__()
        weight = plain(source)
        self.convolution = Baked(weight[:, :-1])
        constant = F.conv2d(torch.ones(1, 1, size, size, dtype=weight.dtype), weight[:, -1:], padding=1)
        self.constant = nn.Parameter(constant.float(), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.convolution(x) + self.constant


class BakedUNet(nn.Module):
    """Inference form of `UNet`: the same function of (sample, timestep, class_labels)."""

    def __init__(self, source: UNet) -> None:
        super().__init__()
        self.config = source.config
        self.embedding = BakedEmbedding(source.embedding)
        self.stem = BakedStem(source.stem, source.config.image_size // source.config.fold)
        self.down = nn.ModuleList(BakedBlock(block) for block in source.down)
        self.up = nn.ModuleList(BakedBlock(block) for block in source.up)
        self.head = Baked(plain(source.head, source.head_gain.item()))

    forward = UNet.forward
    coefficients = UNet.coefficients
    body = UNet.body

    def network(self, x: Tensor, sigma: Tensor, labels: Tensor) -> Tensor:
        h = self.stem(F.pixel_unshuffle(x, self.config.fold))
        h = self.body(h, self.embedding(sigma, labels))
        return F.pixel_shuffle(self.head(h), self.config.fold)


def bake(net: UNet) -> BakedUNet:
    """`net` for inference on a CPU: equal outputs, plain contiguous weights, no gradients."""
    return BakedUNet(copy.deepcopy(net).float().cpu()).eval()


@torch.no_grad()
def round_to_half(net: nn.Module) -> nn.Module:
    """A copy whose matrices, kernels and constant image hold float16 values, in float32."""
    rounded = copy.deepcopy(net)
    for weight in rounded.parameters():
        if weight.ndim > 1:
            weight.copy_(weight.half().float())
    return rounded
