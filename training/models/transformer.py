"""Text-conditional transformer for a flow-matching velocity in latent space (Peebles and Xie 2023; Chen et al. 2023).

Self-attention over the positions of a frame, in every second block of a video network also attention over all positions of all
frames, cross-attention to the text, a feed-forward network; one shared modulation network with an offset per block
(adaLN-single). Preconditioned like the pixel U-Net, for latents of unit variance.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .attention import Attention, FeedForward, padding_bias, rms_norm


@dataclass(frozen=True)
class TransformerConfig:
    """`image_channels`: channels of a source picture's latents beside the noisy ones; `frames`: most frames of a clip."""

    size: int = 8
    channels: int = 16
    image_channels: int = 0
    frames: int = 0
    context_width: int = 192
    width: int = 256
    depth: int = 6
    heads: int = 8

    def to_json(self) -> dict:
        return asdict(self)


class Block(nn.Module):
    def __init__(self, config: TransformerConfig, index: int) -> None:
        super().__init__()
        self.offsets = nn.Parameter(torch.zeros(6, config.width))
        self.space = Attention(config.width, config.heads)
        self.time = Attention(config.width, config.heads) if config.frames and index % 2 == 1 else None
        self.text = Attention(config.width, config.heads, config.context_width)
        self.network = FeedForward(config.width)

    def forward(self, x: Tensor, modulation: Tensor, context: Tensor, bias: Tensor, frame: Tensor | None) -> Tensor:
        """x [B,F,N,W], modulation [B,6,W], context [B,L,V], frame positions [F,W]; returns x's shape."""
        batch, frames, positions, width = x.shape
        m = (modulation + self.offsets)[:, :, None, None].to(x.dtype)
        h = rms_norm(x) * (1 + m[:, 0]) + m[:, 1]
        x = x + m[:, 2] * self.space(h.reshape(batch * frames, positions, width)).reshape(x.shape)
        if self.time is not None:
            # Over all positions of all frames: a moving object is never at the same place in the next frame.
            h = (rms_norm(x) + frame[:, None].to(x.dtype)).reshape(batch, frames * positions, width)
            x = x + self.time(h).reshape(x.shape)
        h = rms_norm(x).reshape(batch, frames * positions, width)
        x = x + self.text(h, context, bias).reshape(x.shape)
        h = rms_norm(x) * (1 + m[:, 3]) + m[:, 4]
        return x + m[:, 5] * self.network(h)


def sinusoids(values: Tensor, width: int, scale: float) -> Tensor:
    """Sines and cosines [N,width] of `values` [N] at geometric frequencies up to `scale`."""
    frequencies = torch.exp(torch.linspace(math.log(scale), math.log(scale) - math.log(1e3), width // 2))
    angles = values[:, None] * frequencies.to(values.device)
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


def moments(frames: int, width: int, device: torch.device) -> Tensor:
    """Embeddings [F,width] of the frames of a clip: of their index, and of the share of the clip that has passed."""
    steps = torch.arange(frames, device=device, dtype=torch.float32)
    share = steps / torch.clamp(steps[-1:], min=1.0)
    return torch.cat([sinusoids(steps, width // 2, 3.0), sinusoids(share, width // 2, 30.0)], dim=-1)


class Transformer(nn.Module):
    """velocity = Transformer(hidden_states [B,C,(F,)H,W], timestep [B], encoder_hidden_states, encoder_attention_mask, ...)."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.inward = nn.Linear(config.channels + config.image_channels, width)
        self.places = nn.Parameter(0.02 * torch.randn(config.size**2, width))
        self.noise = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.summary = nn.Linear(config.context_width, width)
        self.moment = nn.Linear(width, width) if config.frames else None
        self.modulation = nn.Linear(width, 6 * width)
        self.blocks = nn.ModuleList(Block(config, index) for index in range(config.depth))
        self.closing = nn.Linear(width, 2 * width)
        self.outward = nn.Linear(width, config.channels)
        with torch.no_grad():
            for layer in (self.modulation, self.closing, self.outward):
                layer.weight.zero_()
                layer.bias.zero_()
            if self.moment is not None:
                self.moment.weight.zero_()
                self.moment.bias.zero_()
            # Gates of the residual branches start open: the last layers of the branches are zero already.
            self.modulation.bias[2 * width : 3 * width] = 1
            self.modulation.bias[5 * width :] = 1

    def network(self, x: Tensor, sigma: Tensor, context: Tensor, mask: Tensor) -> Tensor:
        """Latents [B,F,N,C + image channels] to [B,F,N,C]."""
        share = mask.float()[..., None] / mask.float().sum(dim=1)[:, None, None]
        embedding = self.noise(sinusoids(sigma, self.config.width, 300.0))
        embedding = F.silu(embedding + self.summary((context * share).sum(dim=1)))
        modulation = self.modulation(embedding).unflatten(1, (6, -1))
        h = self.inward(x) + self.places
        frame = None
        if self.moment is not None:
            frame = moments(x.shape[1], self.config.width, x.device)
            h = h + self.moment(frame)[:, None].to(h.dtype)
        bias = padding_bias(mask)
        for block in self.blocks:
            h = block(h, modulation, context, bias, frame)
        scale, shift = self.closing(embedding)[:, None, None].chunk(2, dim=-1)
        return self.outward(rms_norm(h) * (1 + scale) + shift)

    def forward(
        self,
        hidden_states: Tensor,
        timestep: Tensor,
        encoder_hidden_states: Tensor,
        encoder_attention_mask: Tensor,
        image_latents: Tensor | None = None,
    ) -> Tensor:
        config = self.config
        x = hidden_states if config.frames else hidden_states[:, :, None]
        # [B,C,F,H,W] to [B,F,N,C]
        tokens = x.permute(0, 2, 3, 4, 1).flatten(2, 3)
        input_scale, linear, output_scale = coefficients(timestep)
        inputs = tokens * input_scale
        if image_latents is not None:
            inputs = torch.cat([inputs, image_latents[:, :, None].permute(0, 2, 3, 4, 1).flatten(2, 3)], dim=-1)
        output = self.network(inputs, timestep, encoder_hidden_states, encoder_attention_mask)
        velocity = linear * tokens + output_scale * output.to(tokens.dtype)
        velocity = velocity.unflatten(2, (config.size, config.size)).permute(0, 4, 1, 2, 3)
        return velocity if config.frames else velocity[:, :, 0]


def coefficients(sigma: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(scale of the input, linear part, scale of the output) at `sigma` [B], for tokens [B,F,N,C] of unit variance."""
    s = sigma[:, None, None, None]
    variance = s**2 + (1 - s) ** 2
    return variance.rsqrt(), (2 * s - 1) / variance, variance.rsqrt()
