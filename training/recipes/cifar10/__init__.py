"""Class-conditional CIFAR-10 flow in pixel space (models/cifar10)."""

from .card import card
from .evaluation import evaluate
from .model import CONFIG, GUIDANCE, NULL_CLASS, build
from .release import export
from .restore import restore
from .training import train

__all__ = ["CONFIG", "GUIDANCE", "NULL_CLASS", "build", "card", "evaluate", "export", "restore", "train"]
