"""Contrastive scorer of emoji and prompts (models/emoji-clip). It is not CLIP."""

from .training import FOLDER, train

__all__ = ["FOLDER", "train"]
