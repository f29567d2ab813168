from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from ..flow import drop_labels, euler, guided, interpolate, logit_normal


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_interpolation_ends_at_data_and_noise() -> None:
    x0, noise = torch.randn(2, 3, 4, 4, generator=seeded()), torch.randn(2, 3, 4, 4, generator=seeded(1))
    assert torch.equal(interpolate(x0, noise, torch.zeros(2)), x0)
    assert torch.equal(interpolate(x0, noise, torch.ones(2)), noise)


@pytest.mark.parametrize("steps", [1, 3, 50])
def test_euler_is_exact_on_a_straight_flow(steps: int) -> None:
    x0 = torch.randn(2, 3, 4, 4, generator=seeded(), dtype=torch.float64)
    noise = torch.randn(2, 3, 4, 4, generator=seeded(1), dtype=torch.float64)
    seen: list[float] = []

    def velocity(x: Tensor, sigma: Tensor) -> Tensor:
        seen.append(sigma[0].item())
        return noise - x0

    assert torch.allclose(euler(velocity, noise, steps), x0, atol=1e-12)
    assert len(seen) == steps
    assert seen == pytest.approx([1 - k / steps for k in range(steps)])


def test_euler_on_a_linear_flow_is_its_product_formula() -> None:
    x = torch.randn(1, 1, 2, 2, generator=seeded(), dtype=torch.float64)
    result = euler(lambda x, sigma: 3 * x, x, 10)
    assert torch.allclose(result, x * (1 - 3 / 10) ** 10, atol=1e-12)


class LabelTimesInput(nn.Module):
    """velocity = label * x, so that guidance has a closed form."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []

    def forward(self, x: Tensor, sigma: Tensor, labels: Tensor) -> Tensor:
        self.batches.append(len(x))
        return labels[:, None, None, None] * x


@pytest.mark.parametrize("scale", [0.0, 1.0, 1.5, 7.0])
def test_guidance_formula_in_one_batch(scale: float) -> None:
    model, labels, null = LabelTimesInput(), torch.tensor([1, 4]), 10
    x = torch.randn(2, 3, 4, 4, generator=seeded())
    velocity = guided(model, labels, null, scale)(x, torch.full((2,), 0.5))
    expected = (null + scale * (labels - null))[:, None, None, None] * x
    assert torch.allclose(velocity, expected, rtol=1e-5)
    assert model.batches == [4]


def test_label_dropout_replaces_the_asked_share_and_nothing_else() -> None:
    labels = torch.arange(100_000) % 10
    dropped = drop_labels(labels, 10, 0.1, seeded())
    kept = dropped != 10
    assert torch.equal(dropped[kept], labels[kept])
    assert (~kept).float().mean().item() == pytest.approx(0.1, abs=0.005)
    assert torch.equal(drop_labels(labels, 10, 0.0, seeded()), labels)
    assert (drop_labels(labels, 10, 1.0, seeded()) == 10).all()


def test_noise_levels_are_logit_normal() -> None:
    sigma = logit_normal(100_000, seeded(), mean=0.3, std=1.2)
    logits = torch.logit(sigma.double())
    assert 0 < sigma.min() and sigma.max() < 1
    assert logits.mean().item() == pytest.approx(0.3, abs=0.02)
    assert logits.std().item() == pytest.approx(1.2, abs=0.02)
