"""What torch's exporter cannot write down, replaced while a network is traced."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import torch
from torch import nn


@contextmanager
def traceable() -> Iterator[None]:
    """The operators that optimum's own export replaces, attention masks made by vmap, and `nearest-exact`."""
    # Loaded late: optimum imports every family of transformers.
    from optimum.exporters.onnx.model_patcher import UNSUPPORTED_OPS_PATCHING_SPEC, sdpa_mask_without_vmap
    from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS, eager_mask, sdpa_mask

    with ExitStack() as stack:
        for spec in UNSUPPORTED_OPS_PATCHING_SPEC:
            stack.enter_context(patch.object(spec.o, spec.name, spec.custom_op))
        stack.enter_context(patch("torch.Tensor.repeat_interleave", repeat_interleave))
        functional = torch.nn.functional
        stack.enter_context(patch.object(functional, "interpolate", nearest(functional.interpolate)))
        attention = functional.scaled_dot_product_attention
        stack.enter_context(patch.object(functional, "scaled_dot_product_attention", added_mask(attention)))
        masks = ALL_MASK_ATTENTION_FUNCTIONS
        masks.register("sdpa", sdpa_mask_without_vmap)
        masks.register("eager", eager_mask_of(sdpa_mask_without_vmap))
        stack.callback(masks.register, "sdpa", sdpa_mask)
        stack.callback(masks.register, "eager", eager_mask)
        yield


def eager_mask_of(sdpa_mask: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """The mask that eager attention adds."""

    def call(*args: Any, dtype: torch.dtype = torch.float32, allow_is_causal_skip: bool = True, **options: Any) -> torch.Tensor:
        return to_add(sdpa_mask(*args, allow_is_causal_skip=False, **options), dtype)

    return call


def added_mask(attention: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """Masks of true and false are written as float32, and so are then the layers behind them."""

    def call(
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        attn_mask: torch.Tensor | None = None,
        *more: Any,
        **options: Any,
    ) -> torch.Tensor:
        if attn_mask is not None and attn_mask.dtype is torch.bool:
            attn_mask = to_add(attn_mask, query.dtype)
        return attention(query, key, value, attn_mask, *more, **options)

    return call


def to_add(keep: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    return torch.where(keep, torch.tensor(0.0, dtype=dtype), torch.tensor(torch.finfo(dtype).min, dtype=dtype))


def repeat_interleave(x: torch.Tensor, repeats: int, dim: int, output_size: int | None = None) -> torch.Tensor:
    """Of a fixed number of repeats, by broadcasting; torch's own is written as a selection of unknown size."""
    axis = dim % x.ndim
    shape = [-1] * (x.ndim + 1)
    shape[axis + 1] = repeats
    return x.unsqueeze(axis + 1).expand(shape).flatten(axis, axis + 1)


def nearest(interpolate: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """`nearest-exact` is `nearest` at whole factors, the only ones that autoencoders use."""

    def call(
        x: torch.Tensor,
        size: Any = None,
        scale_factor: Any = None,
        mode: str = "nearest",
        *more: Any,
        **options: Any,
    ) -> torch.Tensor:
        return interpolate(x, size, scale_factor, "nearest" if mode == "nearest-exact" else mode, *more, **options)

    return call


@contextmanager
def processors(module: nn.Module, kind: type, replacement: Any) -> Iterator[None]:
    """Replaces the attention processors of one kind."""
    found = [one for one in module.modules() if isinstance(getattr(one, "processor", None), kind)]
    kept = [one.processor for one in found]
    for one in found:
        one.processor = replacement
    try:
        yield
    finally:
        for one, processor in zip(found, kept, strict=True):
            one.processor = processor


@contextmanager
def exact_times(embedding: nn.Module, *times: torch.Tensor | None) -> Iterator[None]:
    """
    Hands the time (and guidance) embedding float32, where the transformer casts it to the type of the weights first.

    In float32 this changes nothing.
    """

    def before(_: nn.Module, feeds: tuple[Any, ...]) -> tuple[Any, ...]:
        return (*times, *feeds[len(times) :])

    def cast(layer: nn.Module, feeds: tuple[Any, ...]) -> tuple[Any, ...]:
        return (feeds[0].to(next(layer.parameters()).dtype), *feeds[1:])

    hooks = [embedding.register_forward_pre_hook(before)]
    hooks += [one.register_forward_pre_hook(cast) for name, one in embedding.named_children() if name.endswith("_embedder")]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
