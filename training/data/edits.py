"""Editing pairs: two pictures of one emoji that differ in style, skin tone or both, and the words for the change."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from .emoji import SKINS, STYLES, Entry
from .prompts import choose

SKIN_WORDS = {skin: words or "yellow skin tone" for skin, words in SKINS.items()}


@dataclass(frozen=True)
class Edit:
    """(style, row) before and after, and the instruction."""

    source: tuple[int, int]
    target: tuple[int, int]
    instruction: str


def style_words(style: str, generator: torch.Generator) -> str:
    forms = [
        f"make it {style}",
        f"turn it into {style} style",
        f"change the style to {style}",
        f"convert to {style}",
        f"{style} style",
    ]
    return str(choose(forms, generator))


def skin_words(skin: str, generator: torch.Generator) -> str:
    words = SKIN_WORDS[skin]
    forms = [words, f"with {words}", f"make it {words}", f"change to {words}"]
    return str(choose(forms, generator))


class Edits:
    """Draws editing pairs among `rows`."""

    def __init__(self, entries: tuple[Entry, ...], rows: list[int]) -> None:
        self.entries = entries
        self.tones: dict[str, dict[str, int]] = {}
        for row in rows:
            self.tones.setdefault(entries[row].label, {})[entries[row].skin] = row

    def draw(self, row: int, generator: torch.Generator) -> Edit:
        """A change of `row`'s picture: of the style, of the skin tone where it has several, or of both."""
        others = [skin for skin in self.tones[self.entries[row].label] if skin != self.entries[row].skin]
        kind = float(torch.rand(1, generator=generator)) if others else 0.0
        before = int(torch.randint(len(STYLES), (1,), generator=generator))
        after = (before + 1 + int(torch.randint(len(STYLES) - 1, (1,), generator=generator))) % len(STYLES)
        if kind < 0.4:
            return Edit((before, row), (after, row), style_words(STYLES[after], generator))
        skin = str(choose(others, generator))
        changed = self.tones[self.entries[row].label][skin]
        if kind < 0.75:
            return Edit((before, row), (before, changed), skin_words(skin, generator))
        words = f"{style_words(STYLES[after], generator)} with {SKIN_WORDS[skin]}"
        return Edit((before, row), (after, changed), words)
