"""Text-to-video: clips of moving emoji (models/emoji-motion)."""

from .card import card
from .evaluation import evaluate
from .model import GUIDANCE
from .release import export
from .training import FOLDER, train

__all__ = ["FOLDER", "GUIDANCE", "card", "evaluate", "export", "train"]
