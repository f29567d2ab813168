"""`python -m training emoji-motion export`."""

from __future__ import annotations

from pathlib import Path

from ..emoji.release import export_folder
from .model import FLOW, FRAMES_PER_SECOND, LENGTHS, build
from .training import PREVIEWS


def export(work: Path, checkpoint: Path, out: Path, guidance: float) -> None:
    """Write the averaged weights of `checkpoint` as a folder in Diffusers layout."""
    frames = {
        "default_num_frames": LENGTHS[0],
        "min_num_frames": 4,
        "max_num_frames": FLOW.frames,
        "frames_per_second": FRAMES_PER_SECOND,
    }
    export_folder(build("cpu"), checkpoint, work, out, guidance, "TextToVideoPipeline", frames, list(PREVIEWS))
