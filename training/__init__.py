"""Reproducible training, evaluation and ONNX export of the models in `models/`."""

__version__ = "0.1.0"
