from __future__ import annotations

import torch

from ..models.unet import UNet, Weight
from ..recipes.cifar10.model import build
from .conftest import TINY


def test_untrained_network_is_the_gaussian_velocity() -> None:
    """The output gain starts at zero, so only the closed-form velocity for data of the stated deviation is left."""
    torch.manual_seed(0)
    net, x = UNet(TINY), torch.randn(4, 3, 8, 8)
    sigma = torch.tensor([0.0, 0.3, 0.7, 1.0])
    s = sigma[:, None, None, None]
    variance = s**2 + (1 - s) ** 2 * 0.25
    expected = (s - (1 - s) * 0.25) / variance * x
    assert torch.allclose(net(x, sigma, torch.zeros(4, dtype=torch.int64)), expected, atol=1e-6)


@torch.no_grad()
def test_output_depends_on_label_and_sigma_but_not_on_the_rest_of_the_batch(tiny: UNet) -> None:
    x = torch.randn(1, 3, 8, 8, generator=torch.Generator().manual_seed(0)).expand(3, -1, -1, -1)
    sigma, labels = torch.tensor([0.5, 0.5, 0.6]), torch.tensor([0, 1, 0])
    together = tiny(x, sigma, labels)
    assert (together[0] - together[1]).abs().max() > 1e-3
    assert (together[0] - together[2]).abs().max() > 1e-3
    for row in range(3):
        alone = tiny(x[row : row + 1], sigma[row : row + 1], labels[row : row + 1])
        assert torch.allclose(alone[0], together[row], atol=1e-5)


@torch.no_grad()
def test_renormalising_leaves_the_function_alone(tiny: UNet) -> None:
    x, sigma, labels = torch.randn(2, 3, 8, 8), torch.tensor([0.2, 0.9]), torch.tensor([1, 3])
    before = tiny(x, sigma, labels)
    for module in tiny.modules():
        if isinstance(module, Weight):
            module.weight.mul_(3.0)
    assert torch.allclose(tiny(x, sigma, labels), before, atol=1e-4)
    tiny.renormalize()
    assert torch.allclose(tiny(x, sigma, labels), before, atol=1e-4)


def test_cifar10_network_is_small_and_reproducible() -> None:
    first, second = build("cpu"), build("cpu")
    assert 3e6 < sum(weight.numel() for weight in first.parameters()) < 8e6
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))
