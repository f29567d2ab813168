"""The number format that networks compute in."""

from __future__ import annotations

import functools

import torch


@functools.cache
def compute_dtype(device_type: str) -> torch.dtype:
    """bfloat16 where the hardware has it: a CPU that emulates it is several times slower than in float32."""
    if device_type != "cpu":
        return torch.bfloat16
    # oneDNN calls bfloat16 supported on every CPU with AVX-512, where most of them emulate it.
    native = any(torch.cpu.get_capabilities().get(name) for name in ("amx_bf16", "avx512_bf16", "bf16"))
    return torch.bfloat16 if native and torch.ops.mkldnn._is_mkldnn_bf16_supported() else torch.float32


def autocast(device: str | torch.device) -> torch.autocast:
    """Mixed precision in `compute_dtype`, without effect where that is float32."""
    device_type = torch.device(device).type
    dtype = compute_dtype(device_type)
    return torch.autocast(device_type, dtype, enabled=dtype != torch.float32)
