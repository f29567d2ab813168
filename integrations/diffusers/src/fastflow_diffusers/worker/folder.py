"""What the pipeline's folder holds besides its networks, as the exporter would write it."""

import tempfile
from pathlib import Path

from ..folder import config_text, copy_rest, part_config
from ..network import Part

MAX_FILE_BYTES = 1 << 26


def small_files(pipeline: Path) -> dict[str, bytes]:
    """Index, schedulers, tokenizers (with a fast form), learned policies, by their paths."""
    with tempfile.TemporaryDirectory() as scratch:
        copy_rest(pipeline, Path(scratch))
        files = files_below(Path(scratch), "**/*")
    return {**files_below(pipeline, "*.json"), **files_below(pipeline, "policies/*.json"), **files}


def files_below(folder: Path, pattern: str) -> dict[str, bytes]:
    found = sorted(one for one in folder.glob(pattern) if one.is_file() and one.stat().st_size <= MAX_FILE_BYTES)
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in found}


def config_file(pipeline: Path, part: Part, module: object) -> bytes:
    """config.json of a part, with what Diffusers keeps in the weights."""
    return f"{config_text(part_config(pipeline, part.component, part.statistics(module)))}\n".encode()
