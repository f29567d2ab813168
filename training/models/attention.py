"""Attention and feed-forward layers that the text encoder and the velocity transformer share."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def rms_norm(x: Tensor, eps: float = 1e-6) -> Tensor:
    """Unit root mean square along the last axis, without a learned scale."""
    return x * torch.rsqrt(x.float().square().mean(dim=-1, keepdim=True) + eps).to(x.dtype)


class Attention(nn.Module):
    """Multi-head attention with normalised queries and keys; `context` defaults to `x` itself."""

    def __init__(self, width: int, heads: int, context_width: int | None = None) -> None:
        super().__init__()
        self.heads = heads
        self.q = nn.Linear(width, width, bias=False)
        self.kv = nn.Linear(context_width or width, 2 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.q_scale = nn.Parameter(torch.ones(width // heads))
        self.k_scale = nn.Parameter(torch.ones(width // heads))
        nn.init.zeros_(self.out.weight)

    def forward(self, x: Tensor, context: Tensor | None = None, bias: Tensor | None = None) -> Tensor:
        """x [B,N,W], context [B,M,V], additive bias [B,1,1,M] or broadcastable; returns [B,N,W]."""
        source = x if context is None else context
        head = x.shape[-1] // self.heads
        q = self.q(x).reshape(-1, x.shape[1], self.heads, head).transpose(1, 2)
        kv = self.kv(source).reshape(-1, source.shape[1], 2, self.heads, head)
        k, v = kv[:, :, 0].transpose(1, 2), kv[:, :, 1].transpose(1, 2)
        q, k = rms_norm(q) * self.q_scale, rms_norm(k) * self.k_scale
        scores = q.to(v.dtype) @ k.to(v.dtype).transpose(-1, -2) / math.sqrt(head)
        weights = torch.softmax(scores if bias is None else scores + bias, dim=-1)
        return self.out((weights.to(v.dtype) @ v).transpose(1, 2).reshape(x.shape))


class FeedForward(nn.Module):
    """GELU network of four times the width."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inner = nn.Linear(width, 4 * width)
        self.outer = nn.Linear(4 * width, width)
        nn.init.zeros_(self.outer.weight)

    def forward(self, x: Tensor) -> Tensor:
        return self.outer(F.gelu(self.inner(x), approximate="tanh"))


def padding_bias(mask: Tensor) -> Tensor:
    """Additive attention bias [B,1,1,M] of a mask [B,M] that is 1 for tokens and 0 for padding."""
    return ((1 - mask.float()) * -1e4)[:, None, None, :]
