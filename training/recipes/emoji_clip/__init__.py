"""Contrastive scorer of emoji and prompts (models/emoji-clip). It is not CLIP."""

from .release import export
from .training import FOLDER, train

__all__ = ["FOLDER", "export", "train"]
