"""Autoencoders of pictures: `latent_sample` to `sample`, and `sample` to `latent_parameters` (mean and log variance)."""

from typing import Any

import torch

from ..network import Network, Sizes
from ..samples import normal

IMAGE = {0: "batch_size", 2: "height", 3: "width"}


def renamed(axes: dict[int, str], prefix: str) -> dict[int, str]:
    return {axis: name if axis == 0 else f"{prefix}_{name}" for axis, name in axes.items()}


def decoder(module: Any) -> Network:
    """Latents as the network itself takes them, not scaled."""

    def feeds(sizes: Sizes) -> dict[str, torch.Tensor]:
        return {"latent_sample": normal("latents", sizes.batch, module.config.latent_channels, sizes.height, sizes.width)}

    def run(latent_sample: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (module.decode(latent_sample, return_dict=False)[0],)

    return Network({"latent_sample": renamed(IMAGE, "latent")}, {"sample": renamed(IMAGE, "sample")}, feeds, run)


def encoder(module: Any) -> Network:
    factor = 2 ** (len(module.config.block_out_channels) - 1)

    def feeds(sizes: Sizes) -> dict[str, torch.Tensor]:
        shape = (sizes.batch, module.config.in_channels, factor * sizes.height, factor * sizes.width)
        return {"sample": normal("pixels", *shape)}

    def run(sample: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (module.encode(sample).latent_dist.parameters,)

    return Network({"sample": renamed(IMAGE, "sample")}, {"latent_parameters": renamed(IMAGE, "latent")}, feeds, run)
