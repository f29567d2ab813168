"""The estimator: AlexNet's plan with few channels, and LPIPS' way to compare two pictures."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...metrics.lpips import Lpips
from ...metrics.squeezenet import SCALE, SHIFT

WIDTHS = (64, 128, 192, 160, 128)
# AlexNet's convolutions, numbered as in torchvision.
TEACHER_LAYERS = (0, 3, 6, 8, 10)
# Under the roots, so that their slope stays finite.
EPSILON = 1e-4


class Perceptual(nn.Module):
    """Pictures [N,3,H,W] in [-1, 1], twice, to distances [N]: 0 for equal ones, no upper end, in units of LPIPS-alex."""

    def __init__(self, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        kernels = ((11, 4, 2), (5, 1, 2), (3, 1, 1), (3, 1, 1), (3, 1, 1))
        ends = zip((3, *widths), widths, kernels, strict=False)
        self.convolutions = nn.ModuleList(nn.Conv2d(a, b, k, stride, pad) for a, b, (k, stride, pad) in ends)
        self.heads = nn.ParameterList(nn.Parameter(torch.full((width,), 0.3)) for width in widths)
        self.register_buffer("shift", torch.tensor(SHIFT)[:, None, None])
        self.register_buffer("scale", torch.tensor(SCALE)[:, None, None])

    def features(self, pictures: Tensor) -> list[Tensor]:
        x, taps = (pictures - self.shift) / self.scale, []
        for index, convolution in enumerate(self.convolutions):
            x = F.relu(convolution(x))
            taps.append(x / (x.square().sum(dim=1, keepdim=True) + EPSILON).sqrt())
            if index < 2:
                x = F.max_pool2d(x, 3, 2)
        return taps

    def maps(self, image: Tensor, reference: Tensor) -> list[Tensor]:
        """The share of each layer at each position, [N,1,h,w]."""
        both = (torch.tensor_split(tap, 2) for tap in self.features(torch.cat([image, reference])))
        weighted = zip(both, self.heads, strict=True)
        return [((a - b).square() * head.square()[:, None, None]).sum(dim=1, keepdim=True) for (a, b), head in weighted]

    def forward(self, image: Tensor, reference: Tensor) -> Tensor:
        return sum(layer.mean(dim=(1, 2, 3)) for layer in self.maps(image, reference))


class Exported(nn.Module):
    """The same with both pictures as inputs of one graph of any batch size and picture size."""

    def __init__(self, net: Perceptual) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: Tensor, reference: Tensor) -> Tensor:
        pairs = zip(self.net.features(image), self.net.features(reference), self.net.heads, strict=True)
        layers = [((a - b).square() * head.square()[:, None, None]).sum(dim=1) for a, b, head in pairs]
        return sum(layer.mean(dim=(1, 2)) for layer in layers)


def chosen_channels(teacher: Lpips, image: Tensor, reference: Tensor) -> list[Tensor]:
    """Of every layer of the teacher the channels that add most to the distances of these pairs, in their order."""
    differences = ((a - b).square().mean(dim=(0, 2, 3)) for a, b in zip(teacher.features(image), teacher.features(reference), strict=True))
    shares = (difference * teacher.tensors[f"lin{k}.weight"].flatten() for k, difference in enumerate(differences))
    return [share.topk(width).indices.sort().values for share, width in zip(shares, WIDTHS, strict=True)]


def build(device: str, teacher: Lpips | None = None, pairs: tuple[Tensor, Tensor] | None = None) -> Perceptual:
    """A new network; with a teacher and some pairs it starts as the part of AlexNet that tells these apart best."""
    torch.manual_seed(0)
    net = Perceptual()
    if teacher is not None and pairs is not None:
        inputs = torch.arange(3)
        with torch.no_grad():
            for k, channels in enumerate(chosen_channels(teacher, *pairs)):
                layer, name = net.convolutions[k], f"features.{TEACHER_LAYERS[k]}"
                layer.weight.copy_(teacher.tensors[f"{name}.weight"][channels][:, inputs])
                layer.bias.copy_(teacher.tensors[f"{name}.bias"][channels])
                net.heads[k].copy_(teacher.tensors[f"lin{k}.weight"].flatten()[channels].clamp(min=0).sqrt())
                inputs = channels
    return net.to(device)


def distillation_loss(net: Perceptual, image: Tensor, reference: Tensor, layers: list[Tensor]) -> Tensor:
    """Squared error of roots: of the distance, and of every layer's share at every position."""
    guesses = net.maps(image, reference)
    total = (sum(g.mean(dim=(1, 2, 3)) for g in guesses) + EPSILON).sqrt()
    truth = (sum(t.mean(dim=(1, 2, 3)) for t in layers) + EPSILON).sqrt()
    parts = [((g + EPSILON).sqrt() - (t + EPSILON).sqrt()).square().mean() for g, t in zip(guesses, layers, strict=True)]
    return 4 * (total - truth).square().mean() + sum(parts)
