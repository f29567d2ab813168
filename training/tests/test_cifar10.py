"""The class-to-image recipe on a tiny network: restored and trained on, measured in pieces."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from torch import Tensor

from ..checkpoint import load_ema
from ..export.bake import bake, round_to_half
from ..export.parity import probes, run_onnx
from ..export.unbake import unbake
from ..models.unet import UNet
from ..recipes import cifar10
from ..recipes.cifar10 import features
from ..recipes.cifar10 import model as recipe
from ..trainer import Settings
from .conftest import TINY

SETTINGS = Settings(steps=6, minutes=10, warmup=1, checkpoint_every=1000, preview_every=1000, compile=False)


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with decoded images, a colour a class, the network small."""
    monkeypatch.setattr(recipe, "CONFIG", replace(TINY, image_size=32, num_classes=10))
    monkeypatch.setattr(recipe, "NULL_CLASS", 10)
    monkeypatch.setattr(cifar10.training, "IMAGES_PER_CLASS", 1)
    random = np.random.default_rng(0)
    classes = np.arange(20) % 10
    colours = random.integers(0, 256, (10, 1, 1, 3), np.uint8)[classes]
    named = {f"{split}_images": np.broadcast_to(colours, (20, 32, 32, 3)) for split in ("train", "test")}
    labels = {f"{split}_labels": classes for split in ("train", "test")}
    np.savez(tmp_path / "cifar10.npz", **named, **labels)
    return tmp_path


@torch.no_grad()
def test_unbaking_is_the_inverse_of_baking(tiny: UNet) -> None:
    tiny.down[0].gain.fill_(-0.3)
    baked = round_to_half(bake(tiny))
    restored = unbake(baked)
    for case in probes(tiny):
        assert torch.allclose(restored(*case), baked(*case), atol=2e-3)
    weights = dict(restored.named_parameters())
    assert all(torch.isfinite(weight).all() for weight in weights.values())
    assert weights["down.0.gain"].item() == pytest.approx(0.3, abs=1e-3)


@torch.no_grad()
def test_a_network_without_gains_keeps_its_function() -> None:
    torch.manual_seed(0)
    net = UNet(TINY)
    for case in probes(net):
        assert torch.allclose(unbake(bake(net))(*case), net(*case), atol=1e-5)


def test_learns(work: Path) -> None:
    cifar10.train(work, "cpu", 8, replace(SETTINGS, steps=3))
    cifar10.train(work, "cpu", 8, replace(SETTINGS, steps=60))
    first, last = [json.loads(line)["loss"] for line in (work / "cifar10" / "log.jsonl").read_text().splitlines()]
    assert last < 0.95 * first


def test_an_exported_model_can_be_trained_on(work: Path, tmp_path: Path) -> None:
    cifar10.train(work, "cpu", 8, SETTINGS)
    out, again = tmp_path / "out", tmp_path / "again"
    cifar10.export(work, work / "cifar10" / "checkpoint.pt", out, 2.0)
    cifar10.restore(again, out)
    net = recipe.build("cpu")
    assert load_ema(net, again / "cifar10" / "checkpoint.pt").step == 6
    session = onnxruntime.InferenceSession(out / "unet" / "model.onnx")
    for case in probes(net):
        assert torch.allclose(net(*case), run_onnx(session, *case), atol=2e-3)
    (work / "cifar10.npz").rename(again / "cifar10.npz")
    cifar10.train(again, "cpu", 8, replace(SETTINGS, steps=8))
    lines = (again / "cifar10" / "log.jsonl").read_text().splitlines()
    assert json.loads(lines[-1])["step"] == 8
    with pytest.raises(FileExistsError, match="name another folder with --work"):
        cifar10.restore(again, out)


def test_features_made_before_an_interruption_are_kept(tmp_path: Path) -> None:
    net = UNet(replace(TINY, image_size=32, num_classes=10))
    net.head_gain.data.fill_(0.5)
    net.down[0].gain.data.fill_(1.0)
    model = bake(net)
    batches: list[int] = []

    def extract(images: Tensor) -> np.ndarray:
        if len(batches) == 2:
            raise KeyboardInterrupt
        batches.append(len(images))
        return images.mean(dim=(2, 3)).double().numpy()

    def measure(count: int, folder: str, guidance: float = 2.0) -> np.ndarray:
        batches.clear()
        return features.sample_features(model, extract, count, guidance, 4, tmp_path / folder, compiled=False)

    with pytest.raises(KeyboardInterrupt):
        measure(10, "interrupted")
    resumed = measure(10, "interrupted")
    assert batches == [2]
    assert np.array_equal(resumed[:8], measure(8, "whole"))
    assert np.array_equal(resumed[:8], measure(8, "interrupted")) and batches == []
    assert not np.array_equal(resumed[:8], measure(8, "interrupted", guidance=3.0)) and batches == [4, 4]
