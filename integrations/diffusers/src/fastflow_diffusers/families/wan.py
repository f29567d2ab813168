"""Wan 2.1 and 2.2 text to video: umT5, one transformer or two, latents with a mean and a deviation a channel."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest.mock import patch

import torch
from diffusers.models.autoencoders.autoencoder_kl_wan import WanResample, unpatchify
from diffusers.models.transformers.transformer_wan import WanAttnProcessor

from ..network import Family, Network, Part, Sizes
from ..networks.autoencoder import renamed
from ..networks.clip import TEXT
from ..networks.t5 import masked_t5
from ..patches import processors
from ..samples import normal, times

CLIP = {0: "batch_size", 2: "num_frames", 3: "height", 4: "width"}


class TraceableAttention:
    """The same attention, positions rotated without writing into slices. What image-to-video models add is left out."""

    def __call__(
        self,
        attn: Any,
        hidden_states: torch.Tensor,
        encoder_hidden_states: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        rotary_emb: tuple[torch.Tensor, torch.Tensor] | None = None,
    ) -> torch.Tensor:
        context = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        query, key, value = (
            attn.norm_q(attn.to_q(hidden_states)),
            attn.norm_k(attn.to_k(context)),
            attn.to_v(context),
        )
        query, key, value = (one.unflatten(2, (attn.heads, -1)) for one in (query, key, value))
        if rotary_emb is not None:
            query, key = rotated(query, *rotary_emb), rotated(key, *rotary_emb)
        query, key, value = (one.transpose(1, 2) for one in (query, key, value))
        result = torch.nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=attention_mask)
        return attn.to_out[1](attn.to_out[0](result.transpose(1, 2).flatten(2, 3)))


def rotated(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """cos and sin [1, tokens, 1, dim] hold every value twice."""
    real, imaginary = x.unflatten(-1, (-1, 2)).unbind(-1)
    cos, sin = cos[..., 0::2], sin[..., 1::2]
    return torch.stack([real * cos - imaginary * sin, real * sin + imaginary * cos], dim=-1).flatten(-2).type_as(x)


def transformer(module: Any) -> Network:
    config = module.config

    def feeds(sizes: Sizes) -> dict[str, torch.Tensor]:
        shape = (sizes.batch, config.in_channels, sizes.frames, sizes.height, sizes.width)
        return {
            "hidden_states": normal("state", *shape),
            "timestep": times(sizes, 1000),
            "encoder_hidden_states": normal("text", sizes.batch, sizes.length, config.text_dim),
        }

    def run(**given: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return module(**given, return_dict=False)

    def patches() -> AbstractContextManager[Any]:
        return processors(module, WanAttnProcessor, TraceableAttention())

    inputs = {"hidden_states": CLIP, "timestep": {0: "batch_size"}, "encoder_hidden_states": TEXT}
    return Network(inputs, {"out_hidden_states": CLIP}, feeds, run, patches=patches)


def clip_decoder(module: Any) -> Network:
    """
    Diffusers decodes one latent frame after the other and keeps what the causal convolutions need of the past. All frames at
    once give the same clip, of any length, at the price of memory for all of them.
    """

    def feeds(sizes: Sizes) -> dict[str, torch.Tensor]:
        shape = (sizes.batch, module.config.z_dim, sizes.frames, sizes.height, sizes.width)
        return {"latent_sample": normal("latents", *shape)}

    def reference(latent_sample: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (module.decode(latent_sample, return_dict=False)[0],)

    def forward(latent_sample: torch.Tensor) -> tuple[torch.Tensor, ...]:
        clip = module.decoder(module.post_quant_conv(latent_sample), first_chunk=True)
        if module.config.patch_size is not None:
            clip = unpatchify(clip, patch_size=module.config.patch_size)
        return (clip.clamp(-1.0, 1.0),)

    inputs, outputs = {"latent_sample": renamed(CLIP, "latent")}, {"sample": renamed(CLIP, "sample")}
    return Network(inputs, outputs, feeds, reference, forward, whole_clips)


@contextmanager
def whole_clips() -> Iterator[None]:
    """Upsampling in time without a cache: the first frame stays one, all others become two, and never see the first."""

    def forward(self: Any, x: torch.Tensor, feat_cache: None = None, feat_idx: Any = None) -> torch.Tensor:
        if self.mode == "upsample3d":
            first = x[:, :, :1]
            later = self.time_conv(torch.cat([torch.zeros_like(first), x[:, :, 1:]], dim=2))
            pairs = later.unflatten(1, (2, -1)).permute(0, 2, 3, 1, 4, 5).flatten(2, 3)
            x = torch.cat([first, pairs[:, :, 2:]], dim=2)
        pictures = self.resample(x.transpose(1, 2).flatten(0, 1))
        return pictures.reshape(x.shape[0], -1, *pictures.shape[1:]).transpose(1, 2)

    with patch.object(WanResample, "forward", forward):
        yield


WAN = Family(
    classes=("WanPipeline",),
    parts=(
        Part("text_encoder", "text_encoder", masked_t5),
        Part("transformer", "transformer", transformer, optional=True),
        Part("transformer_2", "transformer_2", transformer, optional=True),
        Part("vae_decoder", "vae", clip_decoder),
    ),
)
