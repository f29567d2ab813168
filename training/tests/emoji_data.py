"""A data folder of emoji drawn in code, in the files that the readers expect."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

# By its digest "bell" is held out.
LABELS = ("disc", "square", "bar", "ring", "cross", "bell")
SKINS = ("Default", "Dark")


def draw(shape: str, colour: tuple[int, int, int]) -> np.ndarray:
    y, x = np.mgrid[-1:1:64j, -1:1:64j]
    inside = {
        "disc": x**2 + y**2 < 0.5,
        "square": (abs(x) < 0.6) & (abs(y) < 0.6),
        "bar": abs(y) < 0.2,
        "ring": abs(x**2 + y**2 - 0.5) < 0.2,
        "cross": (abs(x) < 0.2) | (abs(y) < 0.2),
        "bell": (x < 0) & (y < 0),
    }[shape]
    return np.where(inside[..., None], np.array(colour), 255).astype(np.uint8)


def write_emoji(root: Path) -> Path:
    """`root/emoji` with every label in two skin tones and three styles; returns `root`."""
    folder = root / "emoji"
    folder.mkdir(parents=True)
    lines, pictures = [], {"fluent_3d": [], "fluent_flat": [], "noto": []}
    for label in LABELS:
        for skin in SKINS:
            words = label if skin == "Default" else f"{label}, dark skin tone"
            group = "symbols" if label in LABELS[:2] else "objects"
            lines.append({"label": label, "caption": words, "skin": skin, "group": group, "tags": ["shape", "plain"]})
            for index, style in enumerate(pictures):
                shade = 200 if skin == "Default" else 60
                pictures[style].append(draw(label, (shade, 40 * index, 250 - shade)))
    (folder / "captions.jsonl").write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    np.savez(folder / "emoji64.npz", **{style: np.stack(images) for style, images in pictures.items()})
    return root
