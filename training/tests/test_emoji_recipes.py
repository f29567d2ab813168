"""The recipes end to end on emoji drawn in code: a few steps, the loss falls, the exports agree with torch."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image

from .. import checkpoint
from ..export import component
from ..export.parity import ParityError
from ..export.storage import quantize
from ..models.autoencoder import AutoencoderConfig
from ..models.text_encoder import TextEncoderConfig
from ..recipes import emoji, emoji_clip, emoji_edit, emoji_motion, emoji_vae
from ..recipes.emoji import evaluation
from ..recipes.emoji import model as text_to_image
from ..recipes.emoji import release
from ..trainer import Settings
from .emoji_data import write_emoji

SETTINGS = Settings(steps=1, minutes=10, warmup=5, checkpoint_every=1000, preview_every=1000, compile=False)


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a trained autoencoder, everything small."""
    monkeypatch.setenv("FASTFLOW_TRAINING_DATA", str(write_emoji(tmp_path / "data")))
    small = AutoencoderConfig(latent_channels=4, encoder=(8, 8, 16), decoder=(8, 8, 16), decoder_blocks=1)
    monkeypatch.setattr(emoji_vae.model, "CONFIG", small)
    monkeypatch.setattr(text_to_image, "TEXT", TextEncoderConfig(vocab_size=200, width=16, depth=1, heads=2))
    flow = replace(text_to_image.FLOW, channels=4, context_width=16, width=32, depth=1, heads=2)
    monkeypatch.setattr(text_to_image, "FLOW", flow)
    monkeypatch.setattr(emoji.training, "FLOW", flow)
    monkeypatch.setattr(emoji_edit.model, "FLOW", replace(flow, image_channels=4))
    for module in (emoji_motion.model, emoji_motion.training, emoji_motion.release):
        monkeypatch.setattr(module, "FLOW", replace(flow, frames=16))
    monkeypatch.setattr(emoji_motion.model, "GROUPS", ("objects", "symbols"))
    monkeypatch.setattr(text_to_image, "STEPS", 2)
    folder = tmp_path / "work"
    emoji_vae.train(folder, "cpu", 4, replace(SETTINGS, steps=3))
    return folder


def losses(folder: Path) -> list[float]:
    return [json.loads(line)["loss"] for line in (folder / "log.jsonl").read_text().splitlines()]


def test_autoencoder_learns(work: Path) -> None:
    emoji_vae.train(work, "cpu", 4, replace(SETTINGS, steps=60))
    first, last = losses(work / "emoji-vae")
    assert last < 0.9 * first


def test_text_to_image_learns_and_exports(work: Path, tmp_path: Path) -> None:
    emoji.train(work, "cpu", 8, replace(SETTINGS, steps=4))
    emoji.train(work, "cpu", 8, replace(SETTINGS, steps=60))
    first, last = losses(work / "emoji")
    assert last < first
    out = tmp_path / "out"
    emoji.export(work, work / "emoji" / "checkpoint.pt", out, 3.0)
    parts = json.loads((out / "metrics.json").read_text())["export"]["components"]
    assert set(parts) == {"text_encoder", "transformer", "vae_encoder", "vae_decoder"}
    assert all(part["onnx_difference"] < 1e-4 for part in parts.values())
    autoencoder = text_to_image.load_autoencoder(work, "cpu")
    pixels = torch.rand(2, 3, 64, 64) * 2 - 1
    encoder, decoder = (onnxruntime.InferenceSession(out / part / "model.onnx") for part in ("vae_encoder", "vae_decoder"))
    latents = encoder.run(None, {"sample": pixels.numpy()})[0]
    decoded = decoder.run(None, {"latent_sample": latents})[0]
    with torch.no_grad():
        expected = autoencoder.encode(pixels)
        assert np.allclose(latents, expected.numpy(), atol=0.02)
        assert np.allclose(decoded, autoencoder.decode(expected).numpy(), atol=0.02)


def test_an_exported_model_can_be_trained_on(work: Path, tmp_path: Path) -> None:
    emoji.train(work, "cpu", 8, replace(SETTINGS, steps=8))
    out, again = tmp_path / "out", tmp_path / "again"
    emoji.export(work, work / "emoji" / "checkpoint.pt", out, 3.0)
    emoji.restore(again, out)
    net = text_to_image.build("cpu")
    assert checkpoint.load_ema(net, again / "emoji" / "checkpoint.pt").step == 8
    example = release.transformer_examples(net, again)[0]
    feeds = dict(zip(("hidden_states", "timestep", "encoder_hidden_states", "encoder_attention_mask"), example, strict=True))
    session = onnxruntime.InferenceSession(out / "transformer" / "model.onnx")
    velocity = session.run(None, {name: value.numpy() for name, value in feeds.items()})[0]
    assert np.allclose(net.transformer(*example).numpy(), velocity, atol=1e-4)
    first, second = (text_to_image.load_autoencoder(folder, "cpu") for folder in (work, again))
    pixels = torch.rand(2, 3, 64, 64) * 2 - 1
    latents = first.encode(pixels)
    assert torch.allclose(latents, second.encode(pixels), atol=0.02)
    assert torch.allclose(first.decode(latents), second.decode(latents), atol=0.02)
    emoji.train(again, "cpu", 8, replace(SETTINGS, steps=9))
    with pytest.raises(FileExistsError, match="name another folder with --work"):
        emoji.restore(again, out)
    shutil.copyfile(out / "vae_encoder" / "model.onnx", out / "transformer" / "model.onnx")
    with pytest.raises(ParityError, match="transformer/model.onnx: not the network that this code exports"):
        emoji.restore(tmp_path / "other", out)


