"""Contrastive image-text model of emoji, in the manner of CLIP (Radford et al. 2021)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...models.autoencoder import Residual
from ...models.text_encoder import TextEncoder, TextEncoderConfig

EMBEDDING = 128
TEXT = TextEncoderConfig(width=128, heads=4, depth=2)


class ImageEncoder(nn.Module):
    """Unit vectors [B,128] of pixels [B,3,64,64] in [-1, 1]."""

    def __init__(self, widths: tuple[int, ...] = (32, 64, 96, 160)) -> None:
        super().__init__()
        channels, layers = 3, []
        for width in widths:
            layers += [nn.PixelUnshuffle(2), nn.Conv2d(4 * channels, width, 3, padding=1), Residual(width)]
            channels = width
        self.body = nn.Sequential(*layers, nn.SiLU())
        self.head = nn.Linear(16 * channels, EMBEDDING)

    def forward(self, pixel_values: Tensor) -> Tensor:
        return F.normalize(self.head(self.body(pixel_values).flatten(1)), dim=-1)


class TextTower(nn.Module):
    """Unit vectors [B,128] of prompts: the mean over tokens, projected."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = TextEncoder(TEXT)
        self.head = nn.Linear(TEXT.width, EMBEDDING, bias=False)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        share = attention_mask.float()[..., None] / attention_mask.float().sum(dim=1)[:, None, None]
        return F.normalize(self.head((self.encoder(input_ids, attention_mask) * share).sum(dim=1)), dim=-1)


class EmojiClip(nn.Module):
    """(text embeddings, image embeddings, scale of their products)."""

    ends = ("text.encoder.tokens", "text.encoder.positions", "scale")

    def __init__(self) -> None:
        super().__init__()
        self.text = TextTower()
        self.image = ImageEncoder()
        self.scale = nn.Parameter(torch.tensor(math.log(10.0)))

    def forward(self, ids: Tensor, mask: Tensor, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return self.text(ids, mask), self.image(pixels), self.scale.exp().clamp(max=100)


def build(device: str) -> EmojiClip:
    torch.manual_seed(0)
    return EmojiClip().to(device)


def contrastive_loss(texts: Tensor, images: Tensor, scale: Tensor, same: Tensor) -> Tensor:
    """Symmetric cross-entropy; pairs marked in `same` [B,B] (one label and style twice in a batch) share the target."""
    logits = scale * texts.float() @ images.float().T
    targets = same.float() / same.float().sum(dim=1, keepdim=True)
    rows = -(targets * logits.log_softmax(dim=1)).sum(dim=1).mean()
    columns = -(targets.T * logits.T.log_softmax(dim=1)).sum(dim=1).mean()
    return (rows + columns) / 2
