"""Loads one component of a pipeline's folder: parts are exported one by one, so that only one lies in memory."""

from importlib import import_module
from pathlib import Path
from typing import Any

import torch

from .errors import ExportError
from .network import Part

LIBRARIES = ("diffusers", "transformers")


def load(pipeline: Path, part: Part, kind: tuple[str, str], dtype: torch.dtype) -> Any:
    """The module, in evaluation mode, with weights of the given type but for those that its class keeps in float32."""
    folder = pipeline / part.component
    if not (folder / "config.json").is_file():
        raise ExportError(
            f"model_index.json declares {part.component}, and there is no {folder / 'config.json'}",
            part=part.name,
            fix="Download or save the pipeline again",
        )
    library, name = kind
    cls = getattr(import_module(library), name, None) if library in LIBRARIES else None
    if cls is None:
        raise ExportError(
            f"{library}.{name} is not known",
            part=part.name,
            fix=f"Known are classes of {' and '.join(LIBRARIES)} as pinned",
        )
    options = {"torch_dtype" if library == "diffusers" else "dtype": dtype}
    variant = only_variant(folder)
    if variant:
        options["variant"] = variant
    try:
        module = cls.from_pretrained(str(folder), local_files_only=True, **options)
    except Exception as error:
        raise ExportError(
            f"the weights in {folder} do not load: {error}",
            part=part.name,
            fix="Download or save the pipeline again",
        ) from error
    return module.eval().requires_grad_(False)


def only_variant(folder: Path) -> str | None:
    """`fp16` where there are `model.fp16.safetensors` and no files without a variant."""
    stems = {file.name.split(".safetensors")[0].split("-0")[0] for file in folder.glob("*.safetensors")}
    if not stems or any("." not in stem for stem in stems):
        return None
    return sorted(stem.split(".", 1)[1] for stem in stems)[0]
