# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy==2.4.6", "scipy==1.17.1", "scikit-image==0.26.0"]
# ///
"""Reference SSIM and PSNR for packages/proxies, computed by scikit-image.

    pip install numpy==2.4.6 scipy==1.17.1 scikit-image==0.26.0
    python training/reference/ssim.py

Rewrites packages/proxies/test/fixtures/ssim-reference.json. The images follow from integer formulas,
which packages/proxies/test/reference-images.ts repeats; `sums` lets the test check that it does.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

Image = NDArray[np.int64]

PINNED = {"numpy": "2.4.6", "scipy": "1.17.1", "scikit-image": "0.26.0"}
OUTPUT = Path(__file__).resolve().parents[2] / "packages/proxies/test/fixtures/ssim-reference.json"
SIZES = [(11, 11), (32, 32), (64, 48), (17, 90)]


def grid(width: int, height: int) -> tuple[Image, Image, Image]:
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    return x, y, c


def triangle(t: Image, half_period: int) -> Image:
    return np.abs(t % (2 * half_period) - half_period)


def scene(width: int, height: int) -> Image:
    """Slanted ramps, one slope per channel, under a chequered texture: values 0 to 253."""
    x, y, c = grid(width, height)
    return 3 * triangle((c + 2) * x + 3 * y, 64) + 61 * ((x // 4 + y // 5 + c) % 2)


def noise(width: int, height: int) -> Image:
    """Hash of the place, -16 to 15: Knuth's multiplicative constant on 32 bits, its top five."""
    x, y, c = grid(width, height)
    return ((((y * width + x) * 3 + c + 1) * 2654435761 % 2**32) >> 27) - 16


def blur(image: Image) -> Image:
    """Floor of the 3 x 3 mean, edge pixels repeated."""
    height, width, _ = image.shape
    padded = np.pad(image, ((1, 1), (1, 1), (0, 0)), mode="edge")
    return sum(padded[j : j + height, i : i + width] for j in range(3) for i in range(3)) // 9


DEGRADATIONS: dict[str, Callable[[Image], Image]] = {
    "noise": lambda image: image + noise(image.shape[1], image.shape[0]),
    "strong-noise": lambda image: image + 5 * noise(image.shape[1], image.shape[0]),
    "blur": blur,
    "shift": lambda image: np.roll(image, 2, axis=1),
    "brightness": lambda image: image + 24,
    "contrast": lambda image: image // 2 + 64,
    "negative": lambda image: 255 - image,
}


def row(width: int, height: int, name: str) -> dict[str, object]:
    reference = scene(width, height)
    image = np.clip(DEGRADATIONS[name](reference), 0, 255)
    a, b = image.astype(np.uint8), reference.astype(np.uint8)
    ssim = structural_similarity(
        a, b, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255, channel_axis=-1
    )
    return {
        "width": width,
        "height": height,
        "degradation": name,
        "sums": {"image": int(image.sum()), "reference": int(reference.sum())},
        "ssim": float(ssim),
        "psnr": float(peak_signal_noise_ratio(b, a, data_range=255)),
    }


def main() -> None:
    found = {name: version(name) for name in PINNED}
    if found != PINNED:
        raise SystemExit(f"needs exactly {PINNED}, found {found}")
    rows = [row(width, height, name) for width, height in SIZES for name in DEGRADATIONS]
    OUTPUT.write_text(json.dumps({"versions": PINNED, "rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
