"""The training loop every recipe shares: EMA, checkpoints, resume, log and sample grids."""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from .checkpoint import save_checkpoint
from .muon import Muon
from .precision import autocast

Loss = Callable[[nn.Module, torch.Generator], Tensor]
Preview = Callable[[nn.Module, Path], None]


@dataclass(frozen=True)
class Settings:
    """Run length and optimiser; a run ends at `steps` or after `minutes`, whichever comes first."""

    steps: int
    minutes: float
    learning_rate: float = 6e-3
    decay_after: int = 2000
    warmup: int = 200
    cooldown: int = 0
    cooldown_minutes: float = 0.0
    muon: bool = False
    muon_convolutions: bool = False
    clip: float = 0.0
    ema_exponent: float = 16.0
    seed: int = 0
    checkpoint_every: int = 500
    preview_every: int = 2000
    compile: bool = True


def learning_rate(settings: Settings, step: int, seconds: float = 0.0, began: int = 0) -> float:
    """Linear warm-up, constant, inverse square root, and a linear decay to zero over the last `cooldown` steps.

    The warm-up counts from `began`, the step at which the optimiser had seen nothing yet.

    `cooldown_minutes` is the same by the clock, for runs that end by it. Without a cool-down nothing depends on where the
    run ends, so it can be extended.
    """
    warm = min(1.0, (step + 1 - began) / settings.warmup)
    cool = min(1.0, (settings.steps - step) / settings.cooldown) if settings.cooldown > 0 else 1.0
    if settings.cooldown_minutes > 0:
        cool = min(cool, max(0.0, (settings.minutes - seconds / 60) / settings.cooldown_minutes))
    return settings.learning_rate * warm * cool / math.sqrt(max(step / settings.decay_after, 1.0))


class Ema:
    """Power-function average of the weights (Karras et al. 2024, equation 124)."""

    def __init__(self, model: nn.Module, exponent: float) -> None:
        self.model = copy.deepcopy(model).eval().requires_grad_(False)
        self.exponent = exponent

    @torch.no_grad()
    def update(self, model: nn.Module, step: int) -> None:
        keep = (1 - 1 / (step + 1)) ** (self.exponent + 1)
        average, current = list(self.model.parameters()), list(model.parameters())
        torch._foreach_lerp_(average, current, 1 - keep)


def matrices(model: nn.Module, convolutions: bool = False) -> list[nn.Parameter]:
    """Weights between hidden layers, which Muon is made for: its own step for embeddings and ends does harm."""
    ends = getattr(model, "ends", ())
    ranks = (2, 4) if convolutions else (2,)
    return [p for name, p in model.named_parameters() if p.ndim in ranks and not name.startswith(tuple(ends))]


def make_optimizers(model: nn.Module, settings: Settings) -> list[torch.optim.Optimizer]:
    """Adam; with `muon`, Muon (Jordan et al. 2024) for the hidden matrices, scaled to the updates of Adam."""
    hidden = matrices(model, settings.muon_convolutions) if settings.muon else []
    taken = {id(weight) for weight in hidden}
    rest = [weight for weight in model.parameters() if id(weight) not in taken]
    rate = settings.learning_rate
    adam = torch.optim.Adam(rest, lr=rate, betas=(0.9, 0.99), fused=True)
    if not hidden:
        return [adam]
    return [adam, Muon(hidden, lr=rate)]


def train(model: nn.Module, loss: Loss, preview: Preview, settings: Settings, folder: Path) -> nn.Module:
    """Train `model` in place, resuming from `folder` if it holds a checkpoint; returns the EMA model."""
    folder.mkdir(parents=True, exist_ok=True)
    device = next(model.parameters()).device
    optimizers = make_optimizers(model, settings)
    ema = Ema(model, settings.ema_exponent)
    checkpoint = folder / "checkpoint.pt"
    start, elapsed, fresh = 0, 0.0, 0
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=device, weights_only=True)
        model.load_state_dict(state["model"])
        ema.model.load_state_dict(state["ema"])
        start, elapsed, fresh = state["step"], state["seconds"], state.get("fresh", 0)
        if "optimizers" in state:
            for optimizer, saved in zip(optimizers, state["optimizers"]):
                optimizer.load_state_dict(saved)
        else:  # A restored checkpoint has weights alone.
            fresh = start
        print(f"resumed at step {start} after {elapsed / 60:.1f} minutes", flush=True)

    def checkpoint_now(step: int, seconds: float) -> None:
        saved = [optimizer.state_dict() for optimizer in optimizers]
        state = {"model": model.state_dict(), "ema": ema.model.state_dict(), "optimizers": saved}
        progress = {"step": step, "seconds": seconds, "cooldown": settings.cooldown, "fresh": fresh}
        save_checkpoint(checkpoint, {**state, **progress})

    network = torch.compile(model) if settings.compile else model
    began = time.monotonic() - elapsed
    total, count = 0.0, 0
    for step in range(start, settings.steps):
        # Seeded by step, so that a resumed run draws what an uninterrupted one would have drawn.
        generator = torch.Generator().manual_seed(settings.seed * 1_000_003 + step)
        rate = learning_rate(settings, step, time.monotonic() - began, fresh)
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
        with autocast(device):
            value = loss(network, generator)
        value.backward()
        if settings.clip > 0:
            nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        if hasattr(model, "renormalize"):
            model.renormalize()
        ema.update(model, step)
        total, count = total + value.item(), count + 1
        seconds = time.monotonic() - began
        done = step + 1
        stop = done == settings.steps or seconds > settings.minutes * 60
        if done % 100 == 0 or stop:
            line = {"step": done, "loss": round(total / count, 5), "minutes": round(seconds / 60, 2)}
            with (folder / "log.jsonl").open("a") as log:
                log.write(json.dumps(line) + "\n")
            print(line, flush=True)
            total, count = 0.0, 0
        if done % settings.checkpoint_every == 0 or stop:
            checkpoint_now(done, seconds)
        if done % settings.preview_every == 0 or stop:
            preview(ema.model, folder / f"grid-{done:06d}.png")
        if stop:
            break
    return ema.model
