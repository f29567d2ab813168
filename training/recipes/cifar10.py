"""Class-conditional CIFAR-10 flow in pixel space (models/cifar10)."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from ..data import cifar10
from ..flow import drop_labels, euler, guided, interpolate, logit_normal
from ..images import save_grid
from ..models.unet import UNet, UNetConfig
from ..trainer import Settings, train

CONFIG = UNetConfig(widths=(96, 128, 192))
NULL_CLASS = CONFIG.num_classes
LABEL_DROPOUT = 0.1


def build(device: str) -> UNet:
    torch.manual_seed(0)
    return UNet(CONFIG).to(device=device, memory_format=torch.channels_last)


def batch_loss(model: nn.Module, images: Tensor, labels: Tensor, net: UNet, generator: torch.Generator) -> Tensor:
    """Mean squared velocity error in units of the preconditioned output, logit-normal noise levels."""
    count, device = images.shape[0], images.device
    x0 = cifar10.to_float(images)
    mirrored = (torch.rand(count, generator=generator) < 0.5).to(device)
    x0 = torch.where(mirrored[:, None, None, None], x0.flip(-1), x0).contiguous(memory_format=torch.channels_last)
    noise = torch.randn(x0.shape, generator=generator).to(device)
    sigma = logit_normal(count, generator).to(device)
    labels = drop_labels(labels, NULL_CLASS, LABEL_DROPOUT, generator)
    velocity = model(interpolate(x0, noise, sigma), sigma, labels)
    residual = net.coefficients(sigma)[2]
    return ((velocity.float() - (noise - x0)) / residual).square().mean()


@torch.no_grad()
def sample(model: nn.Module, labels: Tensor, seed: int, steps: int = 50, guidance: float = 1.5) -> Tensor:
    """Euler samples [N,3,32,32] in [-1, 1]; guidance 1 skips the unconditional pass."""
    device = labels.device
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(labels.shape[0], 3, 32, 32, generator=generator).to(device)
    x = x.contiguous(memory_format=torch.channels_last)
    if guidance == 1:
        return euler(lambda x, sigma: model(x, sigma, labels), x, steps)
    return euler(guided(model, labels, NULL_CLASS, guidance), x, steps)


def preview(model: nn.Module, path: Path) -> None:
    labels = torch.arange(10).repeat_interleave(8).to(next(model.parameters()).device)
    with torch.autocast(labels.device.type, torch.bfloat16):
        save_grid(sample(model, labels, seed=1), columns=8, path=path)


def run(folder: Path, cache: Path, device: str, minutes: float, steps: int, batch: int, compile_model: bool) -> None:
    images, labels = cifar10.load("train", cache)
    images, labels = images.to(device), labels.to(device)
    net = build(device)

    def loss(model: nn.Module, generator: torch.Generator) -> Tensor:
        rows = torch.randint(images.shape[0], (batch,), generator=generator).to(device)
        return batch_loss(model, images[rows], labels[rows], net, generator)

    train(net, loss, preview, Settings(steps=steps, minutes=minutes, compile=compile_model), folder)
