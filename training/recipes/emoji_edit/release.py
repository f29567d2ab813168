"""`python -m training emoji-edit export`."""

from __future__ import annotations

from pathlib import Path

from ..emoji.release import export_folder
from .model import build

PROMPTS = [
    "make it flat",
    "turn it into noto style",
    "make it 3d",
    "dark skin tone",
    "convert to flat",
    "light skin tone",
    "change the style to noto",
    "make it 3d with medium skin tone",
]


def export(work: Path, checkpoint: Path, out: Path, guidance: float) -> None:
    """Write the averaged weights of `checkpoint` as a folder in Diffusers layout."""
    export_folder(build("cpu"), checkpoint, work, out, guidance, "ImageEditPipeline", {}, PROMPTS)
