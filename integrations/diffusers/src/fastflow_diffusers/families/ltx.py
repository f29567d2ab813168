"""LTX-Video: packed latents of clips, sizes as whole numbers, positions in seconds and pixels; statistics in the weights."""

from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch

import torch

from ..errors import ExportError
from ..network import Family, Network, Part, Sizes
from ..networks.autoencoder import renamed
from ..networks.clip import TEXT
from ..networks.t5 import t5
from ..rotary import grid
from ..samples import mask, normal, times

CLIP = {0: "batch_size", 2: "num_frames", 3: "height", 4: "width"}
PACKED = {0: "batch_size", 1: "packed_frames_height_width"}
SIZES = ("num_frames", "height", "width")


def transformer(module: Any) -> Network:
    """Sizes, numbers in torch, are tensors without axes; the scales of the positions are one of three."""
    config = module.config

    def feeds(sizes: Sizes) -> dict[str, torch.Tensor]:
        count = sizes.frames * sizes.height * sizes.width
        return {
            "hidden_states": normal("state", sizes.batch, count, config.in_channels),
            "encoder_hidden_states": normal("text", sizes.batch, sizes.length, config.caption_channels),
            "timestep": times(sizes, 1000),
            "encoder_attention_mask": mask(sizes),
            "num_frames": torch.tensor(sizes.frames),
            "height": torch.tensor(sizes.height),
            "width": torch.tensor(sizes.width),
            "rope_interpolation_scale": torch.tensor([8 / 25, 32.0, 32.0]),
        }

    def reference(**given: torch.Tensor) -> tuple[torch.Tensor, ...]:
        sizes = {name: int(given[name]) for name in SIZES}
        scale = tuple(given["rope_interpolation_scale"].tolist())
        return module(**{**given, **sizes, "rope_interpolation_scale": scale}, return_dict=False)

    def forward(**given: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return module(**given, return_dict=False)

    def patches() -> AbstractContextManager[Any]:
        return patch(
            "diffusers.models.transformers.transformer_ltx.LTXVideoRotaryPosEmbed._prepare_video_coords",
            coordinates,
        )

    inputs = {
        "hidden_states": PACKED,
        "encoder_hidden_states": TEXT,
        "timestep": {0: "batch_size"},
        "encoder_attention_mask": TEXT,
        "num_frames": {},
        "height": {},
        "width": {},
        "rope_interpolation_scale": {},
    }
    return Network(inputs, {"out_hidden_states": PACKED}, feeds, reference, forward, patches)


def coordinates(
    self: Any,
    batch_size: Any,
    num_frames: Any,
    height: Any,
    width: Any,
    rope_interpolation_scale: torch.Tensor,
    device: Any,
) -> torch.Tensor:
    """The same positions without writing into slices."""
    patch_sizes = torch.tensor([self.patch_size_t, self.patch_size, self.patch_size], dtype=torch.float32)
    base = torch.tensor([self.base_num_frames, self.base_height, self.base_width], dtype=torch.float32)
    places = grid(num_frames, height, width).float() * rope_interpolation_scale * patch_sizes / base
    return places[None].repeat(batch_size, 1, 1)


def clip_decoder(module: Any) -> Network:
    """`timestep` is an input where the decoder is conditioned on one, as that of 0.9.1 is."""
    config = module.config
    timed = config.timestep_conditioning
    if any(config.decoder_inject_noise):
        raise ExportError(
            "the decoder draws noise of its own (decoder_inject_noise), so that no two runs agree",
            part="vae_decoder",
            fix="Take the autoencoder of another release of LTX-Video, or leave the part out with --part",
        )

    def feeds(sizes: Sizes) -> dict[str, torch.Tensor]:
        shape = (sizes.batch, config.latent_channels, sizes.frames, sizes.height, sizes.width)
        given = {"latent_sample": normal("latents", *shape)}
        return {**given, "timestep": times(sizes, 0.1)} if timed else given

    def run(latent_sample: torch.Tensor, timestep: torch.Tensor | None = None) -> tuple[torch.Tensor, ...]:
        return (module.decode(latent_sample, timestep, return_dict=False)[0],)

    inputs = {"latent_sample": renamed(CLIP, "latent"), **({"timestep": {0: "batch_size"}} if timed else {})}
    return Network(inputs, {"sample": renamed(CLIP, "sample")}, feeds, run)


def statistics(module: Any) -> dict[str, Any]:
    return {"latents_mean": module.latents_mean.tolist(), "latents_std": module.latents_std.tolist()}


LTX = Family(
    classes=("LTXPipeline",),
    parts=(
        Part("text_encoder", "text_encoder", t5),
        Part("transformer", "transformer", transformer),
        Part("vae_decoder", "vae", clip_decoder, statistics=statistics),
    ),
)
