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
    from optimum.exporters.onnx.model_patcher import (
        UNSUPPORTED_OPS_PATCHING_SPEC,
        eager_mask_without_vmap,
        sdpa_mask_without_vmap,
    )
    from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS, eager_mask, sdpa_mask

    with ExitStack() as stack:
        for spec in UNSUPPORTED_OPS_PATCHING_SPEC:
            stack.enter_context(patch.object(spec.o, spec.name, spec.custom_op))
        stack.enter_context(patch("torch.Tensor.repeat_interleave", repeat_interleave))
        stack.enter_context(patch("torch.nn.functional.interpolate", nearest(torch.nn.functional.interpolate)))
        masks = ALL_MASK_ATTENTION_FUNCTIONS
        masks.register("sdpa", sdpa_mask_without_vmap)
        masks.register("eager", eager_mask_without_vmap)
        stack.callback(masks.register, "sdpa", sdpa_mask)
        stack.callback(masks.register, "eager", eager_mask)
        yield


def repeat_interleave(x: torch.Tensor, repeats: int, dim: int, output_size: int | None = None) -> torch.Tensor:
    """Of a fixed number of repeats, by broadcasting; torch's own is written as a selection of unknown size."""
    axis = dim % x.ndim
    shape = [-1] * (x.ndim + 1)
    shape[axis + 1] = repeats
    return x.unsqueeze(axis + 1).expand(shape).flatten(axis, axis + 1)


def nearest(interpolate: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """`nearest-exact` is `nearest` at whole factors, the only ones that autoencoders use."""

    def call(
        x: torch.Tensor, size: Any = None, scale_factor: Any = None, mode: str = "nearest", *more: Any, **options: Any
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
