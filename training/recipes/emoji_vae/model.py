"""The autoencoder, its loss and its figures."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...data import emoji
from ...data.cifar10 import to_float
from ...models.autoencoder import Autoencoder, AutoencoderConfig

CONFIG = AutoencoderConfig()
# The decoder must bear what a flow leaves of errors in its latents.
LATENT_NOISE = 0.1
LATENT_SCALE_WEIGHT = 0.01


def build(device: str) -> Autoencoder:
    torch.manual_seed(0)
    return Autoencoder(CONFIG).to(device=device, memory_format=torch.channels_last)


def shift(images: Tensor, generator: torch.Generator, most: int = 4) -> Tensor:
    """Move a batch by up to `most` pixels and mirror half of it, on white."""
    padded = torch.nn.functional.pad(images, [most] * 4, value=1.0)
    dy, dx = torch.randint(2 * most + 1, (2,), generator=generator).tolist()
    size = images.shape[-1]
    moved = padded[:, :, dy : dy + size, dx : dx + size]
    mirrored = torch.rand(len(images), generator=generator) < 0.5
    return torch.where(mirrored.to(images.device)[:, None, None, None], moved.flip(-1), moved)


def batch_loss(model: nn.Module, images: Tensor, generator: torch.Generator) -> Tensor:
    """Mean absolute plus mean squared error of the reconstruction; latents are pulled to unit scale."""
    x = shift(to_float(images), generator).contiguous(memory_format=torch.channels_last)
    size = x.shape[-1] // CONFIG.factor
    noise = LATENT_NOISE * torch.randn(len(x), CONFIG.latent_channels, size, size, generator=generator)
    decoded, latents = model(x, noise.to(x.device))
    error = decoded.float() - x
    scale = latents.float().square().mean(dim=(0, 2, 3)) - 1
    return error.abs().mean() + 2 * error.square().mean() + LATENT_SCALE_WEIGHT * scale.square().mean()


@torch.no_grad()
def psnr(model: Autoencoder, images: Tensor) -> Tensor:
    """dB of each reconstruction of uint8 images, clipped to what a viewer sees; the span is 2."""
    values = []
    for part in images.split(64):
        x = to_float(part)
        decoded = model.decode(model.encode(x)).clamp(-1, 1)
        values.append(10 * torch.log10(4 / (decoded - x).square().mean(dim=(1, 2, 3))))
    return torch.cat(values)


def test_images(data: emoji.Emoji) -> Tensor:
    """uint8 [N,3,64,64]: all styles of the held-out labels."""
    return data.images[:, data.rows("test")].flatten(0, 1)
