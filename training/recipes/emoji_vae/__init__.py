"""Autoencoder of the emoji models: 64x64 pixels to 8x8 latents."""

from .model import CONFIG, build
from .training import FOLDER, train

__all__ = ["CONFIG", "FOLDER", "build", "train"]
