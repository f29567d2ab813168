"""Weights as folders hold them."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from conftest import Exported

from fastflow_diffusers.families.stable_diffusion_3 import STABLE_DIFFUSION_3
from fastflow_diffusers.load import load, only_variant

KINDS = {
    "text_encoder_3": ("transformers", "T5EncoderModel"),
    "transformer": ("diffusers", "SD3Transformer2DModel"),
}


@pytest.mark.parametrize("name", KINDS)
def test_weights_of_a_variant_alone(exported: Callable[[str], Exported], tmp_path: Path, name: str) -> None:
    """As folders look where only the float16 files were downloaded."""
    pipeline = exported("sd3").pipeline
    part = next(one for one in STABLE_DIFFUSION_3.parts if one.name == name)
    shutil.copytree(pipeline / name, tmp_path / name)
    (weights,) = (tmp_path / name).glob("*.safetensors")
    weights.rename(weights.with_name(f"{weights.stem}.fp16.safetensors"))
    found = load(tmp_path, part, KINDS[name], torch.float32).state_dict()
    expected = load(pipeline, part, KINDS[name], torch.float32).state_dict()
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[key], expected[key]) for key in expected)


def test_names_of_variants(tmp_path: Path) -> None:
    assert only_variant(tmp_path) is None
    (tmp_path / "model.fp16-00001-of-00002.safetensors").touch()
    (tmp_path / "model.fp16-00002-of-00002.safetensors").touch()
    assert only_variant(tmp_path) == "fp16"
    (tmp_path / "model-00001-of-00002.safetensors").touch()
    assert only_variant(tmp_path) is None
