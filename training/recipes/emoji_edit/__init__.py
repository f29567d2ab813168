"""Text-guided editing: change of style and skin tone (models/emoji-edit)."""

from .training import FOLDER, train

__all__ = ["FOLDER", "train"]
