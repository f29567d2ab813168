"""Small convolutional autoencoder: 3x64x64 pixels to C x 8 x 8 latents and back.

No group norms (slow on a CPU): each residual branch normalises its input per position.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .unet import normalize


@dataclass(frozen=True)
class AutoencoderConfig:
    """`encoder[i]`, `decoder[i]`: channels at resolution `image_size / 2 ** (i + 1)`."""

    image_size: int = 64
    in_channels: int = 3
    latent_channels: int = 16
    encoder: tuple[int, ...] = (48, 96, 160)
    decoder: tuple[int, ...] = (64, 112, 160)
    decoder_blocks: int = 2

    def to_json(self) -> dict:
        return asdict(self)

    @property
    def factor(self) -> int:
        """Pixels a latent position stands for, a side."""
        return 2 ** len(self.encoder)


class Residual(nn.Module):
    """x + conv(silu(conv(silu(norm(x))))), the last convolution zero at the start."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(channels, 1, 1))
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.conv2.weight)

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv1(F.silu(normalize(x, 1) * self.scale))
        return x + self.conv2(F.silu(h))


class Encoder(nn.Module):
    """latents [B,C,H/8,W/8] = Encoder(sample [B,3,H,W] in [-1, 1])."""

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        channels = config.in_channels
        layers: list[nn.Module] = []
        for index, width in enumerate(config.encoder):
            kernel = 3 if index == 0 else 1
            layers += [nn.PixelUnshuffle(2), nn.Conv2d(4 * channels, width, kernel, padding=kernel // 2), Residual(width)]
            channels = width
        self.body = nn.Sequential(*layers, nn.SiLU(), nn.Conv2d(channels, config.latent_channels, 3, padding=1))

    def forward(self, sample: Tensor) -> Tensor:
        return self.body(sample)


class Decoder(nn.Module):
    """sample [B,3,H,W] = Decoder(latents [B,C,H/8,W/8])."""

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        widths = config.decoder[::-1]
        layers: list[nn.Module] = [nn.Conv2d(config.latent_channels, widths[0], 3, padding=1)]
        for index, width in enumerate(widths):
            layers += [Residual(width) for _ in range(config.decoder_blocks)]
            following = widths[index + 1] if index + 1 < len(widths) else config.in_channels
            layers += [nn.SiLU()] if index + 1 == len(widths) else []
            kernel = 3 if following == config.in_channels else 1
            layers += [nn.Conv2d(width, 4 * following, kernel, padding=kernel // 2), nn.PixelShuffle(2)]
        self.body = nn.Sequential(*layers)

    def forward(self, latents: Tensor) -> Tensor:
        return self.body(latents)


class Autoencoder(nn.Module):
    """Latents are standardised per channel by buffers that `standardize` sets after training."""

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        self.register_buffer("mean", torch.zeros(config.latent_channels, 1, 1))
        self.register_buffer("std", torch.ones(config.latent_channels, 1, 1))

    def encode(self, sample: Tensor) -> Tensor:
        return (self.encoder(sample) - self.mean) / self.std

    def decode(self, latents: Tensor) -> Tensor:
        return self.decoder(latents * self.std + self.mean)

    def forward(self, sample: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """(reconstruction from disturbed latents, latents); `noise` has the shape of the latents."""
        latents = self.encoder(sample)
        return self.decoder(latents + noise), latents

    @torch.no_grad()
    def standardize(self, samples: Tensor) -> None:
        """Give latents of `samples` zero mean and unit deviation per channel."""
        latents = torch.cat([self.encoder(part) for part in samples.split(64)])
        self.mean.copy_(latents.mean(dim=(0, 2, 3))[:, None, None])
        self.std.copy_(latents.std(dim=(0, 2, 3))[:, None, None])
