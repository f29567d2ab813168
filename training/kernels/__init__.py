"""Kernels of our own, where a CPU computes an operation faster than torch has it compute."""

from .convolution import convolve

__all__ = ["convolve"]
