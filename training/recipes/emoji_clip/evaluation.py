"""Recall of the contrastive model, and `python -m training emoji-clip evaluate`."""

from __future__ import annotations

import torch
from tokenizers import Tokenizer

from ...data import emoji, tokenizer
from ...data.cifar10 import to_float
from .model import EmojiClip

# As many training labels as there are held-out ones would be an easier search; this is the size of both.
POOL = 85


@torch.no_grad()
def recall(model: EmojiClip, words: Tokenizer, data: emoji.Emoji, split: str) -> dict[str, float]:
    """Text-to-image recall@1 and @10 within one style: one picture a label (default skin), prompts "caption, style"."""
    rows = [row for row in data.rows(split) if data.entries[row].skin == "Default"][:POOL]
    hits = {1: 0, 10: 0}
    for index, style in enumerate(emoji.STYLES):
        prompts = [f"{data.entries[row].caption}, {style}" for row in rows]
        texts = model.text(*tokenizer.encode(words, prompts))
        scores = texts @ model.image(to_float(data.images[index, rows])).T
        rank = (scores > scores.diagonal()[:, None]).sum(dim=1)
        for k in hits:
            hits[k] += int((rank < k).sum())
    total = len(rows) * len(emoji.STYLES)
    return {f"recall@{k}": round(count / total, 4) for k, count in hits.items()} | {"pool": len(rows)}