def test_editing_and_video_start_from_text_to_image_learn_and_export(work: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="train the recipe emoji first"):
        emoji_edit.train(work, "cpu", 4, SETTINGS)
    emoji.train(work, "cpu", 4, SETTINGS)
    for recipe, batch in ((emoji_edit, 8), (emoji_motion, 64)):
        recipe.train(work, "cpu", batch, replace(SETTINGS, steps=3))
        recipe.train(work, "cpu", batch, replace(SETTINGS, steps=40))
        first, last = losses(work / recipe.FOLDER)
        assert last < first
        out = tmp_path / recipe.FOLDER
        recipe.export(work, work / recipe.FOLDER / "checkpoint.pt", out, 2.0)
        session = onnxruntime.InferenceSession(out / "transformer" / "model.onnx")
        names = {port.name for port in session.get_inputs()}
        assert ("image_latents" in names) == (recipe is emoji_edit)
    sample = np.zeros((1, 4, 7, 8, 8), np.float32)
    context, mask = np.zeros((1, 32, 16), np.float32), np.ones((1, 32), np.int64)
    feeds = {"hidden_states": sample, "timestep": np.ones(1, np.float32)}
    velocity = session.run(None, {**feeds, "encoder_hidden_states": context, "encoder_attention_mask": mask})[0]
    assert velocity.shape == sample.shape


@pytest.mark.parametrize(("recipe", "pictures"), [(emoji, ("target",)), (emoji_edit, ("image", "target")), (emoji_motion, ())])
def test_cases_name_pictures_that_are_there(work: Path, tmp_path: Path, recipe: ModuleType, pictures: tuple[str, ...]) -> None:
    recipe.cases(tmp_path / "cases", 6, "test")
    lines = [json.loads(line) for line in (tmp_path / "cases" / "cases.jsonl").read_text().splitlines()]
    assert len(lines) == 6
    for line in lines:
        assert line["prompt"]
        assert {name for name in line if name in ("image", "target")} == set(pictures)
        assert all(Image.open(tmp_path / "cases" / line[name]).size == (64, 64) for name in pictures)


@pytest.mark.parametrize(("split", "shown"), [("test", {"bell"}), ("train", {"disc", "square", "bar", "ring", "cross"})])
def test_cases_are_of_the_split_asked_for(work: Path, tmp_path: Path, split: str, shown: set[str]) -> None:
    for recipe, words in ((emoji, "prompt"), (emoji_edit, "caption"), (emoji_motion, "caption")):
        recipe.cases(tmp_path / recipe.FOLDER, 40, split)
        lines = [json.loads(line) for line in (tmp_path / recipe.FOLDER / "cases.jsonl").read_text().splitlines()]
        assert {line[words].split(",")[0] for line in lines} == shown


def test_held_out_prompts_have_a_distance_of_their_own(work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    emoji.train(work, "cpu", 8, replace(SETTINGS, steps=8))
    monkeypatch.setattr(evaluation, "default_weights", lambda: None)
    monkeypatch.setattr(evaluation, "SqueezeNetFeatures", lambda *_: lambda pixels: pixels.mean(dim=(2, 3)).numpy())
    out = tmp_path / "out"
    emoji.export(work, work / "emoji" / "checkpoint.pt", out, 3.0)
    emoji.evaluate(work, work / "emoji" / "checkpoint.pt", out, "cpu", 6, 3.0, 4)
    measured = json.loads((out / "metrics.json").read_text())["evaluation"]
    distances = measured["frechet"]
    assert {split: part["labels"] for split, part in distances.items()} == {"train": 5, "test": 1}
    assert distances["train"]["distance"] != distances["test"]["distance"]
    emoji.card(out)
    card = (out / "README.md").read_text()
    assert all(f"| **{part['distance']:.2f}** | {part['floor']:.2f} |" in card for part in distances.values())
    again = tmp_path / "again"
    emoji.restore(again, out)
    restored = checkpoint.load_ema(emoji_vae.build("cpu"), again / "emoji-vae" / "checkpoint.pt")
    assert restored.step == measured["autoencoder"]["step"] == 3


def test_contrastive_model_learns_and_exports(work: Path, tmp_path: Path) -> None:
    emoji_clip.train(work, "cpu", 12, replace(SETTINGS, steps=3))
    emoji_clip.train(work, "cpu", 12, replace(SETTINGS, steps=40))
    first, last = losses(work / "emoji-clip")
    assert last < first
    emoji_clip.export(work, work / "emoji-clip" / "checkpoint.pt", tmp_path / "clip")
    session = onnxruntime.InferenceSession(tmp_path / "clip" / "onnx" / "vision_model.onnx")
    embeds = session.run(None, {"pixel_values": np.zeros((2, 3, 64, 64), np.float32)})[0]
    assert np.allclose(np.linalg.norm(embeds, axis=1), 1, atol=1e-5)


def test_an_export_that_differs_is_refused(work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    emoji_clip.train(work, "cpu", 4, SETTINGS)
    monkeypatch.setattr(component, "TOLERANCE", 0.0)
    with pytest.raises(ParityError, match="text_model.onnx: ONNX and torch differ"):
        emoji_clip.export(work, work / "emoji-clip" / "checkpoint.pt", tmp_path / "clip")
    assert not (tmp_path / "clip" / "onnx").exists()


@pytest.mark.parametrize("shape", [(16, 64), (8, 4, 3, 3)])
def test_int8_loses_less_than_one_percent(shape: tuple[int, ...]) -> None:
    random = np.random.default_rng(0)
    values = random.normal(size=shape).astype(np.float32) * np.logspace(-3, 2, shape[0]).reshape(-1, *[1] * (len(shape) - 1))
    whole, scale = quantize(values.astype(np.float32))
    assert np.square(whole * scale - values).sum() < 1e-4 * np.square(values).sum()
