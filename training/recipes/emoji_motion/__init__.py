"""Text-to-video: clips of moving emoji (models/emoji-motion)."""

from .training import FOLDER, train

__all__ = ["FOLDER", "train"]
