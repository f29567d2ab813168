"""Features of generated images, kept batch by batch, so that an interrupted measurement goes on where it was."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ...data.cifar10 import CLASSES
from ...metrics.squeezenet import NAME, SqueezeNetFeatures
from ...precision import autocast
from .model import STEPS, sample

SEED = 2024
FOLDER = "cifar10-fd"


def digest(model: nn.Module, guidance: float, batch: int) -> str:
    """Names everything that the features of a batch depend on."""
    known = hashlib.sha256(repr((SEED, STEPS, guidance, batch, NAME)).encode())
    for name, tensor in sorted(model.state_dict().items()):
        known.update(name.encode() + tensor.cpu().contiguous().numpy().tobytes())
    return known.hexdigest()[:16]


def write_array(path: Path, values: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        np.save(file, values)
    partial.replace(path)


def sample_features(
    model: nn.Module, extract: SqueezeNetFeatures, count: int, guidance: float, batch: int, work: Path, compiled: bool
) -> np.ndarray:
    """[count, 512] of `count` samples, classes in turn; batches that an earlier run left under `work` are not made again.

    Cost: `STEPS` evaluations a sample, two network passes each unless guidance is 1.
    """
    device = next(model.parameters()).device
    folder = work / FOLDER / digest(model, guidance, batch)
    network = torch.compile(model) if compiled else model
    labels = torch.arange(count, device=device) % len(CLASSES)
    rows, made, began = [], 0, time.monotonic()
    for index, part in enumerate(labels.split(batch)):
        path = folder / f"{index:05d}-{len(part)}.npy"
        if not path.is_file():
            with autocast(device):
                images = sample(network, part, seed=SEED + index, guidance=guidance)
            # What a viewer sees: eight bits a channel.
            write_array(path, extract((images.clamp(-1, 1) * 127.5).round() / 127.5).astype(np.float32))
            made += len(part)
            done = index * batch + len(part)
            print(f"{done}/{count} samples, {(time.monotonic() - began) / made:.3f} s each", flush=True)
        rows.append(np.load(path))
    return np.concatenate(rows)
