"""The text-to-image network, its loss and its sampler."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from ...checkpoint import load_ema
from ...data import emoji, tokenizer
from ...data.cifar10 import to_float
from ...data.prompts import vocabulary
from ...flow import euler, logit_normal
from ...models.autoencoder import Autoencoder
from ...models.text_encoder import TextEncoder, TextEncoderConfig
from ...models.transformer import Transformer, TransformerConfig, coefficients
from .. import emoji_vae

TEXT = TextEncoderConfig()
FLOW = TransformerConfig()
PROMPT_DROPOUT = 0.1
GUIDANCE = 4.0
STEPS = 50


class TextFlow(nn.Module):
    """Text encoder and velocity network, trained as one."""

    # Layers that Muon leaves to Adam: embeddings, ends, modulation.
    ends = (
        "text_encoder.tokens",
        "text_encoder.positions",
        "transformer.places",
        "transformer.inward",
        "transformer.outward",
        "transformer.modulation",
        "transformer.closing",
    )

    def __init__(self, text: TextEncoderConfig, flow: TransformerConfig) -> None:
        super().__init__()
        self.text_encoder = TextEncoder(text)
        self.transformer = Transformer(flow)

    def forward(self, x: Tensor, sigma: Tensor, ids: Tensor, mask: Tensor, image: Tensor | None = None) -> Tensor:
        return self.transformer(x, sigma, self.text_encoder(ids, mask), mask, image)


def build(device: str, flow: TransformerConfig | None = None) -> TextFlow:
    torch.manual_seed(0)
    return TextFlow(TEXT, flow or FLOW).to(device)


def load_tokenizer(work: Path) -> Tokenizer:
    """The tokenizer that all emoji models share."""
    lines = vocabulary(emoji.read_entries())
    return tokenizer.load_or_train(work / "emoji" / "tokenizer.json", lines, TEXT.vocab_size, TEXT.max_length)


def load_autoencoder(work: Path, device: str) -> Autoencoder:
    """The trained autoencoder, standardised on the training emoji."""
    net = emoji_vae.build("cpu")
    load_ema(net, work / emoji_vae.FOLDER / "checkpoint.pt")
    data = emoji.load()
    net.standardize(to_float(data.images[:, data.rows("train")[::4]].flatten(0, 1)))
    return net.to(device)


@torch.no_grad()
def encode_all(autoencoder: Autoencoder, images: Tensor) -> Tensor:
    """Latents [..., C, h, w] of uint8 images [..., 3, H, W], as float16."""
    flat = images.flatten(0, -4)
    parts = [autoencoder.encode(to_float(part)).half() for part in flat.split(64)]
    return torch.cat(parts).unflatten(0, images.shape[:-3])


def flow_loss(
    model: nn.Module, x0: Tensor, generator: torch.Generator, *conditions: Tensor, noise_mean: float = 0.0
) -> Tensor:
    """Mean squared velocity error in units of the preconditioned output, logit-normal noise levels around `noise_mean`."""
    noise = torch.randn(x0.shape, generator=generator).to(x0.device)
    sigma = logit_normal(len(x0), generator, noise_mean).to(x0.device)
    s = sigma.reshape(-1, *[1] * (x0.ndim - 1))
    velocity = model((1 - s) * x0 + s * noise, sigma, *conditions).float()
    scale = coefficients(sigma)[2].reshape(s.shape)
    return ((velocity - (noise - x0)) / scale).square().mean()


@torch.no_grad()
def sample(
    model: TextFlow,
    words: Tokenizer,
    prompts: list[str],
    noise: Tensor,
    guidance: float = GUIDANCE,
    steps: int = STEPS,
    image: Tensor | None = None,
) -> Tensor:
    """Guided Euler samples in latent space, one for each prompt."""
    ids, mask = (part.to(noise.device) for part in tokenizer.encode(words, [*prompts, *[""] * len(prompts)]))
    context = model.text_encoder(ids, mask)
    images = None if image is None else torch.cat([image, image])

    def velocity(x: Tensor, sigma: Tensor) -> Tensor:
        both = model.transformer(torch.cat([x, x]), torch.cat([sigma, sigma]), context, mask, images)
        high, low = both.float().chunk(2)
        return low + guidance * (high - low)

    return euler(velocity, noise, steps)
