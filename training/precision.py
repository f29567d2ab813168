"""The number format that networks compute in."""

from __future__ import annotations

import functools

import torch


@functools.cache
def compute_dtype(device_type: str) -> torch.dtype:
    """bfloat16 where the hardware has it: a CPU that emulates it multiplies some thirty times slower than in float32."""
    native = device_type != "cpu" or torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return torch.bfloat16 if native else torch.float32


def autocast(device: str | torch.device) -> torch.autocast:
    """Mixed precision in `compute_dtype`, without effect where that is float32."""
    device_type = torch.device(device).type
    dtype = compute_dtype(device_type)
    return torch.autocast(device_type, dtype, enabled=dtype != torch.float32)
