# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy==2.4.6", "torch==2.13.0"]
# ///
"""Reference LPIPS values for packages/proxies, computed by training/metrics/lpips.py in torch.

    pip install numpy==2.4.6 torch==2.13.0
    PYTHONPATH=. python training/reference/lpips.py [--data ../shared/data/lpips]

Rewrites packages/proxies/test/fixtures/lpips-reference.json: distances under weights that follow from an integer hash, which
packages/proxies/test/lpips-weights.ts repeats, and with --data under the true weights of alex and squeeze. Pictures follow from
the formulas of ssim.py.
"""

from __future__ import annotations

import argparse
import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from ssim import noise, scene
from training.metrics.lpips import NETS, VGG_BLOCKS, Lpips

PINNED = {"numpy": "2.4.6", "torch": "2.13.0"}
OUTPUT = Path(__file__).resolve().parents[2] / "packages/proxies/test/fixtures/lpips-reference.json"
# (width, height): the least, odd and even sides that pools and strides round differently, and a tall one.
SIZES = [(64, 64), (97, 65), (70, 128)]
ALEX = [
    ("features.0", 64, 3, 11), ("features.3", 192, 64, 5), ("features.6", 384, 192, 3),
    ("features.8", 256, 384, 3), ("features.10", 256, 256, 3),
]
FIRES = [
    (3, 64, 16, 64), (4, 128, 16, 64), (6, 128, 32, 128), (7, 256, 32, 128),
    (9, 256, 48, 192), (10, 384, 48, 192), (11, 384, 64, 256), (12, 512, 64, 256),
]
HEADS = {"alex": (64, 192, 384, 256, 256), "squeeze": (64, 128, 256, 384, 384, 512, 512), "vgg": (64, 128, 256, 512, 512)}


def convolutions(net: str) -> list[tuple[str, int, int, int]]:
    """(name, channels out, channels in, kernel) in the order of the file."""
    if net == "alex":
        return ALEX
    if net == "vgg":
        rows, inward = [], 3
        for block, channels in zip(VGG_BLOCKS, HEADS["vgg"], strict=True):
            for index in block:
                rows.append((f"features.{index}", channels, inward, 3))
                inward = channels
        return rows
    rows = [("features.0", 64, 3, 3)]
    for index, inward, squeezed, expanded in FIRES:
        parts = (("squeeze", squeezed, inward, 1), ("expand1x1", expanded, squeezed, 1), ("expand3x3", expanded, squeezed, 3))
        rows += [(f"features.{index}.{part}", *sizes) for part, *sizes in parts]
    return rows


def hashed(seed: int, count: int) -> np.ndarray:
    """Float32 in [-0.5, 0.5): the finaliser of MurmurHash3 on seed + place."""
    x = np.arange(seed, seed + count, dtype=np.uint64).astype(np.uint32)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        x = (x ^ (x >> np.uint32(shift))) * np.uint32(factor)
    return ((x ^ (x >> np.uint32(16))) / 2**32 - 0.5).astype(np.float32)


def random_weights(net: str) -> dict[str, torch.Tensor]:
    tensors, seed = {}, 1
    for name, outward, inward, kernel in convolutions(net):
        fan = inward * kernel**2
        values = hashed(seed, outward * fan) * np.float32(np.sqrt(24 / fan))
        tensors[f"{name}.weight"] = torch.from_numpy(values.reshape(outward, inward, kernel, kernel))
        tensors[f"{name}.bias"] = torch.from_numpy(hashed(seed + outward * fan, outward) * np.float32(0.1))
        seed += outward * (fan + 1)
    for k, channels in enumerate(HEADS[net]):
        tensors[f"lin{k}.weight"] = torch.from_numpy(hashed(seed, channels) + np.float32(0.5))
        seed += channels
    return tensors


def pictures(width: int, height: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Two pairs as one batch: a scene with noise, and with its negative's noise, against the scene."""
    plain, grain = scene(width, height), noise(width, height)
    images = np.stack([plain + grain, plain - 3 * grain]).clip(0, 255).astype(np.float32)
    references = np.stack([plain, plain]).clip(0, 255).astype(np.float32)
    return tuple(torch.from_numpy(part / np.float32(127.5) - 1).permute(0, 3, 1, 2).contiguous() for part in (images, references))


def rows(measure: Lpips) -> list[dict]:
    values = []
    for width, height in SIZES:
        image, reference = pictures(width, height)
        spatial = measure.spatial(image, reference)
        corners = [spatial[0, 0, 0, 0], spatial[0, 0, -1, -1], spatial[1, 0, height // 2, width // 3]]
        row = {"width": width, "height": height, "distances": measure(image, reference).tolist()}
        values.append({**row, "spatial": [corner.item() for corner in corners]})
    return values


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    found = {name: version(name).split("+")[0] for name in PINNED}
    if found != PINNED:
        raise SystemExit(f"needs {PINNED}, found {found}")
    torch.set_num_threads(1)
    document = {"versions": PINNED, "hashed": {net: rows(Lpips(net, random_weights(net))) for net in NETS}}
    if options.data is not None:
        files = {net: options.data / f"lpips_{net}_v0.1.safetensors" for net in ("alex", "squeeze")}
        document["true"] = {net: rows(Lpips.load(net, path)) for net, path in files.items()}
    OUTPUT.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
