"""Qwen-Image: Qwen 2.5 VL as text encoder, packed latents, sizes of the picture as a tensor; timestep is sigma."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import torch

from ..errors import ExportError
from ..network import Family, Network, Part, Sizes
from ..networks.autoencoder import renamed
from ..networks.clip import TEXT
from ..networks.language import all_states
from ..patches import exact_times
from ..rotary import angles, grid, rotate
from ..samples import mask, normal, times

PACKED = {0: "batch_size", 1: "packed_height_width"}
ONE_FRAME = {0: "batch_size", 3: "height", 4: "width"}


def transformer(module: Any) -> Network:
    """`img_shapes` [1, (frames, height, width) in tokens], a list in torch."""
    config = module.config
    if getattr(config, "zero_cond_t", False) or getattr(config, "use_layer3d_rope", False):
        raise ExportError(
            "zero_cond_t and use_layer3d_rope, of editing and layered models, are not known",
            part="transformer",
            fix="Export a text-to-image model",
        )

    def feeds(sizes: Sizes) -> dict[str, torch.Tensor]:
        rows, columns = sizes.height // 2, sizes.width // 2
        return {
            "hidden_states": normal("state", sizes.batch, rows * columns, config.in_channels),
            "encoder_hidden_states": normal("text", sizes.batch, sizes.length, config.joint_attention_dim),
            "encoder_hidden_states_mask": mask(sizes),
            "timestep": times(sizes, 1.0),
            "img_shapes": torch.tensor([[1, rows, columns]]),
        }

    def reference(img_shapes: torch.Tensor, **given: torch.Tensor) -> tuple[torch.Tensor, ...]:
        shapes = [[tuple(one) for one in img_shapes.tolist()]] * len(given["hidden_states"])
        return module(**given, img_shapes=shapes, return_dict=False)

    def forward(img_shapes: torch.Tensor, **given: torch.Tensor) -> tuple[torch.Tensor, ...]:
        with exact_times(module.time_text_embed, given["timestep"]):
            return module(**given, img_shapes=img_shapes, return_dict=False)

    inputs = {
        "hidden_states": PACKED,
        "encoder_hidden_states": TEXT,
        "encoder_hidden_states_mask": TEXT,
        "timestep": {0: "batch_size"},
        "img_shapes": {},
    }
    return Network(inputs, {"out_hidden_states": PACKED}, feeds, reference, forward, real_positions)


@contextmanager
def real_positions() -> Iterator[None]:
    """Pictures are centred at position 0; the text begins behind the larger half of the largest picture."""

    def forward(
        self: Any, video_fhw: torch.Tensor, device: Any = None, max_txt_seq_len: Any = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        pictures, halves = [], []
        for n in range(video_fhw.shape[0]):
            frames, height, width = video_fhw[n].unbind()
            below = torch.stack([0 * frames - n, height - height // 2, width - width // 2])
            pictures.append(grid(frames, height, width) - below)
            halves += [height // 2, width // 2]
        text = (torch.stack(halves).max() + torch.arange(max_txt_seq_len))[:, None].repeat(1, 3)
        return angles(torch.cat(pictures), self.axes_dim, self.theta), angles(text, self.axes_dim, self.theta)

    module = "diffusers.models.transformers.transformer_qwenimage"
    with (
        patch(f"{module}.apply_rotary_emb_qwen", lambda x, pairs, use_real=True: rotate(x, pairs)),
        patch(f"{module}.QwenEmbedRope.forward", forward),
    ):
        yield


def picture_decoder(module: Any) -> Network:
    """Pictures are clips of one frame."""

    def feeds(sizes: Sizes) -> dict[str, torch.Tensor]:
        return {"latent_sample": normal("latents", sizes.batch, module.config.z_dim, 1, sizes.height, sizes.width)}

    def run(latent_sample: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (module.decode(latent_sample, return_dict=False)[0],)

    inputs, outputs = (
        {"latent_sample": renamed(ONE_FRAME, "latent")},
        {"sample": renamed(ONE_FRAME, "sample")},
    )
    return Network(inputs, outputs, feeds, run)


def picture_encoder(module: Any) -> Network:
    factor = 2 ** len(module.temperal_downsample)

    def feeds(sizes: Sizes) -> dict[str, torch.Tensor]:
        return {"sample": normal("pixels", sizes.batch, 3, 1, factor * sizes.height, factor * sizes.width)}

    def run(sample: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (module.encode(sample).latent_dist.parameters,)

    inputs, outputs = (
        {"sample": renamed(ONE_FRAME, "sample")},
        {"latent_parameters": renamed(ONE_FRAME, "latent")},
    )
    return Network(inputs, outputs, feeds, run)


QWEN_IMAGE = Family(
    classes=("QwenImagePipeline", "QwenImageImg2ImgPipeline"),
    parts=(
        Part("text_encoder", "text_encoder", all_states),
        Part("transformer", "transformer", transformer),
        Part("vae_decoder", "vae", picture_decoder),
        Part("vae_encoder", "vae", picture_encoder),
    ),
)
