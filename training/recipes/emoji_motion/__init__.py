"""Text-to-video: clips of moving emoji (models/emoji-motion)."""

from .evaluation import evaluate
from .model import GUIDANCE
from .release import export
from .training import FOLDER, train

__all__ = ["FOLDER", "GUIDANCE", "evaluate", "export", "train"]
