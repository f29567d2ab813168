"""FLUX.2 klein: hidden states of Qwen 3, four position ids a token, statistics of latents in a batch norm; timestep is sigma."""

from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch

import torch

from ..network import Family, Network, Part, Sizes
from ..networks.autoencoder import decoder, encoder
from ..networks.clip import TEXT
from ..networks.language import all_states
from ..patches import exact_times
from ..rotary import grid, rotate_interleaved
from ..samples import normal, times

PACKED = {0: "batch_size", 1: "packed_height_width"}


def transformer(module: Any) -> Network:
    """`guidance` is an input where the network embeds it; that of klein does not."""
    config = module.config

    def feeds(sizes: Sizes) -> dict[str, torch.Tensor]:
        places = grid(1, sizes.height // 2, sizes.width // 2, 1)
        given = {
            "hidden_states": normal("state", sizes.batch, len(places), config.in_channels),
            "encoder_hidden_states": normal("text", sizes.batch, sizes.length, config.joint_attention_dim),
            "timestep": times(sizes, 1.0),
            "img_ids": places.repeat(sizes.batch, 1, 1),
            "txt_ids": grid(1, 1, 1, sizes.length).repeat(sizes.batch, 1, 1),
        }
        return {**given, "guidance": torch.full((sizes.batch,), 4.0)} if config.guidance_embeds else given

    def reference(**given: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return module(**given, return_dict=False)

    def forward(**given: torch.Tensor) -> tuple[torch.Tensor, ...]:
        scaled = [1000 * given[name] for name in ("timestep", "guidance") if name in given]
        with exact_times(module.time_guidance_embed, *scaled):
            return reference(**given)

    def patches() -> AbstractContextManager[Any]:
        return patch("diffusers.models.transformers.transformer_flux2.apply_rotary_emb", rotate_interleaved)

    inputs = {
        "hidden_states": PACKED,
        "encoder_hidden_states": TEXT,
        "timestep": {0: "batch_size"},
        "img_ids": PACKED,
        "txt_ids": TEXT,
        **({"guidance": {0: "batch_size"}} if config.guidance_embeds else {}),
    }
    return Network(inputs, {"out_hidden_states": PACKED}, feeds, reference, forward, patches)


def statistics(module: Any) -> dict[str, Any]:
    return {
        "bn_running_mean": module.bn.running_mean.tolist(),
        "bn_running_var": module.bn.running_var.tolist(),
    }


FLUX2_KLEIN = Family(
    classes=("Flux2KleinPipeline",),
    parts=(
        Part("text_encoder", "text_encoder", all_states),
        Part("transformer", "transformer", transformer),
        Part("vae_decoder", "vae", decoder, statistics=statistics),
        Part("vae_encoder", "vae", encoder, statistics=statistics),
    ),
)
