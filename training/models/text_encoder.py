"""Small bidirectional text encoder, trained together with the flow that it conditions."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from .attention import Attention, FeedForward, padding_bias, rms_norm


@dataclass(frozen=True)
class TextEncoderConfig:
    vocab_size: int = 2048
    max_length: int = 32
    width: int = 192
    depth: int = 2
    heads: int = 6

    def to_json(self) -> dict:
        return asdict(self)


class TextEncoder(nn.Module):
    """last_hidden_state [B,L,width] = TextEncoder(input_ids [B,L], attention_mask [B,L])."""

    def __init__(self, config: TextEncoderConfig) -> None:
        super().__init__()
        self.config = config
        self.tokens = nn.Embedding(config.vocab_size, config.width)
        self.positions = nn.Parameter(0.02 * torch.randn(config.max_length, config.width))
        self.scale = nn.Parameter(torch.ones(config.width))
        nn.init.normal_(self.tokens.weight, std=0.5)
        self.attentions = nn.ModuleList(Attention(config.width, config.heads) for _ in range(config.depth))
        self.networks = nn.ModuleList(FeedForward(config.width) for _ in range(config.depth))

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        bias = padding_bias(attention_mask)
        x = self.tokens(input_ids) + self.positions
        for attention, network in zip(self.attentions, self.networks, strict=True):
            x = x + attention(rms_norm(x), bias=bias)
            x = x + network(rms_norm(x))
        return rms_norm(x) * self.scale
