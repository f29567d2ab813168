"""Prompts for emoji: caption, tags and style in the words people use."""

from __future__ import annotations

import torch

from .emoji import STYLES, Entry


def choose(options: list, generator: torch.Generator) -> object:
    return options[int(torch.randint(len(options), (1,), generator=generator))]


def subject(entry: Entry, generator: torch.Generator) -> str:
    """What is shown: mostly the caption, at times with some tags, at times tags alone."""
    kind = float(torch.rand(1, generator=generator))
    tags = list(entry.tags)
    order = torch.randperm(len(tags), generator=generator).tolist()
    some = [tags[i] for i in order[: 1 + int(torch.randint(3, (1,), generator=generator))]]
    if kind < 0.08 and len(some) > 1:
        return ", ".join(some)
    words = f"a {entry.caption}" if float(torch.rand(1, generator=generator)) < 0.3 else entry.caption
    return ", ".join([words, *some]) if kind > 0.7 else words


def styled(words: str, style: str | None, generator: torch.Generator) -> str:
    """Add the style, in one of the ways people put it; `None` leaves it open."""
    if style is None:
        return words
    forms = [f"{words}, {style}", f"{words}, {style}", f"{words}, {style} style", f"{style} {words}"]
    return str(choose(forms, generator))


def prompt(entry: Entry, style: str, generator: torch.Generator) -> str:
    """A prompt for one picture; one in ten leaves the style open."""
    known = style if float(torch.rand(1, generator=generator)) >= 0.1 else None
    return styled(subject(entry, generator), known, generator)


def vocabulary(entries: tuple[Entry, ...]) -> list[str]:
    """Text to learn subwords from: captions, tags, styles, and the words of edits and motions."""
    lines = [entry.caption for entry in entries for _ in STYLES]
    lines += [" ".join(entry.tags) for entry in entries]
    lines += [f"{style} style" for style in STYLES for _ in range(200)]
    return lines
