"""Text-to-image at 64x64 in the latent space of the emoji autoencoder (models/emoji)."""

from .training import FOLDER, train

__all__ = ["FOLDER", "train"]
