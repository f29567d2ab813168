"""Rotary positions without complex numbers, which ONNX lacks, and without writing into slices, which fixes sizes."""

from collections.abc import Sequence

import torch


def angles(positions: torch.Tensor, dims: Sequence[int], theta: float) -> torch.Tensor:
    """Pairs of cosine and sine [..., tokens, sum(dims) / 2, 2] of whole positions [..., tokens, axes]."""
    parts = []
    for axis, dim in enumerate(dims):
        frequencies = 1.0 / theta ** (torch.arange(0, dim, 2, dtype=torch.float64) / dim)
        parts.append(positions[..., axis : axis + 1].float() * frequencies.float())
    angle = torch.cat(parts, dim=-1)
    return torch.stack([angle.cos(), angle.sin()], dim=-1)


def rotate(x: torch.Tensor, pairs: torch.Tensor) -> torch.Tensor:
    """x [batch, tokens, heads, dim], neighbours being real and imaginary part; pairs [(batch,) tokens, dim / 2, 2]."""
    cos, sin = pairs[..., 0].unsqueeze(-2), pairs[..., 1].unsqueeze(-2)
    real, imaginary = x.float().unflatten(-1, (-1, 2)).unbind(-1)
    return torch.stack([real * cos - imaginary * sin, real * sin + imaginary * cos], dim=-1).flatten(-2).type_as(x)


def rotate_interleaved(
    x: torch.Tensor,
    freqs_cis: tuple[torch.Tensor, torch.Tensor],
    use_real: bool = True,
    use_real_unbind_dim: int = -1,
    sequence_dim: int = 2,
) -> torch.Tensor:
    """In place of Diffusers' `apply_rotary_emb` with cosines and sines [tokens, dim], every value standing twice."""
    if not use_real or use_real_unbind_dim != -1:
        raise NotImplementedError("rotary positions of another layout than those of FLUX")
    cos, sin = (one[:, 0::2].unsqueeze(1) if sequence_dim == 1 else one[None, :, 0::2] for one in freqs_cis)
    real, imaginary = x[..., 0::2].float(), x[..., 1::2].float()
    return torch.stack([real * cos - imaginary * sin, real * sin + imaginary * cos], dim=-1).flatten(-2).type_as(x)


def grid(*lengths: torch.Tensor | int) -> torch.Tensor:
    """Whole positions [product of lengths, axes], the last axis fastest."""
    axes = torch.meshgrid(*(torch.arange(length) for length in lengths), indexing="ij")
    return torch.stack(axes, dim=-1).reshape(-1, len(lengths))
