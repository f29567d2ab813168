"""Random feeds that depend on names and sizes alone."""

import hashlib

import torch

from .network import Sizes


def generator(name: str) -> torch.Generator:
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") >> 1
    return torch.Generator("cpu").manual_seed(seed)


def normal(name: str, *shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=generator(f"{name}/{shape}"))


def tokens(vocabulary: int, sizes: Sizes, length: int | None = None) -> torch.Tensor:
    """Ids [batch, length]; the last one is the largest, where CLIP pools."""
    count = length or sizes.length
    ids = torch.randint(3, vocabulary - 1, (sizes.batch, count), generator=generator(f"tokens/{count}"))
    ids[:, -1] = vocabulary - 1
    return ids


def mask(sizes: Sizes) -> torch.Tensor:
    """Ones [batch, length]; texts after the first are two thirds as long."""
    ones = torch.ones(sizes.batch, sizes.length, dtype=torch.long)
    ones[1:, sizes.length * 2 // 3 :] = 0
    return ones


def times(sizes: Sizes, largest: float) -> torch.Tensor:
    """One a sample, from 0.9 of the largest down; not round, so that a cast to float16 shows."""
    return largest * (0.85769 - 0.3 * torch.arange(sizes.batch, dtype=torch.float32))
