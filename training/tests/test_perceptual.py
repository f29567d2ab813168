"""The perceptual recipe end to end on drawn pictures and an LPIPS of random weights."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image

from ..metrics.lpips import Lpips
from ..recipes import perceptual
from ..recipes.perceptual import pairs, training
from ..recipes.perceptual.distortions import DISTORTIONS
from ..recipes.perceptual.evaluation import agreement, ranks
from ..recipes.perceptual.model import build, distillation_loss
from ..trainer import Settings
from .emoji_data import draw, write_emoji

ALEX = {"features.0": (64, 3, 11), "features.3": (192, 64, 5), "features.6": (384, 192, 3), "features.8": (256, 384, 3), "features.10": (256, 256, 3)}


def random_alex() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    tensors = {}
    for k, (name, (outward, inward, kernel)) in enumerate(ALEX.items()):
        tensors[f"{name}.weight"] = torch.randn(outward, inward, kernel, kernel) * (2 / (inward * kernel**2)) ** 0.5
        tensors[f"{name}.bias"] = torch.zeros(outward)
        tensors[f"lin{k}.weight"] = torch.rand(outward) / outward**0.5
    return tensors


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FASTFLOW_TRAINING_DATA", str(write_emoji(tmp_path / "data")))
    monkeypatch.setattr(pairs, "COUNTS", {split: pairs.Counts(24, 1, 1) for split in ("train", "test")})
    monkeypatch.setattr(pairs, "STEPS", {"train": [3, 2], "test": [3, 2]})
    monkeypatch.setattr(Lpips, "load", classmethod(lambda cls, net: cls(net, random_alex())))
    pictures = np.random.default_rng(0).integers(0, 256, (6, 32, 32, 3), dtype=np.uint8)
    labels = np.zeros(6, np.int64)
    named = {f"{split}_{part}": value for split in ("train", "test") for part, value in (("images", pictures), ("labels", labels))}
    (tmp_path / "work").mkdir()
    np.savez(tmp_path / "work" / "cifar10.npz", **named)
    return tmp_path / "work"


def test_learns_and_exports(work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # From nothing: what starts as a part of the teacher has hardly anything to learn from these few pictures.
    monkeypatch.setattr(training, "build", lambda device, _teacher, _pairs: build(device))
    settings = Settings(steps=90, minutes=10, warmup=5, checkpoint_every=1000, preview_every=1000)
    perceptual.train(work, "cpu", 16, Settings(steps=1, minutes=10, warmup=5))
    perceptual.train(work, "cpu", 16, settings)
    first, last = (json.loads(line)["loss"] for line in (work / "perceptual" / "log.jsonl").read_text().splitlines())
    assert last < 0.7 * first
    out = tmp_path / "out"
    perceptual.export(work, work / "perceptual" / "checkpoint.pt", out)
    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["export"]["bytes"] < 1_000_000
    assert set(metrics["evaluation"]["agreement"]) == {"all", "enlarged twice", *pairs.KINDS}
    written = (out / "model.onnx").read_bytes(), metrics
    perceptual.measure(work, out)
    assert ((out / "model.onnx").read_bytes(), json.loads((out / "metrics.json").read_text())) == written
    session = onnxruntime.InferenceSession(out / "model.onnx")
    picture = np.random.default_rng(1).random((2, 3, 70, 96), np.float32) * 2 - 1
    same, other = (session.run(None, {"image": picture, "reference": reference})[0] for reference in (picture, -picture))
    assert np.all(same == 0)
    assert np.all(other > 0)
    perceptual.card(out)
    assert "not LPIPS" in (out / "README.md").read_text(encoding="utf-8")


def test_starts_close_to_the_teacher(work: Path) -> None:
    made, teacher = pairs.load("test", work), Lpips.load("alex")
    image, reference = (part[:16].float() / 127.5 - 1 for part in (made.images, made.references))
    layers = teacher.maps(image, reference)
    informed, blank = (distillation_loss(build("cpu", *start), image, reference, layers) for start in ((teacher, (image, reference)), ()))
    assert informed < 0.5 * blank


def test_pairs_have_the_distance_of_the_teacher(work: Path) -> None:
    made = pairs.load("test", work)
    teacher = Lpips.load("alex")
    images, references = (part[:4].float() / 127.5 - 1 for part in (made.images, made.references))
    assert torch.allclose(made.distances()[:4], teacher(images, references), atol=1e-6)
    assert set(made.kinds.tolist()) >= {len(pairs.KINDS) - 2, len(pairs.KINDS) - 1}


@pytest.mark.parametrize("name", DISTORTIONS)
def test_distortions_keep_the_size_and_change_something(name: str) -> None:
    picture, other = (Image.fromarray(draw(shape, (200, 40, 80))) for shape in ("disc", "cross"))
    changed = [np.asarray(DISTORTIONS[name](np.random.default_rng(seed), picture, other)) for seed in range(5)]
    assert all(image.shape == (64, 64, 3) and image.dtype == np.uint8 for image in changed)
    assert any((image != np.asarray(picture)).any() for image in changed)


def test_agreement() -> None:
    assert ranks(torch.tensor([3.0, 1.0, 3.0, 2.0])).tolist() == [3.5, 1.0, 3.5, 2.0]
    truth = torch.linspace(0, 1, 20)
    assert agreement(truth.square(), truth)["spearman"] == 1
    assert agreement(-truth, truth)["pearson"] == -1
