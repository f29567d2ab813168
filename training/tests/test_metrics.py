from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from ..metrics.frechet import Gaussian, fit, frechet_distance
from ..metrics.squeezenet import SqueezeNetFeatures, default_weights, load_safetensors


def random_covariance(rng: np.random.Generator, size: int) -> np.ndarray:
    factor = rng.standard_normal((size, size))
    return factor @ factor.T / size


def test_distance_of_commuting_gaussians_is_closed_form() -> None:
    rng = np.random.default_rng(0)
    rotation, _ = np.linalg.qr(rng.standard_normal((5, 5)))
    a, b = rng.uniform(0.1, 3, 5), rng.uniform(0.1, 3, 5)
    mean = rng.standard_normal(5)
    first = Gaussian(mean, rotation @ np.diag(a) @ rotation.T)
    second = Gaussian(np.zeros(5), rotation @ np.diag(b) @ rotation.T)
    expected = np.square(mean).sum() + np.square(np.sqrt(a) - np.sqrt(b)).sum()
    assert frechet_distance(first, second) == pytest.approx(expected, rel=1e-10)


def test_distance_is_symmetric_and_zero_on_itself() -> None:
    rng = np.random.default_rng(1)
    a = Gaussian(rng.standard_normal(6), random_covariance(rng, 6))
    b = Gaussian(rng.standard_normal(6), random_covariance(rng, 6))
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a), rel=1e-9)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(a, b) > 0.1


def test_fit_recovers_a_gaussian_and_singular_covariances_work() -> None:
    rng = np.random.default_rng(2)
    truth = Gaussian(np.array([1.0, -2.0, 0.5]), random_covariance(rng, 3))
    samples = rng.multivariate_normal(truth.mean, truth.covariance, size=200_000)
    assert frechet_distance(fit(samples), truth) < 1e-3
    few = fit(rng.standard_normal((4, 10)))
    assert np.isfinite(frechet_distance(few, few))
    with pytest.raises(ValueError, match="N >= 2"):
        fit(np.zeros((1, 3)))


def test_safetensors_reader(tmp_path: Path) -> None:
    values = np.arange(6, dtype="<f4")
    header = {"__metadata__": {"a": "b"}, "w": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}
    encoded = json.dumps(header).encode()
    path = tmp_path / "w.safetensors"
    path.write_bytes(len(encoded).to_bytes(8, "little") + encoded + values.tobytes())
    assert torch.equal(load_safetensors(path)["w"], torch.arange(6.0).reshape(2, 3))


def test_squeezenet_features_are_finite_and_tell_images_apart() -> None:
    try:
        weights = default_weights()
    except FileNotFoundError as error:
        pytest.skip(str(error))
    extract = SqueezeNetFeatures(weights)
    noise = torch.rand(4, 3, 32, 32, generator=torch.Generator().manual_seed(0)) * 2 - 1
    ramp = torch.linspace(-1, 1, 32).expand(4, 3, 32, 32)
    features = extract(torch.cat([noise, ramp]), batch=3)
    assert features.shape == (8, 512)
    assert np.isfinite(features).all() and (features >= 0).all()
    assert np.linalg.norm(features[0] - features[4]) > 5 * np.linalg.norm(features[4] - features[5])
