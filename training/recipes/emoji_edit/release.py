"""`python -m training emoji-edit export`."""

from __future__ import annotations

from pathlib import Path

from ..emoji.release import export_folder
from .model import build


def export(work: Path, checkpoint: Path, out: Path, guidance: float) -> None:
    """Write the averaged weights of `checkpoint` as a folder in Diffusers layout."""
    export_folder(build("cpu"), checkpoint, work, out, guidance, "ImageEditPipeline", {})
