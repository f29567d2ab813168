"""Text-to-image at 64x64 in the latent space of the emoji autoencoder (models/emoji)."""

from .card import card
from .cases import cases
from .evaluation import evaluate
from .model import GUIDANCE
from .release import export
from .restore import restore
from .training import FOLDER, train

__all__ = ["FOLDER", "GUIDANCE", "card", "cases", "evaluate", "export", "restore", "train"]
