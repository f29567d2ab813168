from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from ..checkpoint import load_ema
from ..flow import drop_labels, interpolate, logit_normal
from ..models.unet import UNet
from ..precision import autocast, compute_dtype
from ..trainer import Ema, Settings, learning_rate, matrices, train
from .conftest import TINY


def stripes(count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Images [N,3,8,8] whose label is the colour channel that carries a ramp."""
    labels = torch.randint(3, (count,), generator=generator)
    images = torch.full((count, 3, 8, 8), -0.5)
    images[torch.arange(count), labels] = torch.linspace(-1, 1, 8)
    return images, labels


def run(folder: Path, steps: int, muon: bool = False) -> tuple[UNet, UNet]:
    """(trained, averaged) networks after training to `steps` in `folder`."""
    torch.manual_seed(0)
    net = UNet(TINY)

    def loss(model: nn.Module, generator: torch.Generator) -> Tensor:
        x0, labels = stripes(16, generator)
        noise = torch.randn(x0.shape, generator=generator)
        sigma = logit_normal(len(x0), generator)
        velocity = model(interpolate(x0, noise, sigma), sigma, drop_labels(labels, 3, 0.1, generator))
        return (velocity.float() - (noise - x0)).square().mean()

    optimizer = {"muon": muon, "muon_convolutions": muon}
    settings = Settings(steps=steps, minutes=5, warmup=10, checkpoint_every=1000, compile=False, **optimizer)
    return net, train(net, loss, lambda model, path: None, settings, folder)


def test_loss_falls_and_is_logged(tmp_path: Path) -> None:
    run(tmp_path, 100)
    run(tmp_path, 200)
    first, last = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert (first["step"], last["step"]) == (100, 200)
    assert last["loss"] < 0.6 * first["loss"]


@pytest.mark.parametrize("muon", [False, True])
def test_resuming_equals_an_uninterrupted_run(tmp_path: Path, muon: bool) -> None:
    net, ema = run(tmp_path / "whole", 12, muon)
    run(tmp_path / "parts", 5, muon)
    resumed_net, resumed_ema = run(tmp_path / "parts", 12, muon)
    for whole, parts in ((net, resumed_net), (ema, resumed_ema)):
        for name, weight in whole.state_dict().items():
            assert torch.equal(weight, parts.state_dict()[name]), name


def test_muon_takes_the_hidden_layers_alone() -> None:
    net = UNet(TINY)
    names = {id(weight): name for name, weight in net.named_parameters()}
    dense = [names[id(weight)] for weight in matrices(net)]
    hidden = [names[id(weight)] for weight in matrices(net, convolutions=True)]
    assert "down.0.modulation.weight" in dense and not any("conv" in name for name in dense)
    assert {"down.0.conv1.weight", "up.1.skip.weight", *dense} <= set(hidden)
    assert not any(name.startswith(("stem", "head", "embedding")) or name.endswith("gain") for name in hidden)


def test_checkpoint_holds_the_average(tmp_path: Path) -> None:
    _, ema = run(tmp_path, 3)
    net = UNet(TINY)
    progress = load_ema(net, tmp_path / "checkpoint.pt")
    assert progress.step == 3 and progress.seconds > 0
    assert all(torch.equal(a, b) for a, b in zip(net.parameters(), ema.parameters(), strict=True))
    with pytest.raises(FileNotFoundError, match="--checkpoint"):
        load_ema(net, tmp_path / "missing.pt")


def test_average_follows_the_power_function() -> None:
    """Updating with t + 1 after step t leaves the mean of s weighted like s ** exponent."""
    exponent, model = 2.0, nn.Linear(1, 1, bias=False)
    ema = Ema(model, exponent)
    expected = 0.0
    for step in range(200):
        model.weight.data.fill_(step + 1.0)
        ema.update(model, step)
        keep = (1 - 1 / (step + 1)) ** (exponent + 1)
        expected = keep * expected + (1 - keep) * (step + 1.0)
    assert ema.model.weight.item() == pytest.approx(expected, rel=1e-4)
    continuous = 200 * (exponent + 1) / (exponent + 2)
    assert ema.model.weight.item() == pytest.approx(continuous, rel=0.01)


def test_learning_rate_warms_up_holds_and_decays() -> None:
    settings = Settings(steps=1, minutes=1)
    rates = [learning_rate(settings, step) / settings.learning_rate for step in (0, 199, 2000, 8000)]
    assert rates == pytest.approx([1 / 200, 1.0, 1.0, math.sqrt(1 / 4)])


def test_learning_rate_warms_up_again_where_the_optimiser_starts_anew(tmp_path: Path) -> None:
    settings = Settings(steps=10**6, minutes=1)
    rates = [learning_rate(settings, step, began=1000) / settings.learning_rate for step in (1000, 1099, 1199)]
    assert rates == pytest.approx([1 / 200, 1 / 2, 1.0])
    run(tmp_path, 3)
    checkpoint = tmp_path / "checkpoint.pt"
    state = torch.load(checkpoint, weights_only=True)
    assert state["fresh"] == 0
    del state["optimizers"], state["fresh"]
    torch.save(state, checkpoint)
    for steps in (4, 5):
        run(tmp_path, steps)
        assert torch.load(checkpoint, weights_only=True)["fresh"] == 3


def test_learning_rate_cools_down_to_zero_at_the_last_step() -> None:
    settings = Settings(steps=2000, minutes=1, cooldown=1000)
    rates = [learning_rate(settings, step) / settings.learning_rate for step in (1000, 1500, 1999)]
    assert rates == pytest.approx([1.0, 0.5, 1 / 1000])


def test_learning_rate_cools_down_by_the_clock() -> None:
    settings = Settings(steps=10**6, minutes=10, cooldown_minutes=4, warmup=1, decay_after=10**6)
    rates = [learning_rate(settings, 100, 60 * minutes) / settings.learning_rate for minutes in (0, 6, 8, 10)]
    assert rates == pytest.approx([1.0, 1.0, 0.5, 0.0])


@pytest.mark.parametrize(
    ("capabilities", "supported", "dtype"),
    [
        ({"avx512_f": True, "amx_bf16": True}, True, torch.bfloat16),
        ({"bf16": True}, True, torch.bfloat16),
        ({"bf16": True}, False, torch.float32),
        ({"avx512_f": True, "avx512_bf16": False}, True, torch.float32),
    ],
)
def test_bfloat16_is_used_only_where_the_cpu_has_it(
    monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, bool], supported: bool, dtype: torch.dtype
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: supported)
    compute_dtype.cache_clear()
    matrix = torch.ones(4, 4)
    try:
        with autocast("cpu"):
            assert (matrix @ matrix).dtype == dtype
    finally:
        compute_dtype.cache_clear()
