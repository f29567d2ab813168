"""Small estimator of LPIPS-alex (models/perceptual). It is not LPIPS."""

from .card import card
from .release import export, measure
from .training import FOLDER, train

__all__ = ["FOLDER", "card", "export", "measure", "train"]
