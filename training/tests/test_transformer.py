from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from ..models.text_encoder import TextEncoder, TextEncoderConfig
from ..models.transformer import Transformer, TransformerConfig, coefficients
from ..muon import Muon, orthogonalize

SMALL = TransformerConfig(size=4, channels=3, context_width=16, width=32, depth=2, heads=4)


def active(net: torch.nn.Module) -> torch.nn.Module:
    """Layers that start at zero made active, so that every input matters."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weight in net.parameters():
            if weight.ndim > 1 and not weight.any():
                weight.copy_(0.1 * torch.randn(weight.shape, generator=generator))
    return net.eval()


def inputs(config: TransformerConfig, batch: int = 2, frames: int = 3) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    shape = (batch, config.channels, *([frames] if config.frames else []), config.size, config.size)
    mask = torch.tensor([[1, 1, 1, 0, 0]]).repeat(batch, 1)
    context = torch.randn(batch, 5, config.context_width, generator=generator)
    return [torch.randn(shape, generator=generator), torch.linspace(0.2, 0.8, batch), context, mask]


@torch.no_grad()
def test_untrained_output_is_the_velocity_of_gaussian_data() -> None:
    net = Transformer(SMALL)
    x, sigma, context, mask = inputs(SMALL)
    linear = coefficients(sigma)[1][:, :1]
    assert torch.allclose(net(x, sigma, context, mask), linear * x, atol=1e-6)


@torch.no_grad()
def test_padding_and_the_rest_of_the_batch_do_not_matter() -> None:
    net = active(Transformer(SMALL))
    x, sigma, context, mask = inputs(SMALL)
    whole = net(x, sigma, context, mask)
    other = context.clone()
    other[:, 3:] = 9
    assert torch.allclose(net(x, sigma, other, mask), whole, atol=1e-5)
    assert torch.allclose(net(x[1:], sigma[1:], context[1:], mask[1:]), whole[1:], atol=1e-5)
    other[:, 0] = 9
    assert not torch.allclose(net(x, sigma, other, mask), whole, atol=1e-3)


@torch.no_grad()
def test_source_latents_matter() -> None:
    net = active(Transformer(replace(SMALL, image_channels=3)))
    image = torch.randn(2, 3, 4, 4)
    assert not torch.allclose(net(*inputs(SMALL), image), net(*inputs(SMALL), -image), atol=1e-3)


@pytest.mark.parametrize("frames", [1, 5])
@torch.no_grad()
def test_the_number_of_frames_is_free_and_their_order_matters(frames: int) -> None:
    config = replace(SMALL, frames=8)
    net = active(Transformer(config))
    x, *rest = inputs(config, frames=frames)
    velocity = net(x, *rest)
    assert velocity.shape == x.shape
    if frames > 1:
        assert not torch.allclose(net(x.flip(2), *rest).flip(2), velocity, atol=1e-3)


@torch.no_grad()
def test_text_encoder_ignores_padding() -> None:
    net = active(TextEncoder(TextEncoderConfig(vocab_size=20, max_length=6, width=16, depth=2, heads=2)))
    ids, mask = torch.tensor([[3, 7, 4, 0, 0, 0]]), torch.tensor([[1, 1, 1, 0, 0, 0]])
    other = torch.tensor([[3, 7, 4, 9, 9, 9]])
    assert torch.allclose(net(ids, mask)[:, :3], net(other, mask)[:, :3], atol=1e-5)


def test_orthogonalized_singular_values_are_near_one() -> None:
    for shape in ((3, 24, 40), (2, 40, 24)):
        values = torch.linalg.svdvals(orthogonalize(torch.randn(shape)).float())
        assert 0.5 < values.min() and values.max() < 1.35


@pytest.mark.parametrize("shape", [(8, 8), (8, 2, 3, 3)])
def test_muon_minimises_a_quadratic(shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    target = torch.randn(shape)
    weight = torch.nn.Parameter(torch.zeros(shape))
    optimizer = Muon([weight], lr=0.05)
    for _ in range(200):
        optimizer.zero_grad()
        (weight - target).square().sum().backward()
        optimizer.step()
    assert (weight - target).square().mean() < 0.05 * target.square().mean()
