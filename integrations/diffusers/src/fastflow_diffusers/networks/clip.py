"""CLIP's text encoder, with or without projection; texts are padded, and no mask is taken."""

from typing import Any

import torch

from ..network import Network, Sizes
from ..samples import tokens

TEXT = {0: "batch_size", 1: "sequence_length"}


def clip(module: Any) -> Network:
    """`last_hidden_state` and `pooler_output`, as FLUX uses it."""

    def run(input_ids: torch.Tensor) -> tuple[torch.Tensor, ...]:
        result = module(input_ids)
        return result.last_hidden_state, result.pooler_output

    outputs = {"last_hidden_state": TEXT, "pooler_output": {0: "batch_size"}}
    return Network({"input_ids": TEXT}, outputs, ids_of(module), run)


def clip_with_projection(module: Any) -> Network:
    """`text_embeds`, `last_hidden_state` and all hidden states, as Stable Diffusion 3 uses it."""

    def run(input_ids: torch.Tensor) -> tuple[torch.Tensor, ...]:
        result = module(input_ids, output_hidden_states=True)
        return result.text_embeds, result.last_hidden_state, *result.hidden_states

    states = {f"hidden_states.{n}": TEXT for n in range(module.config.num_hidden_layers + 1)}
    outputs = {"text_embeds": {0: "batch_size"}, "last_hidden_state": TEXT, **states}
    return Network({"input_ids": TEXT}, outputs, ids_of(module), run)


def ids_of(module: Any) -> Any:
    config = module.config

    def feeds(sizes: Sizes) -> dict[str, torch.Tensor]:
        return {"input_ids": tokens(config.vocab_size, sizes, min(sizes.length, config.max_position_embeddings))}

    return feeds
