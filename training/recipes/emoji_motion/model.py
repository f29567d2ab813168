"""The video network: the text-to-image network with attention over the frames (as in Guo et al. 2023)."""

from __future__ import annotations

from dataclasses import replace

from ...data.emoji import Emoji
from ..emoji import model as text_to_image

# The most frames that a clip may have; trained on the lengths below.
FLOW = replace(text_to_image.FLOW, frames=16)
LENGTHS = (8, 12)
GUIDANCE = 3.0
# Frames repeat each other, so that a clip shows through more noise than a picture does: train on more of it.
NOISE_MEAN = 0.5
FRAMES_PER_SECOND = 8
# What moves: things and faces, in the two styles that share their drawings. All 9,420 pictures would be seen four times each.
GROUPS = ("activities", "animals & nature", "food & drink", "smileys & emotion", "travel & places")
STYLES = ("3d", "flat")


def moving_rows(data: Emoji, split: str) -> list[int]:
    """Rows of the emoji that clips are made of."""
    return [row for row in data.rows(split) if data.entries[row].group in GROUPS]


def build(device: str) -> text_to_image.TextFlow:
    return text_to_image.build(device, FLOW)
