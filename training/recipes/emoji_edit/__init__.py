"""Text-guided editing: change of style and skin tone (models/emoji-edit)."""

from .card import card
from .evaluation import evaluate
from .model import GUIDANCE
from .release import export
from .training import FOLDER, train

__all__ = ["FOLDER", "GUIDANCE", "card", "evaluate", "export", "train"]
