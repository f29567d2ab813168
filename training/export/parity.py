"""Does the exported model compute what the torch model computes?"""

from __future__ import annotations

import onnxruntime
import torch
from torch import Tensor

from ..models.unet import UNet
from .bake import BakedUNet

INPUTS = ("sample", "timestep", "class_labels")
OUTPUT = "velocity"


class ParityError(RuntimeError):
    """The exported model does not compute what the torch model computes, or not the way it should."""


def probes(net: UNet) -> list[tuple[Tensor, Tensor, Tensor]]:
    """Inputs of a parity check: several batch sizes, noise levels from end to end, every class and the null class."""
    generator = torch.Generator().manual_seed(0)
    config = net.config
    cases = []
    for batch, sigmas in ((1, [1.0]), (1, [0.0]), (2, [0.98, 0.98]), (5, [0.02, 0.25, 0.5, 0.75, 1.0])):
        sigma = torch.tensor(sigmas)
        shape = (batch, config.in_channels, config.image_size, config.image_size)
        labels = torch.randint(config.num_classes + 1, (batch,), generator=generator)
        labels[-1] = config.num_classes
        cases.append((torch.randn(shape, generator=generator), sigma, labels))
    count = config.num_classes + 1
    noise = torch.randn(count, config.in_channels, config.image_size, config.image_size, generator=generator)
    cases.append((noise, torch.linspace(0, 1, count), torch.arange(count)))
    return cases


def run_onnx(session: onnxruntime.InferenceSession, sample: Tensor, sigma: Tensor, labels: Tensor) -> Tensor:
    feeds = dict(zip(INPUTS, (sample.numpy(), sigma.numpy(), labels.numpy()), strict=True))
    return torch.from_numpy(session.run([OUTPUT], feeds)[0])


@torch.no_grad()
def compare(document: bytes, net: UNet, rounded: BakedUNet) -> tuple[float, float, float, float]:
    """(ONNX difference, rounding difference, rounding rms, velocity rms) over all probes."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(document, options, providers=["CPUExecutionProvider"])
    onnx_difference, rounding, squares, velocities = 0.0, 0.0, [], []
    for case in probes(net):
        source, expected = net(*case), rounded(*case)
        onnx_difference = max(onnx_difference, (run_onnx(session, *case) - expected).abs().max().item())
        rounding = max(rounding, (expected - source).abs().max().item())
        squares.append((expected - source).square().flatten())
        velocities.append(source.square().flatten())
    rms = [torch.cat(parts).mean().sqrt().item() for parts in (squares, velocities)]
    return onnx_difference, rounding, rms[0], rms[1]
