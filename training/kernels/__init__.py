"""Kernels of our own, where a CPU computes an operation much faster than torch has it compute."""

from .winograd import applies, convolve

__all__ = ["applies", "convolve"]
