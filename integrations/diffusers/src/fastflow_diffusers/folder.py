"""The pipeline's folder: what it declares, and what of it is copied as it is."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import ExportError

INDEX = "model_index.json"
COPIED = ("scheduler", "tokenizer", "processor", "feature_extractor")
"""Folders that are copied, with their numbered kin (`tokenizer_2`)."""
SENTENCEPIECE = ("spiece.model", "tokenizer.model", "sentencepiece.bpe.model")


def read_index(pipeline: Path) -> dict[str, Any]:
    path = pipeline / INDEX
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ExportError(
            f"there is no {path}",
            fix="Name the folder of a Diffusers pipeline, as save_pretrained writes it; hubs are not asked",
        ) from None
    except ValueError as error:
        raise ExportError(f"{path} is no JSON: {error}", fix="Download or save the pipeline again") from error
    if not isinstance(index, dict) or not isinstance(index.get("_class_name"), str):
        raise ExportError(f"{path} has no _class_name", fix="Name the folder of a Diffusers pipeline")
    return index


def declared(index: Mapping[str, Any], component: str) -> tuple[str, str] | None:
    """Library and class of a component; None where the pipeline goes without."""
    entry = index.get(component)
    if not isinstance(entry, list) or len(entry) != 2 or not all(isinstance(one, str) for one in entry):
        return None
    return entry[0], entry[1]


def copy_rest(pipeline: Path, out: Path) -> None:
    """model_index.json, scheduler and tokenizers. Tokenizers that are a sentencepiece model alone get a tokenizer.json."""
    out.mkdir(parents=True, exist_ok=True)
    write_config(json.loads((pipeline / INDEX).read_text(encoding="utf-8")), out / INDEX)
    for source in sorted(one for one in pipeline.iterdir() if one.is_dir() and one.name.startswith(COPIED)):
        target = out / source.name
        target.mkdir(exist_ok=True)
        for file in sorted(one for one in source.iterdir() if one.is_file()):
            shutil.copyfile(file, target / file.name)
        if source.name.startswith("tokenizer"):
            add_fast_tokenizer(target)


def add_fast_tokenizer(folder: Path) -> None:
    if (folder / "tokenizer.json").exists() or not any((folder / one).exists() for one in SENTENCEPIECE):
        return
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, use_fast=True, local_files_only=True)
        tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    except Exception as error:
        raise ExportError(
            f"the sentencepiece model cannot be written as tokenizer.json: {error}",
            part=folder.name,
            fix="Save the tokenizer's fast form into the folder, with AutoTokenizer.from_pretrained(...).save_pretrained(...)",
        ) from error


def part_config(pipeline: Path, component: str, statistics: Mapping[str, Any]) -> dict[str, Any]:
    """config.json of a part: that of the component, and what is in its weights."""
    return {**json.loads((pipeline / component / "config.json").read_text(encoding="utf-8")), **statistics}


def write_config(config: Mapping[str, Any], path: Path) -> None:
    path.write_text(config_text(config) + "\n", encoding="utf-8")


def config_text(config: Mapping[str, Any]) -> str:
    """Without the path that the pipeline was loaded from, which is nobody else's."""
    document = {name: value for name, value in config.items() if name != "_name_or_path"}
    return json.dumps(document, indent=2, ensure_ascii=False)
