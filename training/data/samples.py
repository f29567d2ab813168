"""Pictures that the shipped models draw from one noise with different numbers of Euler steps, through onnxruntime."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from PIL import Image
from tokenizers import Tokenizer

SIDE = 64
Velocity = Callable[[np.ndarray, float], np.ndarray]


def session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def euler(velocity: Velocity, x: np.ndarray, steps: int) -> np.ndarray:
    for k in range(steps):
        x = x - velocity(x, 1 - k / steps) / np.float32(steps)
    return x


def to_bytes(pixels: np.ndarray) -> np.ndarray:
    """Float [N,3,H,W] in [-1, 1] to uint8."""
    return np.rint((pixels.clip(-1, 1) + 1) * 127.5).astype(np.uint8)


def enlarge(images: np.ndarray) -> np.ndarray:
    """uint8 [N,3,32,32] to [N,3,64,64], bilinear: how proxies enlarge small pictures."""
    pictures = (Image.fromarray(image.transpose(1, 2, 0)).resize((SIDE, SIDE), Image.BILINEAR) for image in images)
    return np.stack([np.asarray(picture).transpose(2, 0, 1) for picture in pictures])


def guidance_of(config: Path) -> np.float32:
    return np.float32(json.loads(config.read_text(encoding="utf-8"))["default_guidance_scale"])


def cifar10_runs(folder: Path, count: int, seed: int, steps: list[int]) -> np.ndarray:
    """uint8 [len(steps), count, 3, 64, 64]: classes in turn, guided, enlarged."""
    net, scale = session(folder / "unet" / "model.onnx"), guidance_of(folder / "unet" / "config.json")
    noise = np.random.default_rng(seed).standard_normal((count, 3, 32, 32), dtype=np.float32)
    labels = np.concatenate([np.full(count, 10), np.arange(count) % 10]).astype(np.int64)

    def velocity(x: np.ndarray, sigma: float) -> np.ndarray:
        feeds = {"sample": np.concatenate([x, x]), "timestep": np.full(2 * count, sigma, np.float32), "class_labels": labels}
        low, high = np.split(net.run(None, feeds)[0], 2)
        return low + scale * (high - low)

    return np.stack([enlarge(to_bytes(euler(velocity, noise, n))) for n in steps])


def emoji_runs(folder: Path, prompts: list[str], seed: int, steps: list[int]) -> np.ndarray:
    """uint8 [len(steps), len(prompts), 3, 64, 64], guided."""
    text, net, decoder = (session(folder / part / "model.onnx") for part in ("text_encoder", "transformer", "vae_decoder"))
    scale, count = guidance_of(folder / "transformer" / "config.json"), len(prompts)
    encoded = Tokenizer.from_file(str(folder / "tokenizer" / "tokenizer.json")).encode_batch([*prompts, *[""] * count])
    ids, mask = (np.array([getattr(e, name) for e in encoded], np.int64) for name in ("ids", "attention_mask"))
    context = text.run(None, {"input_ids": ids, "attention_mask": mask})[0]
    conditions = {"encoder_hidden_states": context, "encoder_attention_mask": mask}
    noise = np.random.default_rng(seed).standard_normal((count, 16, 8, 8), dtype=np.float32)

    def velocity(x: np.ndarray, sigma: float) -> np.ndarray:
        feeds = {"hidden_states": np.concatenate([x, x]), "timestep": np.full(2 * count, sigma, np.float32), **conditions}
        high, low = np.split(net.run(None, feeds)[0], 2)
        return low + scale * (high - low)

    latents = [euler(velocity, noise, n) for n in steps]
    return np.stack([to_bytes(decoder.run(None, {"latent_sample": part})[0]) for part in latents])
