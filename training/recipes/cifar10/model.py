"""The network, its loss and its sampler."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...data import cifar10
from ...flow import drop_labels, euler, guided, interpolate, logit_normal
from ...models.unet import UNet, UNetConfig

CONFIG = UNetConfig(widths=(96, 128, 192))
NULL_CLASS = CONFIG.num_classes
LABEL_DROPOUT = 0.1
GUIDANCE = 2.5
STEPS = 50


def build(device: str) -> UNet:
    torch.manual_seed(0)
    return UNet(CONFIG).to(device=device, memory_format=torch.channels_last)


def velocity_error(model: nn.Module, x0: Tensor, noise: Tensor, sigma: Tensor, labels: Tensor) -> Tensor:
    """Error of the predicted velocity, [B,3,32,32]."""
    return model(interpolate(x0, noise, sigma), sigma, labels).float() - (noise - x0)


def batch_loss(model: nn.Module, images: Tensor, labels: Tensor, net: UNet, generator: torch.Generator) -> Tensor:
    """Mean squared velocity error in units of the preconditioned output, logit-normal noise levels."""
    count, device = images.shape[0], images.device
    x0 = cifar10.to_float(images)
    mirrored = (torch.rand(count, generator=generator) < 0.5).to(device)
    x0 = torch.where(mirrored[:, None, None, None], x0.flip(-1), x0).contiguous(memory_format=torch.channels_last)
    noise = torch.randn(x0.shape, generator=generator).to(device)
    sigma = logit_normal(count, generator).to(device)
    labels = drop_labels(labels, NULL_CLASS, LABEL_DROPOUT, generator)
    error = velocity_error(model, x0, noise, sigma, labels)
    return (error / net.coefficients(sigma)[2]).square().mean()


@torch.no_grad()
def sample(model: nn.Module, labels: Tensor, seed: int, steps: int = STEPS, guidance: float = GUIDANCE) -> Tensor:
    """Euler samples [N,3,32,32] in [-1, 1]; guidance 1 skips the unconditional pass."""
    device = labels.device
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(labels.shape[0], 3, 32, 32, generator=generator).to(device)
    x = x.contiguous(memory_format=torch.channels_last)
    if guidance == 1:
        return euler(lambda x, sigma: model(x, sigma, labels), x, steps)
    return euler(guided(model, labels, NULL_CLASS, guidance), x, steps)
