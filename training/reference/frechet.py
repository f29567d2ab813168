# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy==2.4.6", "scipy==1.17.1"]
# ///
"""Reference Frechet distances for packages/proxies, with scipy's general matrix square root.

    pip install numpy==2.4.6 scipy==1.17.1
    python training/reference/frechet.py

Rewrites packages/proxies/test/fixtures/frechet-reference.json. Features follow from an integer hash, which
packages/proxies/test/frechet.test.ts repeats.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy.linalg import sqrtm

PINNED = {"numpy": "2.4.6", "scipy": "1.17.1"}
OUTPUT = Path(__file__).resolve().parents[2] / "packages/proxies/test/fixtures/frechet-reference.json"
# (features, dimensions) of both sets; the last has fewer features than dimensions, so its covariance is singular.
CASES = [(50, 3), (200, 24), (400, 64), (10, 24)]


def features(count: int, dimension: int, kind: int) -> np.ndarray:
    """Correlated features of two kinds: hashes in [0, 1), each mixed with its neighbours; kind 1 is scaled and moved."""
    i, j = np.meshgrid(np.arange(count), np.arange(dimension), indexing="ij")
    place = ((i * dimension + j) * 2 + kind + 1).astype(np.uint64)
    hashes = (place * 2654435761 % 2**32) / 2**32
    mixed = hashes + 0.5 * np.roll(hashes, 1, axis=1)
    return mixed if kind == 0 else mixed * (1 + j / dimension) + 0.25


def distance(a: np.ndarray, b: np.ndarray) -> float:
    (m_a, c_a), (m_b, c_b) = ((x.mean(axis=0), np.cov(x, rowvar=False)) for x in (a, b))
    root = sqrtm(c_a @ c_b)
    return float(np.square(m_a - m_b).sum() + np.trace(c_a) + np.trace(c_b) - 2 * np.trace(np.real(root)))


def main() -> None:
    installed = {name: version(name) for name in PINNED}
    if installed != PINNED:
        raise SystemExit(f"needs {PINNED}, found {installed}")
    cases = [
        {"count": n, "dimension": d, "distance": distance(features(n, d, 0), features(n, d, 1))} for n, d in CASES
    ]
    OUTPUT.write_text(json.dumps({"versions": PINNED, "cases": cases}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
