"""FLUX.1 dev, schnell and Kontext: packed latents, pooled CLIP, T5; timestep is sigma, ids are whole numbers."""

from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch

import torch

from ..network import Family, Network, Part, Sizes
from ..networks.autoencoder import decoder, encoder
from ..networks.clip import TEXT, clip
from ..networks.t5 import t5
from ..patches import exact_times
from ..rotary import grid, rotate_interleaved
from ..samples import normal, times

BATCH = {0: "batch_size"}
PACKED = {0: "batch_size", 1: "packed_height_width"}


def transformer(module: Any) -> Network:
    """`guidance` is an input where the network embeds it, as that of dev and Kontext does."""
    config = module.config

    def feeds(sizes: Sizes) -> dict[str, torch.Tensor]:
        places = grid(1, sizes.height // 2, sizes.width // 2)
        given = {
            "hidden_states": normal("state", sizes.batch, len(places), config.in_channels),
            "encoder_hidden_states": normal("text", sizes.batch, sizes.length, config.joint_attention_dim),
            "pooled_projections": normal("pooled", sizes.batch, config.pooled_projection_dim),
            "timestep": times(sizes, 1.0),
            "img_ids": places,
            "txt_ids": torch.zeros(sizes.length, 3, dtype=torch.long),
        }
        return {**given, "guidance": torch.full((sizes.batch,), 3.5)} if config.guidance_embeds else given

    def reference(**given: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return module(**given, return_dict=False)

    def forward(**given: torch.Tensor) -> tuple[torch.Tensor, ...]:
        scaled = [1000 * given[name] for name in ("timestep", "guidance") if name in given]
        with exact_times(module.time_text_embed, *scaled):
            return reference(**given)

    def patches() -> AbstractContextManager[Any]:
        return patch("diffusers.models.transformers.transformer_flux.apply_rotary_emb", rotate_interleaved)

    inputs = {
        "hidden_states": PACKED,
        "encoder_hidden_states": TEXT,
        "pooled_projections": BATCH,
        "timestep": BATCH,
        "img_ids": {0: "packed_height_width"},
        "txt_ids": {0: "sequence_length"},
        **({"guidance": BATCH} if config.guidance_embeds else {}),
    }
    return Network(inputs, {"out_hidden_states": PACKED}, feeds, reference, forward, patches)


FLUX = Family(
    classes=("FluxPipeline", "FluxImg2ImgPipeline", "FluxKontextPipeline"),
    parts=(
        Part("text_encoder", "text_encoder", clip),
        Part("text_encoder_2", "text_encoder_2", t5),
        Part("transformer", "transformer", transformer),
        Part("vae_decoder", "vae", decoder),
        Part("vae_encoder", "vae", encoder),
    ),
)
