"""Contrastive scorer of emoji and prompts (models/emoji-clip). It is not CLIP."""

from .card import card
from .release import export
from .training import FOLDER, train

__all__ = ["FOLDER", "card", "export", "train"]
