"""Inner products of recorded velocities."""

from collections.abc import Sequence

import torch

COLUMNS = 2**14
"""Elements that are multiplied at once: with 50 velocities 7 MB in float64, which a cache holds."""


def gram_of(velocities: Sequence[torch.Tensor]) -> list[list[float]]:
    """
    `<v_a, v_b> / D` of T velocities of D elements each, in float64: T x T.

    It is taken where the velocities are, on the CPU where their device has no float64.
    """
    device = torch.device("cpu") if velocities[0].device.type == "mps" else velocities[0].device
    flat = [velocity.reshape(-1) for velocity in velocities]
    elements = flat[0].numel()
    products = torch.zeros(len(flat), len(flat), dtype=torch.float64, device=device)
    # One block for all: memory that is asked for again and again costs as much as the products.
    block = torch.empty(len(flat), min(COLUMNS, elements), dtype=torch.float64, device=device)
    for begin in range(0, elements, COLUMNS):
        some = block[:, : elements - begin]
        for row, one in zip(some, flat, strict=True):
            row.copy_(one[begin : begin + COLUMNS])
        products.addmm_(some, some.T)
    return (products / elements).tolist()
