from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from ..kernels import convolve, winograd
from ..kernels.build import build


def draw(batch: int, inputs: int, outputs: int, height: int, width: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(batch, inputs, height, width, generator=generator)
    w = torch.randn(outputs, inputs, 3, 3, generator=generator) / (9 * inputs) ** 0.5
    return x, w


@pytest.mark.skipif(not winograd.available(), reason="no C++ compiler")
@pytest.mark.parametrize("shape", [(2, 8, 16, 4, 4), (3, 24, 8, 8, 12), (1, 16, 16, 16, 16)])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_convolution_and_its_gradients_are_those_of_torch(shape: tuple[int, ...], layout: torch.memory_format) -> None:
    results = []
    for convolution in (lambda x, w: F.conv2d(x, w, padding=1), winograd.convolve):
        x, w = (tensor.contiguous(memory_format=layout).requires_grad_() for tensor in draw(*shape))
        y = convolution(x, w)
        y.backward(torch.randn(y.shape, generator=torch.Generator().manual_seed(1)))
        results.append((y.detach(), x.grad, w.grad))
    for expected, found in zip(*results, strict=True):
        assert found.shape == expected.shape
        assert (found - expected).abs().max() < 5e-5 * expected.abs().max()


@pytest.mark.skipif(not winograd.available(), reason="no C++ compiler")
def test_compiled_and_eager_agree() -> None:
    x, w = draw(2, 8, 8, 8, 8)
    assert torch.allclose(torch.compile(convolve, backend="aot_eager")(x, w), convolve(x, w))


@pytest.mark.skipif(not winograd.available(), reason="no C++ compiler")
def test_other_shapes_types_and_autocast_are_left_to_torch() -> None:
    x, w = draw(1, 8, 8, 8, 8)
    assert winograd.applies(x, w)
    assert not winograd.applies(x[..., :6], w)
    assert not winograd.applies(x[:, :4], w[:, :4])
    assert not winograd.applies(x.double(), w.double())
    assert not winograd.applies(x, w[..., 1:2, 1:2])
    with torch.autocast("cpu", torch.bfloat16):
        assert not winograd.applies(x, w)


@pytest.mark.parametrize(("size", "kernel"), [(8, 1), (8, 3), (6, 3), (6, 5)])
def test_any_convolution_is_that_of_torch(size: int, kernel: int) -> None:
    x, _ = draw(2, 8, 8, size, size)
    w = torch.randn(8, 8, kernel, kernel, generator=torch.Generator().manual_seed(2)) / kernel
    assert torch.allclose(convolve(x, w), F.conv2d(x, w, padding=kernel // 2), atol=1e-4)


def test_without_a_compiler_there_is_no_library(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    source = tmp_path / "broken.cpp"
    source.write_text("this is no C++")
    monkeypatch.setenv("CXX", "no-such-compiler")
    assert build(source) is None
    if winograd.available():
        monkeypatch.delenv("CXX")
        with pytest.warns(UserWarning, match="broken.cpp does not compile"):
            assert build(source) is None
