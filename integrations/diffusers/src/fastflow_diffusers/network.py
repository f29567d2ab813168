"""What the exporter knows of a network: its feeds and results by name, how torch runs it and how it is traced."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

Axes = Mapping[int, str]
Feeds = dict[str, torch.Tensor]

WEIGHTS = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}
"""Types that a worker runs a network in."""

# Times stay float32 in float16 exports: float16 rounds 857.69 to 857.5.
FLOAT32_INPUTS = ("timestep", "guidance", "rope_interpolation_scale")


@dataclass(frozen=True)
class Sizes:
    """Sizes of one set of feeds. Frames, height and width are those of latents; height and width are even."""

    batch: int
    frames: int
    height: int
    width: int
    length: int
    """Tokens of the text."""


TRACED = Sizes(batch=2, frames=3, height=4, width=6, length=13)
CHECKED = (
    Sizes(batch=1, frames=2, height=6, width=4, length=9),
    Sizes(batch=2, frames=4, height=8, width=10, length=40),
)


@dataclass(frozen=True)
class Network:
    """One ONNX file to be."""

    inputs: Mapping[str, Axes]
    """Free axes by input, in the order of the file."""
    outputs: Mapping[str, Axes]
    feeds: Callable[[Sizes], Feeds]
    """Random feeds of a size: float32 and int64, the same at every call."""
    reference: Callable[..., tuple[torch.Tensor, ...]]
    """What Diffusers computes: takes the feeds by name, gives the results in the order of `outputs`."""
    forward: Callable[..., tuple[torch.Tensor, ...]] | None = None
    """The same in a form that can be traced; None where the reference can."""
    patches: Callable[[], AbstractContextManager[Any]] = nullcontext
    """In force while `forward` is traced."""


@dataclass(frozen=True)
class Part:
    """A folder of the export and the component of the pipeline that it comes from."""

    name: str
    component: str
    network: Callable[[Any], Network]
    """Of the loaded component."""
    optional: bool = False
    """A pipeline may lack the component, as Stable Diffusion 3 may its T5."""
    statistics: Callable[[Any], dict[str, Any]] = lambda module: {}
    """Entries of config.json that Diffusers keeps in the weights."""


@dataclass(frozen=True)
class Family:
    """Pipelines that are exported alike."""

    classes: tuple[str, ...]
    """As `_class_name` in model_index.json has them."""
    parts: tuple[Part, ...]


class Traced(nn.Module):
    """`forward` with positional feeds, as torch.onnx wants it."""

    def __init__(self, module: nn.Module, network: Network) -> None:
        super().__init__()
        self.module = module
        self.names = tuple(network.inputs)
        self.call = network.forward or network.reference

    def forward(self, *feeds: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return self.call(**dict(zip(self.names, feeds, strict=True)))
