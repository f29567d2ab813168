"""Frechet distance between two sets of features, each taken as a Gaussian (Heusel et al. 2017)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Gaussian:
    """Mean [D] and covariance [D, D]."""

    mean: np.ndarray
    covariance: np.ndarray


def fit(features: np.ndarray) -> Gaussian:
    """Mean and unbiased covariance of features [N, D], N >= 2."""
    features = np.asarray(features, dtype=np.float64)
    if features.ndim != 2 or features.shape[0] < 2:
        raise ValueError(f"features must be [N, D] with N >= 2, not {list(features.shape)}")
    return Gaussian(features.mean(axis=0), np.atleast_2d(np.cov(features, rowvar=False)))


def square_root(matrix: np.ndarray) -> np.ndarray:
    """Square root of a symmetric positive semi-definite matrix; rounding below zero counts as zero."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(values.clip(min=0))) @ vectors.T


def frechet_distance(a: Gaussian, b: Gaussian) -> float:
    """|m_a - m_b|^2 + tr(C_a + C_b - 2 (C_a^1/2 C_b C_a^1/2)^1/2), in squared feature units."""
    root = square_root(a.covariance)
    values = np.linalg.eigvalsh(root @ b.covariance @ root).clip(min=0)
    spread = np.trace(a.covariance) + np.trace(b.covariance) - 2 * np.sqrt(values).sum()
    return float(np.square(a.mean - b.mean).sum() + spread)
