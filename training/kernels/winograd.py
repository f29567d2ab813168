"""3x3 convolution by Winograd's minimal filtering F(4x4, 3x3) (Lavin and Gray 2016, arXiv:1509.09308), in float32 on a CPU.

A quarter of the multiplications of the direct convolution, as 36 matrix products.
"""

from __future__ import annotations

import functools
from ctypes import CDLL, c_void_p
from pathlib import Path

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx
from torch.library import custom_op, register_autograd

from .build import build

TILE = 4
LANES = 8
POINTS = 36
# Filters at the interpolation points 0, 1, -1, 2, -2 and infinity: G w G^T is one product with this matrix [36,9].
G = torch.tensor(
    [[1 / 4, 0, 0], [-1 / 6, -1 / 6, -1 / 6], [-1 / 6, 1 / 6, -1 / 6], [1 / 24, 1 / 12, 1 / 6], [1 / 24, -1 / 12, 1 / 6], [0, 0, 1]]
)
FILTER = torch.kron(G, G)


@functools.cache
def library() -> CDLL | None:
    return build(Path(__file__).with_name("winograd.cpp"))


@torch.compiler.assume_constant_result
def available() -> bool:
    return library() is not None


def applies(x: Tensor, w: Tensor) -> bool:
    """Whether `convolve` takes these: float32 on a CPU, a whole number of tiles and of vectors, a C++ compiler, and no export."""
    plain = x.device.type == "cpu" and x.dtype == torch.float32 and not torch.is_autocast_enabled("cpu")
    whole = x.shape[2] % TILE == 0 and x.shape[3] % TILE == 0 and w.shape[0] % LANES == 0 and w.shape[1] % LANES == 0
    return plain and w.shape[2:] == (3, 3) and whole and available() and not torch.compiler.is_exporting()


def convolve(x: Tensor, w: Tensor) -> Tensor:
    """`conv2d(x, w, padding=1)` of x [B,I,H,W] and w [O,I,3,3]: [B,O,H,W], channels last, to about 1e-5 of the largest value."""
    return torch.ops.fastflow.winograd(x, w)[0]


def transform(name: str, source: Tensor, target: Tensor, image: Tensor) -> None:
    """One of the four transforms of winograd.cpp between the channels-last `image` and its tiles."""
    batch, channels, height, width = image.shape
    getattr(library(), name)(c_void_p(source.data_ptr()), c_void_p(target.data_ptr()), batch, height, width, channels)


def channels_last(batch: int, channels: int, height: int, width: int) -> Tensor:
    return torch.empty(batch, channels, height, width, memory_format=torch.channels_last)


@custom_op("fastflow::winograd", mutates_args=())
def forward(x: Tensor, w: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(output, tiles [36,T,I] and filters [36,I,O] for the gradient)."""
    x = x.contiguous(memory_format=torch.channels_last)
    (batch, inputs, height, width), outputs = x.shape, w.shape[0]
    tiles = torch.empty(POINTS, batch * height * width // TILE**2, inputs)
    transform("input_transform", x, tiles, x)
    filters = (FILTER @ w.permute(2, 3, 1, 0).reshape(9, inputs * outputs)).view(POINTS, inputs, outputs)
    products = torch.bmm(tiles, filters)
    y = channels_last(batch, outputs, height, width)
    transform("output_transform", products, y, y)
    return y, tiles, filters


@custom_op("fastflow::winograd_backward", mutates_args=())
def backward(gradient: Tensor, tiles: Tensor, filters: Tensor) -> tuple[Tensor, Tensor]:
    """Gradients of x and w: every step of `forward` is linear, so these are its transposes in reverse."""
    gradient = gradient.contiguous(memory_format=torch.channels_last)
    (batch, outputs, height, width), inputs = gradient.shape, tiles.shape[2]
    products = torch.empty(POINTS, tiles.shape[1], outputs)
    transform("output_transform_adjoint", gradient, products, gradient)
    of_filters = torch.bmm(tiles.transpose(1, 2), products)
    of_tiles = torch.bmm(products, filters.transpose(1, 2))
    of_x = channels_last(batch, inputs, height, width)
    transform("input_transform_adjoint", of_tiles, of_x, of_x)
    of_w = (FILTER.T @ of_filters.view(POINTS, inputs * outputs)).view(3, 3, inputs, outputs)
    return of_x, of_w.permute(3, 2, 0, 1).contiguous()


@forward.register_fake
def _(x: Tensor, w: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    (batch, inputs, height, width), outputs = x.shape, w.shape[0]
    tiles = x.new_empty(POINTS, batch * height * width // TILE**2, inputs)
    return channels_last(batch, outputs, height, width), tiles, x.new_empty(POINTS, inputs, outputs)


@backward.register_fake
def _(gradient: Tensor, tiles: Tensor, filters: Tensor) -> tuple[Tensor, Tensor]:
    (batch, outputs, height, width), inputs = gradient.shape, tiles.shape[2]
    return channels_last(batch, inputs, height, width), gradient.new_empty(outputs, inputs, 3, 3)


# The names of the arguments are torch's.
def keep(ctx: FunctionCtx, inputs: tuple[Tensor, Tensor], output: tuple[Tensor, Tensor, Tensor]) -> None:
    ctx.save_for_backward(*output[1:])


def differentiate(ctx: FunctionCtx, gradient: Tensor, *_: Tensor) -> tuple[Tensor, Tensor]:
    return torch.ops.fastflow.winograd_backward(gradient, *ctx.saved_tensors)


register_autograd("fastflow::winograd", differentiate, setup_context=keep)
