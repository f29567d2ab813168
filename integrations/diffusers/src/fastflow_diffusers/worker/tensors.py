"""Tensors as they lie in the payload of a frame: raw, little-endian, on multiples of 64 bytes."""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import torch

from .frames import FrameError

TYPES = {
    "float32": torch.float32,
    "float16": torch.float16,
    "int64": torch.int64,
    "int32": torch.int32,
    "bool": torch.bool,
    "uint8": torch.uint8,
}
NAMES = {dtype: name for name, dtype in TYPES.items()}
ALIGNMENT = 64


def check_places(places: Any, payload_bytes: int) -> None:
    """Refuses what no feeds are, or what would reach beyond the payload, before there is one."""
    if not isinstance(places, list):
        raise FrameError("feeds that are no list")
    for place in places:
        if not isinstance(place, dict) or not isinstance(place.get("name"), str):
            raise FrameError("a feed without a name")
        dims, offset, dtype = place.get("dims"), place.get("offset"), place.get("type")
        if not isinstance(dtype, str) or dtype not in TYPES:
            raise FrameError("a feed of no known type")
        if not isinstance(dims, list) or not all(is_size(size) for size in [*dims, offset]) or offset % 8:
            raise FrameError("a feed with a size that is none")
        if offset + prod(dims) * TYPES[dtype].itemsize > payload_bytes:
            raise FrameError("a feed outside the payload")


def is_size(value: Any) -> bool:
    return type(value) is int and 0 <= value < 1 << 53


def unpack(place: Mapping[str, Any], payload: memoryview) -> torch.Tensor:
    """The tensor where it lies, shared and not copied."""
    dtype, dims = TYPES[place["type"]], place["dims"]
    count = prod(dims)
    if count == 0:
        return torch.empty(dims, dtype=dtype)
    return torch.frombuffer(payload, dtype=dtype, count=count, offset=place["offset"]).reshape(dims)


def pack(results: Sequence[tuple[str, torch.Tensor]]) -> tuple[list[dict[str, Any]], memoryview]:
    """Where each tensor of the host lies, and the payload that holds them."""
    places, size = [], 0
    for name, value in results:
        places.append({"name": name, "type": NAMES[value.dtype], "dims": list(value.shape), "offset": size})
        size += -(-value.numel() * value.element_size() // ALIGNMENT) * ALIGNMENT
    payload = bytearray(size)
    for place, (_, value) in zip(places, results, strict=True):
        if value.numel() > 0:
            unpack(place, memoryview(payload)).copy_(value)
    return places, memoryview(payload)
