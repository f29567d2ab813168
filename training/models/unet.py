"""Class-conditional pixel U-Net for a flow-matching velocity.

Two choices make it affordable on a CPU:

- the image is folded 2x2 into channels before the first convolution, so that
  the network runs at half resolution and below (the full-resolution level of an
  ordinary U-Net costs as much as all others together);
- there are no group norms: weights, sums and activations preserve magnitude
  instead (Karras et al. 2024, "Analyzing and Improving the Training Dynamics of
  Diffusion Models", config G). Group norm is slow on a CPU.

The network is wrapped in the preconditioning that is optimal for Gaussian data
(the flow-matching counterpart of Karras et al. 2022, table 1): the linear part
of the velocity is closed form and the network learns the rest at unit variance.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..kernels import convolve


@dataclass(frozen=True)
class UNetConfig:
    """Shape of the network: `widths[i]` channels at resolution `image_size / fold / 2 ** i`."""

    image_size: int = 32
    in_channels: int = 3
    num_classes: int = 10
    fold: int = 2
    widths: tuple[int, ...] = (96, 160, 192)
    blocks_per_level: int = 2
    attention_levels: tuple[int, ...] = (1,)
    head_width: int = 32
    embedding_width: int = 256
    residual_balance: float = 0.3
    data_std: float = 0.5

    def to_json(self) -> dict:
        return asdict(self)


def normalize(x: Tensor, dim: int | tuple[int, ...], eps: float = 1e-4) -> Tensor:
    """Scale `x` to unit root mean square along `dim`."""
    return x * torch.rsqrt(x.float().square().mean(dim=dim, keepdim=True) + eps**2).to(x.dtype)


# Root mean square of silu(z) for standard normal z.
SILU_RMS = 0.596


def silu(x: Tensor) -> Tensor:
    """SiLU that keeps unit variance."""
    return F.silu(x) / SILU_RMS


def mix(a: Tensor, b: Tensor, t: float) -> Tensor:
    """Weighted sum of two unit-variance tensors at unit variance."""
    return (a * (1 - t) + b * t) / math.sqrt((1 - t) ** 2 + t**2)


def join(a: Tensor, b: Tensor) -> Tensor:
    """Concatenate channels so that both inputs weigh alike whatever their widths."""
    na, nb = a.shape[1], b.shape[1]
    scale = math.sqrt((na + nb) / 2)
    return torch.cat([a * (scale / math.sqrt(na)), b * (scale / math.sqrt(nb))], dim=1)


class Weight(nn.Module):
    """Linear map or convolution whose rows keep unit norm; no bias."""

    def __init__(self, channels_in: int, channels: int, kernel: tuple[int, ...] = ()) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(channels, channels_in, *kernel))

    def forward(self, x: Tensor, gain: Tensor | float = 1.0) -> Tensor:
        w = self.weight
        w = normalize(w, tuple(range(1, w.ndim))) * (gain / math.sqrt(w[0].numel()))
        return F.linear(x, w) if w.ndim == 2 else convolve(x, w)

    @torch.no_grad()
    def renormalize(self) -> None:
        """Called after an optimiser step, so that the effective learning rate stays what it says."""
        self.weight.copy_(normalize(self.weight, tuple(range(1, self.weight.ndim))))


class Block(nn.Module):
    """Residual block; in the encoder the main path is normalised per position first."""

    def __init__(self, channels_in: int, channels: int, config: UNetConfig, encoder: bool, attention: bool) -> None:
        super().__init__()
        self.encoder = encoder
        self.balance = config.residual_balance
        self.heads = channels // config.head_width if attention else 0
        self.modulation = Weight(config.embedding_width, channels)
        self.gain = nn.Parameter(torch.zeros([]))
        self.skip = Weight(channels_in, channels, (1, 1)) if channels_in != channels else None
        self.conv1 = Weight(channels if encoder else channels_in, channels, (3, 3))
        self.conv2 = Weight(channels, channels, (3, 3))
        self.qkv = Weight(channels, 3 * channels, (1, 1)) if attention else None
        self.out = Weight(channels, channels, (1, 1)) if attention else None

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        if self.encoder:
            x = normalize(self.skip(x) if self.skip is not None else x, 1)
        h = self.conv1(silu(x))
        scale = self.modulation(embedding, gain=self.gain) + 1
        h = self.conv2(silu(h * scale[:, :, None, None].to(h.dtype)))
        if not self.encoder and self.skip is not None:
            x = self.skip(x)
        x = mix(x, h, self.balance)
        return mix(x, self.attend(x), self.balance) if self.heads else x

    def attend(self, x: Tensor) -> Tensor:
        """Cosine self-attention over all positions."""
        batch, channels, height, width = x.shape
        qkv = self.qkv(x).reshape(batch, 3, self.heads, channels // self.heads, height * width)
        q, k, v = normalize(qkv, 3).transpose(-1, -2).unbind(1)
        weights = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]), dim=-1)
        return self.out((weights @ v).transpose(-1, -2).reshape(batch, channels, height, width))


class Embedding(nn.Module):
    """Noise level and class as one vector; class `num_classes` is the null class of guidance."""

    def __init__(self, config: UNetConfig) -> None:
        super().__init__()
        features = 128
        self.register_buffer("frequencies", torch.linspace(0.0, 1.0, features) ** 2 * 60)
        self.register_buffer("phases", torch.linspace(0.0, 13.0, features) % 1.0)
        self.noise = Weight(features, config.embedding_width)
        self.classes = Weight(config.num_classes + 1, config.embedding_width)

    def forward(self, sigma: Tensor, labels: Tensor) -> Tensor:
        angles = 2 * math.pi * (sigma[:, None] * self.frequencies + self.phases)
        classes = self.classes.weight.shape[1]
        one_hot = (labels[:, None] == torch.arange(classes, device=labels.device)).to(sigma.dtype)
        return silu(mix(self.noise(angles.cos() * math.sqrt(2)), self.classes(one_hot * math.sqrt(classes)), 0.5))


class UNet(nn.Module):
    """velocity [B,C,H,W] = UNet(sample [B,C,H,W], timestep [B] in [0,1], class_labels [B] int64)."""

    # Layers that Muon leaves to Adam.
    ends = ("embedding", "stem", "head")

    def __init__(self, config: UNetConfig) -> None:
        super().__init__()
        self.config = config
        folded = config.in_channels * config.fold**2
        widths = config.widths
        self.embedding = Embedding(config)
        self.stem = Weight(folded + 1, widths[0], (3, 3))
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        skips = [widths[0]]
        channels = widths[0]
        for index, width in enumerate(widths):
            for block in range(config.blocks_per_level):
                attention = index in config.attention_levels
                self.down.append(Block(channels, width, config, True, attention))
                channels = width
                skips.append(width)
        for index in reversed(range(len(widths))):
            for block in range(config.blocks_per_level):
                attention = index in config.attention_levels
                self.up.append(Block(channels + skips.pop(), widths[index], config, False, attention))
                channels = widths[index]
        self.head = Weight(channels, folded, (3, 3))
        self.head_gain = nn.Parameter(torch.zeros([]))

    def network(self, x: Tensor, sigma: Tensor, labels: Tensor) -> Tensor:
        h = F.pixel_unshuffle(x, self.config.fold)
        # The constant channel stands in for biases.
        h = self.stem(torch.cat([h, torch.ones_like(h[:, :1])], dim=1))
        h = self.body(h, self.embedding(sigma, labels))
        return F.pixel_shuffle(self.head(h, gain=self.head_gain), self.config.fold)

    def body(self, h: Tensor, embedding: Tensor) -> Tensor:
        """Everything between the first and the last convolution."""
        skips: list[Tensor] = []
        per_level = self.config.blocks_per_level
        for index, block in enumerate(self.down):
            if index > 0 and index % per_level == 0:
                h = F.avg_pool2d(h, 2)
            h = block(h, embedding)
            skips.append(h)
        for index, block in enumerate(self.up):
            if index > 0 and index % per_level == 0:
                h = F.interpolate(h, scale_factor=2.0, mode="nearest")
            h = block(join(h, skips.pop()), embedding)
        return h

    def coefficients(self, sigma: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(scale of the input, linear part, scale of the output) of the preconditioning at `sigma`."""
        s = sigma[:, None, None, None]
        variance = s**2 + (1 - s) ** 2 * self.config.data_std**2
        linear = (s - (1 - s) * self.config.data_std**2) / variance
        return variance.rsqrt(), linear, self.config.data_std * variance.rsqrt()

    def forward(self, sample: Tensor, timestep: Tensor, class_labels: Tensor) -> Tensor:
        scale, linear, residual = self.coefficients(timestep)
        output = self.network(sample * scale, timestep, class_labels)
        return linear * sample + residual * output.to(sample.dtype)

    @torch.no_grad()
    def renormalize(self) -> None:
        for module in self.modules():
            if isinstance(module, Weight):
                module.renormalize()
