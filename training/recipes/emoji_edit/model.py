"""The editing network: the text-to-image network with the latents of the source picture beside the noisy ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from ..emoji import model as text_to_image

FLOW = replace(text_to_image.FLOW, image_channels=text_to_image.FLOW.channels)
GUIDANCE = 2.0


def build(device: str) -> text_to_image.TextFlow:
    return text_to_image.build(device, FLOW)


def start_from(net: torch.nn.Module, checkpoint: Path) -> None:
    """Take over the averaged text-to-image weights; columns and layers that it lacks start at zero or as built."""
    if not checkpoint.is_file():
        raise FileNotFoundError(f"no checkpoint at {checkpoint}: train the recipe emoji first")
    known = torch.load(checkpoint, map_location="cpu", weights_only=True)["ema"]
    with torch.no_grad():
        for name, weight in net.state_dict().items():
            if name not in known:
                continue
            if known[name].shape == weight.shape:
                weight.copy_(known[name])
            else:
                weight.zero_()
                weight[:, : known[name].shape[1]].copy_(known[name])
