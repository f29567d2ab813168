from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ..__main__ import RECIPES
from ..export.layout import update_metrics
from ..recipes.cifar10 import card

MODELS = Path(__file__).parents[2] / "models"

EXPORT = {
    "step": 7, "minutes": 119.4, "cooldown": 3, "restored_at": 0, "parameters": 6_750_000, "default_guidance_scale": 1.5, "opset": 18,
    "bytes": 13_600_000, "onnx_difference": 7e-6, "rounding_difference": 2e-3, "rounding_rms": 2e-4, "velocity_rms": 1.3,
}  # fmt: skip
EVALUATION = {
    "step": 7,
    "validation": {"loss": 0.2134, "velocity_mse": 0.1987},
    "training_loss": None,
    "frechet": {
        "distance": 12.345, "samples": 2048, "steps": 50, "guidance_scale": 2.0, "features": "a network", "unit": "percent",
        "floor": 1.5, "arithmetic": "float32",
    },
}  # fmt: skip


def test_card_quotes_the_metrics(tmp_path: Path) -> None:
    update_metrics(tmp_path / "metrics.json", "export", EXPORT)
    update_metrics(tmp_path / "metrics.json", "evaluation", EVALUATION)
    card(tmp_path)
    text = (tmp_path / "README.md").read_text()
    assert "**12.35**" in text and "0.2134" in text and "not logged" in text
    assert "2,048 samples" in text and "guidance 2" in text and "--steps 7 --minutes 1000 --cooldown 3" in text
    assert "| 1.50 |" in text and "--samples 2048" in text
    assert "torch model in float32" in text
    assert "7 optimiser steps of 128" in text and "restore" not in text


def test_card_tells_a_run_that_went_on_from_an_exported_model(tmp_path: Path) -> None:
    update_metrics(tmp_path / "metrics.json", "export", {**EXPORT, "restored_at": 5})
    update_metrics(tmp_path / "metrics.json", "evaluation", EVALUATION)
    card(tmp_path)
    text = (tmp_path / "README.md").read_text()
    assert "cifar10 restore" in text and "earlier run of 5 steps" in text and "2 optimiser steps of 128" in text


def test_card_refuses_missing_or_mixed_metrics(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="export"):
        card(tmp_path)
    update_metrics(tmp_path / "metrics.json", "export", EXPORT)
    with pytest.raises(ValueError, match="evaluation"):
        card(tmp_path)
    update_metrics(tmp_path / "metrics.json", "evaluation", {**EVALUATION, "step": 8})
    with pytest.raises(ValueError, match="step 7.*step 8"):
        card(tmp_path)
    assert not (tmp_path / "README.md").exists()


@pytest.mark.parametrize("name", [name for name, recipe in RECIPES.items() if hasattr(recipe, "card")])
def test_shipped_cards_are_what_the_card_commands_write(name: str, tmp_path: Path) -> None:
    """No figure in them was typed."""
    shutil.copytree(MODELS / name, tmp_path / name, ignore=shutil.ignore_patterns("*.onnx", "policies", "*.png"))
    RECIPES[name].card(tmp_path / name)
    assert (tmp_path / name / "README.md").read_text() == (MODELS / name / "README.md").read_text()
