"""Lumina Image 2: Gemma 2, time running from 0 (noise) to 1 (picture), a velocity of the other sign."""

from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch

import torch

from ..network import Family, Network, Part, Sizes
from ..networks.autoencoder import IMAGE, decoder
from ..networks.clip import TEXT
from ..networks.language import all_states
from ..rotary import angles, grid, rotate
from ..samples import mask, normal, times


def transformer(module: Any) -> Network:
    """
    Diffusers cuts the padding of captions off, one sample after the other, by lengths it reads from the mask. Here padding
    stays and is masked: the same picture, for batches of any captions, in a form that can be traced.
    """
    config = module.config
    patch_size, dims, theta = config.patch_size, config.axes_dim_rope, module.rope_embedder.theta

    def feeds(sizes: Sizes) -> dict[str, torch.Tensor]:
        return {
            "hidden_states": normal("state", sizes.batch, config.in_channels, sizes.height, sizes.width),
            "timestep": times(sizes, 1.0),
            "encoder_hidden_states": normal("text", sizes.batch, sizes.length, config.cap_feat_dim),
            "encoder_attention_mask": mask(sizes),
        }

    def reference(**given: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return module(**given, return_dict=False)

    def forward(
        hidden_states: torch.Tensor,
        timestep: torch.Tensor,
        encoder_hidden_states: torch.Tensor,
        encoder_attention_mask: torch.Tensor,
    ) -> tuple[torch.Tensor, ...]:
        batch, channels, height, width = hidden_states.shape
        rows, columns = height // patch_size, width // patch_size
        temb, text = module.time_caption_embed(hidden_states, timestep, encoder_hidden_states)
        keep = encoder_attention_mask.bool()

        words = torch.arange(text.shape[1])[None].repeat(batch, 1)
        text_pairs = angles(torch.stack([words, 0 * words, 0 * words], dim=-1), dims, theta)
        places = grid(rows, columns)[None].repeat(batch, 1, 1)
        after_text = encoder_attention_mask.sum(dim=1)[:, None, None] + 0 * places[..., :1]
        pairs = angles(torch.cat([after_text, places], dim=-1), dims, theta)

        x = hidden_states.view(batch, channels, rows, patch_size, columns, patch_size)
        x = module.x_embedder(x.permute(0, 2, 4, 3, 5, 1).flatten(3).flatten(1, 2))
        for layer in module.context_refiner:
            text = layer(text, keep, text_pairs)
        for layer in module.noise_refiner:
            x = layer(x, None, pairs, temb)
        joint = torch.cat([text, x], dim=1)
        joint_keep = torch.cat([keep, torch.ones(x.shape[:2], dtype=torch.bool)], dim=1)
        joint_pairs = torch.cat([text_pairs, pairs], dim=1)
        for layer in module.layers:
            joint = layer(joint, joint_keep, joint_pairs, temb)
        out = module.norm_out(joint, temb)[:, text.shape[1] :]
        out = out.view(batch, rows, columns, patch_size, patch_size, module.out_channels)
        return (out.permute(0, 5, 1, 3, 2, 4).flatten(4, 5).flatten(2, 3),)

    def patches() -> AbstractContextManager[Any]:
        return patch(
            "diffusers.models.transformers.transformer_lumina2.apply_rotary_emb",
            lambda x, pairs, use_real: rotate(x, pairs),
        )

    inputs = {
        "hidden_states": IMAGE,
        "timestep": {0: "batch_size"},
        "encoder_hidden_states": TEXT,
        "encoder_attention_mask": TEXT,
    }
    return Network(inputs, {"out_hidden_states": IMAGE}, feeds, reference, forward, patches)


LUMINA2 = Family(
    classes=("Lumina2Pipeline", "Lumina2Text2ImgPipeline"),
    parts=(
        Part("text_encoder", "text_encoder", all_states),
        Part("transformer", "transformer", transformer),
        Part("vae_decoder", "vae", decoder),
    ),
)
