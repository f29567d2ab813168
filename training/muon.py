"""Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon) with matrices of one shape taken together.

torch.optim.Muon orthogonalises one matrix after the other, hundreds of small products a step. Here all matrices of one shape
are one batched product.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .precision import compute_dtype

# Coefficients of the quintic iteration, as published.
A, B, C = 3.4445, -4.7750, 2.0315


def orthogonalize(updates: Tensor, iterations: int = 5) -> Tensor:
    """Nearest semi-orthogonal matrices of a batch [N,R,C], roughly: singular values end in 0.7 to 1.2."""
    x = updates.to(compute_dtype(updates.device.type))
    tall = x.shape[1] > x.shape[2]
    x = x.mT if tall else x
    x = x / (x.float().norm(dim=(1, 2), keepdim=True) + 1e-7).to(x.dtype)
    for _ in range(iterations):
        gram = x @ x.mT
        x = A * x + (B * gram + C * gram @ gram) @ x
    return (x.mT if tall else x).to(updates.dtype)


class Muon(torch.optim.Optimizer):
    """Momentum (Nesterov), orthogonalised, scaled to the root mean square of Adam's updates (Liu et al. 2025).

    A convolution [out,in,k,k] is the matrix [out,in*k*k].
    """

    def __init__(self, parameters: list[nn.Parameter], lr: float, momentum: float = 0.95) -> None:
        super().__init__(parameters, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:
        for group in self.param_groups:
            shapes: dict[torch.Size, list[nn.Parameter]] = {}
            for weight in group["params"]:
                if weight.grad is not None:
                    shapes.setdefault(weight.shape, []).append(weight)
            for shape, weights in shapes.items():
                longer = max(shape[0], shape[1:].numel())
                self.step_together(weights, group["lr"] * 0.2 * longer**0.5, group["momentum"])

    def step_together(self, weights: list[nn.Parameter], rate: float, momentum: float) -> None:
        gradients = [weight.grad for weight in weights]
        for weight in weights:
            self.state[weight].setdefault("momentum", torch.zeros_like(weight))
        buffers = [self.state[weight]["momentum"] for weight in weights]
        torch._foreach_lerp_(buffers, gradients, 1 - momentum)
        ahead = torch._foreach_lerp(gradients, buffers, momentum)
        updates = orthogonalize(torch.stack(ahead).flatten(2)).reshape(-1, *weights[0].shape)
        torch._foreach_add_(weights, list(updates.unbind()), alpha=-rate)
