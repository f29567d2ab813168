"""Text-to-video: clips of moving emoji (models/emoji-motion)."""

from .card import card
from .cases import cases
from .evaluation import evaluate
from .model import GUIDANCE
from .release import export
from .training import FOLDER, train

__all__ = ["FOLDER", "GUIDANCE", "card", "cases", "evaluate", "export", "train"]
