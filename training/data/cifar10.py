"""CIFAR-10 from a tar.gz of JPEG files, `<split>/<class>/<name>.jpg`, decoded once and cached."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from . import data_root

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


def decode_archive(archive: Path) -> dict[str, np.ndarray]:
    images: dict[str, list[np.ndarray]] = {"train": [], "test": []}
    labels: dict[str, list[int]] = {"train": [], "test": []}
    with tarfile.open(archive) as tar:
        for member in sorted(tar.getmembers(), key=lambda m: m.name):
            parts = member.name.split("/")
            if not member.isfile() or not member.name.endswith(".jpg"):
                continue
            split, label = parts[-3], parts[-2]
            picture = Image.open(io.BytesIO(tar.extractfile(member).read())).convert("RGB")
            images[split].append(np.asarray(picture))
            labels[split].append(CLASSES.index(label))
    return {
        **{f"{split}_images": np.stack(images[split]) for split in images},
        **{f"{split}_labels": np.array(labels[split], dtype=np.int64) for split in labels},
    }


def load(split: str, cache: Path) -> tuple[Tensor, Tensor]:
    """(uint8 images [N,3,32,32], int64 labels [N]) of `train` (50,000) or `test` (10,000)."""
    path = cache / "cifar10.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial.npz")
        np.savez(partial, **decode_archive(data_root() / "cifar10" / "cifar10_jpg.tar.gz"))
        partial.rename(path)
    arrays = np.load(path)
    images = torch.from_numpy(arrays[f"{split}_images"]).permute(0, 3, 1, 2).contiguous()
    return images, torch.from_numpy(arrays[f"{split}_labels"])


def to_float(images: Tensor) -> Tensor:
    """uint8 [0, 255] to float32 [-1, 1]."""
    return images.float() / 127.5 - 1
