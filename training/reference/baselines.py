# /// script
# requires-python = ">=3.11"
# dependencies = ["torch==2.13.0", "numpy==2.4.6", "scipy==1.17.1", "diffusers==0.39.0"]
# ///
"""What Diffusers' flow schedulers make of their configs, for packages/core: sigmas, timesteps, and where a run ends.

    pip install torch==2.13.0 numpy==2.4.6 scipy==1.17.1 diffusers==0.39.0
    python training/reference/baselines.py

Rewrites packages/core/test/fixtures/baselines.json, one row a config, number of steps and way of asking. The velocity of
the runs is that of solvers.py, in float64; UniPC's sigmas are widened to float64 first, so that its coefficients are
exact, while the others cast the state to float32 whatever one does. A row without `end` is one that Diffusers itself
ends in NaN. Sigmas have nine digits, which tell all float32 numbers apart.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import diffusers
import numpy as np
import scipy.stats
import torch
from solvers import FLOW, NOISE, velocity

PINNED = {"torch": "2.13.0", "numpy": "2.4.6", "scipy": "1.17.1", "diffusers": "0.39.0"}
OUTPUT = Path(__file__).resolve().parents[2] / "packages/core/test/fixtures/baselines.json"

Config = dict[str, object]
Asked = dict[str, object]

DYNAMIC = {"use_dynamic_shifting": True}
FLOWS = {"prediction_type": "flow_prediction", "use_flow_sigmas": True}
OWN, PIPELINE = {}, {"grid": "pipeline"}
CLASSES = {
    "euler": "FlowMatchEulerDiscreteScheduler",
    "heun": "FlowMatchHeunDiscreteScheduler",
    "unipc": "UniPCMultistepScheduler",
    "dpm": "DPMSolverMultistepScheduler",
}
# Class, config, numbers of steps, how it is asked.
CASES: list[tuple[str, Config, list[int], Asked]] = [
    ("euler", {"shift": 3.0}, [1, 2, 7, 28], OWN),
    ("euler", {"shift": 3.0}, [4, 9], PIPELINE),
    ("euler", {"shift": 0.6}, [5], OWN),
    ("euler", {}, [1, 5], OWN),
    ("euler", {"shift": 6.0, "num_train_timesteps": 400}, [6], OWN),
    ("euler", {"shift": 2.5}, [4], {"grid": [1.0, 0.7, 0.45, 0.1]}),
    ("euler", {"shift": 3.0}, [10], {"strength": 0.6}),
    ("euler", {"shift": 3.0}, [7], {"strength": 0.3}),
    ("euler", {**DYNAMIC, "shift": 3.0}, [6], {"mu": 0.7}),
    ("euler", {**DYNAMIC, "shift": 3.0}, [6], {**PIPELINE, "mu": 2.02}),
    ("euler", {**DYNAMIC, "time_shift_type": "linear"}, [6], {**PIPELINE, "mu": 1.7}),
    ("euler", {**DYNAMIC, "shift_terminal": 0.02}, [5], {**PIPELINE, "mu": 0.9}),
    ("euler", {"shift": 3.0, "use_karras_sigmas": True}, [1, 8], OWN),
    ("euler", {**DYNAMIC, "use_karras_sigmas": True}, [5], {**PIPELINE, "mu": 1.1}),
    ("euler", {"shift": 3.0, "use_exponential_sigmas": True}, [1, 8], PIPELINE),
    ("euler", {"shift": 3.0, "use_beta_sigmas": True}, [1, 2, 8, 21], PIPELINE),
    ("euler", {"shift": 3.0, "use_beta_sigmas": True, "shift_terminal": 0.1}, [6], OWN),
    ("heun", {"shift": 3.0}, [1, 2, 6], OWN),
    ("heun", {"num_train_timesteps": 500}, [5], OWN),
    ("heun", {"shift": 3.0}, [6], {"strength": 0.5}),
    ("unipc", {"flow_shift": 3.0}, [1, 2, 4, 15], OWN),
    ("unipc", {"flow_shift": 5.0}, [30, 50], OWN),
    ("unipc", {}, [10, 20], OWN),
    ("unipc", {"num_train_timesteps": 250, "flow_shift": 2.0}, [6], OWN),
    ("unipc", {}, [5, 10], PIPELINE),
    ("unipc", {"flow_shift": 2.0}, [3], {"grid": [0.9, 0.6, 0.2]}),
    ("unipc", {"flow_shift": 3.0, "solver_order": 1}, [1, 6], OWN),
    ("unipc", {"flow_shift": 3.0, "solver_order": 3}, [2, 3, 9], OWN),
    ("unipc", {"solver_order": 2, "solver_type": "bh1", "final_sigmas_type": "sigma_min"}, [2, 6], OWN),
    ("unipc", {"solver_order": 1, "solver_type": "bh1", "final_sigmas_type": "sigma_min"}, [5], OWN),
    ("unipc", {"solver_order": 3, "solver_type": "bh1", "final_sigmas_type": "sigma_min"}, [7], OWN),
    ("unipc", {"solver_type": "bh1"}, [4], OWN),
    ("unipc", {"solver_type": "midpoint", "final_sigmas_type": "sigma_min"}, [5], OWN),
    ("unipc", {"solver_order": 1, "lower_order_final": False}, [5], OWN),
    ("unipc", {"disable_corrector": [0, 2]}, [6], OWN),
    ("unipc", {"disable_corrector": [0, 4], "flow_shift": 3.0}, [8], {"strength": 0.7}),
    ("unipc", {"flow_shift": 3.0, "solver_order": 3}, [12], {"strength": 0.45}),
    ("unipc", {**DYNAMIC}, [6], {"mu": 0.8}),
    ("unipc", {**DYNAMIC, "time_shift_type": "linear"}, [6], {**PIPELINE, "mu": 2.0}),
    ("unipc", {"flow_shift": 3.0, "shift_terminal": 0.05}, [6], OWN),
    ("unipc", {"use_karras_sigmas": True, "sigma_min": 0.01, "sigma_max": 200.0}, [1, 9], OWN),
    ("dpm", {"flow_shift": 3.0}, [1, 2, 4, 20], OWN),
    ("dpm", {}, [14, 15, 40], OWN),
    ("dpm", {"flow_shift": 7.0, "num_train_timesteps": 400}, [6], OWN),
    ("dpm", {"flow_shift": 3.0, "solver_order": 1}, [5], OWN),
    ("dpm", {"flow_shift": 3.0, "solver_order": 3}, [3, 8, 16], OWN),
    ("dpm", {"flow_shift": 3.0, "solver_order": 3, "lower_order_final": False}, [8], OWN),
    ("dpm", {"flow_shift": 3.0, "solver_order": 3, "euler_at_final": True}, [16], OWN),
    ("dpm", {"flow_shift": 3.0, "solver_type": "heun"}, [3, 8], OWN),
    ("dpm", {"solver_type": "bh2"}, [5], OWN),
    ("dpm", {"final_sigmas_type": "sigma_min"}, [6, 16], OWN),
    ("dpm", {"final_sigmas_type": "sigma_min", "solver_order": 3}, [6, 16], OWN),
    ("dpm", {"final_sigmas_type": "sigma_min", "solver_order": 3, "euler_at_final": True}, [16], OWN),
    ("dpm", {"final_sigmas_type": "sigma_min", "lower_order_final": False, "beta_schedule": "scaled_linear", "beta_start": 0.00085}, [6], OWN),
    ("dpm", {**DYNAMIC, "flow_shift": 3.0}, [5], OWN),
    ("dpm", {**DYNAMIC, "flow_shift": 3.0}, [5], {"mu": 0.6}),
    ("dpm", {"flow_shift": 3.0, "solver_order": 3}, [16], {"strength": 0.5}),
    ("dpm", {"flow_shift": 3.0, "solver_order": 3}, [10], {"strength": 0.75}),
]


def timed(name: str, config: Config, steps: int, asked: Asked) -> object:
    """The scheduler after `set_timesteps`, as a pipeline calls it."""
    flows = FLOWS if name in ("unipc", "dpm") else {}
    scheduler = getattr(diffusers, CLASSES[name])(**{**flows, **config})
    grid = asked.get("grid", "scheduler")
    mu = {"mu": asked["mu"]} if "mu" in asked else {}
    if grid == "scheduler":
        scheduler.set_timesteps(steps, **mu)
    else:
        scheduler.set_timesteps(sigmas=np.array(np.linspace(1.0, 1 / steps, steps) if grid == "pipeline" else grid), **mu)
    return scheduler


def row(name: str, config: Config, steps: int, asked: Asked) -> dict[str, object]:
    scheduler = timed(name, config, steps, asked)
    # As `get_timesteps` of the pipelines for image to image.
    start = int(max(steps - min(steps * asked.get("strength", 1), steps), 0)) * scheduler.order
    scheduler.set_begin_index(start)
    timesteps, sigmas = scheduler.timesteps[start:], scheduler.sigmas[start:]
    if name == "unipc":
        scheduler.sigmas = scheduler.sigmas.double()
    x = torch.tensor(NOISE, dtype=torch.float64)
    for at, timestep in enumerate(timesteps):
        sigma = float(timestep) / scheduler.config.num_train_timesteps if name == "heun" else float(sigmas[at])
        v = velocity(x, sigma)
        # The schedulers expect a batch dimension.
        x = scheduler.step(v[None], timestep, x[None], return_dict=False)[0][0].double()
    if name == "heun":
        timesteps, sigmas = torch.cat([timesteps[:1], timesteps[1::2]]), torch.cat([sigmas[:1], sigmas[1:-1:2], sigmas[-1:]])
    flows = FLOWS if name in ("unipc", "dpm") else {}
    end = {"end": x.tolist()} if bool(x.isfinite().all()) else {}
    return {
        "config": {"_class_name": CLASSES[name], **flows, **config},
        "numSteps": steps,
        "options": asked,
        "sigmas": [float(f"{sigma:.9g}") for sigma in sigmas[:-1].tolist()],
        "timesteps": [float(f"{timestep:.9g}") if name in ("euler", "heun") else timestep for timestep in timesteps.tolist()],
        **end,
    }


def main() -> None:
    found = {name: version(name).split("+")[0] for name in PINNED}
    if found != PINNED:
        raise SystemExit(f"needs exactly {PINNED}, found {found}")
    rows = [row(name, config, count, asked) for name, config, steps, asked in CASES for count in steps]
    quantiles = [[p, float(scipy.stats.beta.ppf(p, 0.6, 0.6))] for p in (0, 1e-9, 1e-3, 0.1, 0.25, 0.499, 0.5, 0.7, 0.95, 0.999999, 1)]
    lines = ",\n".join(json.dumps(row) for row in rows)
    head = json.dumps({"versions": PINNED, "flow": FLOW, "noise": NOISE, "betaQuantiles": quantiles})
    OUTPUT.write_text(f'{head[:-1]}, "rows": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
