"""Sana: linear attention on 32 pixels a latent, Gemma 2, a mask over the text; timestep is 1000 sigma."""

from typing import Any

import torch

from ..network import Family, Network, Part, Sizes
from ..networks.autoencoder import IMAGE, decoder
from ..networks.clip import TEXT
from ..networks.language import last_state
from ..samples import mask, normal, times


def transformer(module: Any) -> Network:
    config = module.config

    def feeds(sizes: Sizes) -> dict[str, torch.Tensor]:
        return {
            "hidden_states": normal("state", sizes.batch, config.in_channels, sizes.height, sizes.width),
            "encoder_hidden_states": normal("text", sizes.batch, sizes.length, config.caption_channels),
            "timestep": times(sizes, 1000),
            "encoder_attention_mask": mask(sizes),
        }

    def run(**given: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return module(**given, return_dict=False)

    inputs = {
        "hidden_states": IMAGE,
        "encoder_hidden_states": TEXT,
        "timestep": {0: "batch_size"},
        "encoder_attention_mask": TEXT,
    }
    return Network(inputs, {"out_hidden_states": IMAGE}, feeds, run)


SANA = Family(
    classes=("SanaPipeline",),
    parts=(
        Part("text_encoder", "text_encoder", last_state),
        Part("transformer", "transformer", transformer),
        Part("vae_decoder", "vae", decoder),
    ),
)
