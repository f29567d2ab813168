"""Language models as text encoders: Gemma, Qwen. The output layer for words, where there is one, is left out."""

from typing import Any

import torch

from ..network import Network, Sizes
from ..samples import mask, tokens
from .clip import TEXT

INPUTS = {"input_ids": TEXT, "attention_mask": TEXT}


def last_state(module: Any) -> Network:
    """`last_hidden_state` alone."""
    decoder = decoder_of(module)

    def run(input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
        result = decoder(input_ids=input_ids, attention_mask=attention_mask, use_cache=False, return_dict=True)
        return (result.last_hidden_state,)

    return Network(INPUTS, {"last_hidden_state": TEXT}, feeds_of(module), run)


def all_states(module: Any) -> Network:
    """`last_hidden_state`, normalized, and what goes into every layer: `hidden_states.0` are the token embeddings."""
    decoder = decoder_of(module)

    def run(input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
        result = decoder(
            input_ids=input_ids,
            attention_mask=attention_mask,
            output_hidden_states=True,
            use_cache=False,
            return_dict=True,
        )
        # transformers puts the normalized state last.
        *hidden, last = result.hidden_states
        return last, *hidden

    layers = text_config(module).num_hidden_layers
    outputs = {"last_hidden_state": TEXT, **{f"hidden_states.{n}": TEXT for n in range(layers)}}
    return Network(INPUTS, outputs, feeds_of(module), run)


def decoder_of(module: Any) -> Any:
    return module.model if hasattr(module, "lm_head") else module


def text_config(module: Any) -> Any:
    return module.config.get_text_config()


def feeds_of(module: Any) -> Any:
    # Ids of pictures and clips, high in Qwen's vocabulary, would ask for more than a text.
    vocabulary = min(text_config(module).vocab_size, 200)

    def feeds(sizes: Sizes) -> dict[str, torch.Tensor]:
        return {"input_ids": tokens(vocabulary, sizes), "attention_mask": mask(sizes)}

    return feeds
