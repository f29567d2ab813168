"""`python -m training.kernels`: times our 3x3 convolution, forward and backward, against torch's, in turn."""

from __future__ import annotations

import functools
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from . import winograd
from .convolution import convolve

BATCH = 128
ROUNDS = 9
# (channels in, channels out, height and width), from the network of models/cifar10.
SHAPES = ((96, 96, 16), (224, 96, 16), (128, 128, 8), (320, 128, 8), (192, 192, 4), (384, 192, 4))


def seconds(operation: Callable[[Tensor, Tensor], Tensor], x: Tensor, w: Tensor, gradient: Tensor) -> float:
    x.grad = w.grad = None
    began = time.perf_counter()
    operation(x, w).backward(gradient)
    return time.perf_counter() - began


def main() -> None:
    if not winograd.available():
        raise SystemExit("there is no C++ compiler: torch's own convolution is used")
    direct = functools.partial(F.conv2d, padding=1)
    print("| in | out | size | torch, ms | ours, ms | ratio |\n|---|---|---|---|---|---|")
    for inputs, outputs, size in SHAPES:
        shapes = ((BATCH, inputs, size, size), (outputs, inputs, 3, 3), (BATCH, outputs, size, size))
        x, w, gradient = (torch.randn(shape).contiguous(memory_format=torch.channels_last) for shape in shapes)
        x.requires_grad_()
        w.requires_grad_()
        pairs = [(seconds(direct, x, w, gradient), seconds(convolve, x, w, gradient)) for _ in range(ROUNDS)][1:]
        theirs, ours = (1e3 * statistics.median(times) for times in zip(*pairs, strict=True))
        ratio = statistics.median(a / b for a, b in pairs)
        print(f"| {inputs} | {outputs} | {size} | {theirs:.1f} | {ours:.1f} | {ratio:.2f} |", flush=True)


if __name__ == "__main__":
    main()
