"""Stable Diffusion 3 and 3.5: two CLIP encoders, T5 which may be missing, joint attention; timestep is 1000 sigma."""

from typing import Any

import torch

from ..network import Family, Network, Part, Sizes
from ..networks.autoencoder import IMAGE, decoder, encoder
from ..networks.clip import TEXT, clip_with_projection
from ..networks.t5 import t5
from ..samples import normal, times

BATCH = {0: "batch_size"}


def transformer(module: Any) -> Network:
    config = module.config

    def feeds(sizes: Sizes) -> dict[str, torch.Tensor]:
        return {
            "hidden_states": normal("state", sizes.batch, config.in_channels, sizes.height, sizes.width),
            "encoder_hidden_states": normal("text", sizes.batch, sizes.length, config.joint_attention_dim),
            "pooled_projections": normal("pooled", sizes.batch, config.pooled_projection_dim),
            "timestep": times(sizes, 1000),
        }

    def run(**given: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return module(**given, return_dict=False)

    inputs = {
        "hidden_states": IMAGE,
        "encoder_hidden_states": TEXT,
        "pooled_projections": BATCH,
        "timestep": BATCH,
    }
    return Network(inputs, {"out_hidden_states": IMAGE}, feeds, run)


STABLE_DIFFUSION_3 = Family(
    classes=(
        "StableDiffusion3Pipeline",
        "StableDiffusion3Img2ImgPipeline",
        "StableDiffusion3InpaintPipeline",
    ),
    parts=(
        Part("text_encoder", "text_encoder", clip_with_projection),
        Part("text_encoder_2", "text_encoder_2", clip_with_projection),
        Part("text_encoder_3", "text_encoder_3", t5, optional=True),
        Part("transformer", "transformer", transformer),
        Part("vae_decoder", "vae", decoder),
        Part("vae_encoder", "vae", encoder),
    ),
)
