"""Figures a model card quotes."""
