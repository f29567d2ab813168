"""Captioned emoji in three aligned styles, 64x64 RGB on white, split by label."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from . import data_root

STYLES = ("3d", "flat", "noto")
ARRAYS = {"3d": "fluent_3d", "flat": "fluent_flat", "noto": "noto"}
SKINS = {
    "Default": None,
    "Light": "light skin tone",
    "MediumLight": "medium-light skin tone",
    "Medium": "medium skin tone",
    "MediumDark": "medium-dark skin tone",
    "Dark": "dark skin tone",
}
# One label in so many is held out of all training.
HELD_OUT = 20
SPLITS = ("train", "test")


@dataclass(frozen=True)
class Entry:
    """One emoji: the same row of all three styles."""

    row: int
    label: str
    caption: str
    skin: str
    group: str
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Emoji:
    """`images[style]` is uint8 [N,3,64,64]; row i belongs to `entries[i]`."""

    entries: tuple[Entry, ...]
    images: Tensor

    def rows(self, split: str) -> list[int]:
        return [entry.row for entry in self.entries if held_out(entry.label) == (split == "test")]


def held_out(label: str) -> bool:
    """Whether a label belongs to the test split; by digest, so that the split does not depend on order."""
    return int.from_bytes(hashlib.sha256(label.encode()).digest()[:4], "big") % HELD_OUT == 0


def read_entries() -> tuple[Entry, ...]:
    lines = (data_root() / "emoji" / "captions.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return tuple(
        Entry(i, row["label"], row["caption"], row["skin"], row["group"], tuple(row["tags"]))
        for i, row in enumerate(rows)
    )


def load() -> Emoji:
    """All 3,140 emoji; images are uint8 [3 styles, N, 3, 64, 64] in the order of `STYLES`."""
    arrays = np.load(data_root() / "emoji" / "emoji64.npz")
    stacked = np.stack([arrays[ARRAYS[style]] for style in STYLES])
    return Emoji(read_entries(), torch.from_numpy(stacked).permute(0, 1, 4, 2, 3).contiguous())


def balanced_weights(entries: tuple[Entry, ...], rows: list[int]) -> Tensor:
    """Sampling weights of `rows`: skin tones of a label share its weight, groups are evened out by a square root.

    Unweighted, six in ten draws would be people, most of them one picture in six skin tones.
    """
    labels: dict[str, int] = {}
    groups: dict[str, set[str]] = {}
    for row in rows:
        entry = entries[row]
        labels[entry.label] = labels.get(entry.label, 0) + 1
        groups.setdefault(entry.group, set()).add(entry.label)
    weight = [labels[entries[row].label] ** -1.0 * len(groups[entries[row].group]) ** -0.5 for row in rows]
    return torch.tensor(weight, dtype=torch.float64)


def draw(data: Emoji, split: str, count: int, generator: torch.Generator) -> list[tuple[int, int]]:
    """`count` pictures of a split as (style, row), with replacement, groups balanced and styles alike."""
    rows = data.rows(split)
    picks = torch.multinomial(balanced_weights(data.entries, rows), count, replacement=True, generator=generator).tolist()
    styles = torch.randint(len(STYLES), (count,), generator=generator).tolist()
    return [(style, rows[pick]) for style, pick in zip(styles, picks, strict=True)]


def named(data: Emoji, style: int, row: int) -> str:
    """A picture in words."""
    return f"{data.entries[row].caption}, {STYLES[style]}"
