"""Text-guided editing: change of style and skin tone (models/emoji-edit)."""

from .card import card
from .cases import cases
from .evaluation import evaluate
from .model import GUIDANCE
from .release import export
from .training import FOLDER, train

__all__ = ["FOLDER", "GUIDANCE", "card", "cases", "evaluate", "export", "train"]
