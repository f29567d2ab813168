"""T5's encoder and umT5's: `last_hidden_state` of `input_ids`, with a mask where the pipeline passes one."""

from typing import Any

import torch

from ..network import Network, Sizes
from ..samples import mask, tokens
from .clip import TEXT


def t5(module: Any) -> Network:
    """As Stable Diffusion 3 and FLUX use it: padding is attended to."""
    return encoder(module, masked=False)


def masked_t5(module: Any) -> Network:
    """As Wan uses it."""
    return encoder(module, masked=True)


def encoder(module: Any, masked: bool) -> Network:
    def feeds(sizes: Sizes) -> dict[str, torch.Tensor]:
        ids = {"input_ids": tokens(module.config.vocab_size, sizes)}
        return {**ids, "attention_mask": mask(sizes)} if masked else ids

    def run(input_ids: torch.Tensor, attention_mask: torch.Tensor | None = None) -> tuple[torch.Tensor, ...]:
        return (module(input_ids, attention_mask=attention_mask).last_hidden_state,)

    names = ("input_ids", "attention_mask") if masked else ("input_ids",)
    return Network({name: TEXT for name in names}, {"last_hidden_state": TEXT}, feeds, run)
