# /// script
# requires-python = ">=3.11"
# dependencies = ["torch==2.13.0", "numpy==2.4.6", "diffusers==0.42.1"]
# ///
"""Reference trajectories of DPM-Solver++(2M) and UniPC for packages/core, computed by diffusers.

    pip install torch==2.13.0 numpy==2.4.6 diffusers==0.42.1
    python training/reference/solvers.py

Rewrites packages/core/test/fixtures/solvers-reference.json. The velocity is the closed form of a flow to two
Gaussians, in float64; its parameters stand in the file. Every row runs the scheduler on the sigmas that its own
`set_timesteps` makes: UniPC starts at 1 - 1e-6 and DPM-Solver++ at 0.999, both end at 0, and the integer
timesteps beside them are not used, since the velocity takes sigma. The run "float32" is diffusers as it is: sigmas
and the coefficients made of them in float32. For "float64" the same sigmas are widened after `set_timesteps`,
which leaves DPM-Solver++ at float32 all the same, because it casts the state.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import torch
from diffusers import DPMSolverMultistepScheduler, UniPCMultistepScheduler

PINNED = {"torch": "2.13.0", "numpy": "2.4.6", "diffusers": "0.42.1"}
OUTPUT = Path(__file__).resolve().parents[2] / "packages/core/test/fixtures/solvers-reference.json"
CONFIG = {"use_flow_sigmas": True, "prediction_type": "flow_prediction", "flow_shift": 1.0}
SCHEDULERS = {
    "dpm++2m": lambda: DPMSolverMultistepScheduler(**CONFIG, solver_order=2),
    "unipc2": lambda: UniPCMultistepScheduler(**CONFIG, solver_order=2),
    "unipc3": lambda: UniPCMultistepScheduler(**CONFIG, solver_order=3),
}
STEPS = [1, 2, 4, 10, 25]
FLOW = {"weights": [0.3, 0.7], "means": [[1.0, -0.5, 0.25], [-0.75, 0.5, 1.5]], "std": 0.4}
NOISE = [0.9, -0.4, 0.3]

Vector = torch.Tensor


def velocity(x: Vector, sigma: float) -> Vector:
    """`v = sum_i r_i (rate (x - (1 - sigma) mean_i) - mean_i)` with the responsibilities r_i of the two Gaussians."""
    left = 1 - sigma
    variance = left**2 * FLOW["std"] ** 2 + sigma**2
    rate = (sigma - left * FLOW["std"] ** 2) / variance
    means = torch.tensor(FLOW["means"], dtype=torch.float64)
    logits = torch.tensor(FLOW["weights"], dtype=torch.float64).log() - (
        (x - left * means) ** 2
    ).sum(dim=1) / (2 * variance)
    mean = logits.softmax(dim=0) @ means
    return rate * (x - left * mean) - mean


def run(name: str, steps: int, wide: bool) -> dict[str, object]:
    scheduler = SCHEDULERS[name]()
    scheduler.set_timesteps(steps)
    scheduler.set_begin_index(0)
    if wide:
        scheduler.sigmas = scheduler.sigmas.double()
    sigmas = scheduler.sigmas.tolist()
    x = torch.tensor(NOISE, dtype=torch.float64)
    states = []
    for timestep, sigma in zip(scheduler.timesteps, sigmas[:-1], strict=True):
        # The schedulers expect a batch dimension.
        v = velocity(x, sigma)
        x = scheduler.step(v[None], timestep, x[None], return_dict=False)[0][0].double()
        states.append(x.tolist())
    return {
        "solver": name,
        "precision": "float64" if wide else "float32",
        "sigmas": sigmas,
        "states": states,
    }


def main() -> None:
    found = {name: version(name).split("+")[0] for name in PINNED}
    if found != PINNED:
        raise SystemExit(f"needs exactly {PINNED}, found {found}")
    rows = [run(name, steps, wide) for name in SCHEDULERS for steps in STEPS for wide in (False, True)]
    OUTPUT.write_text(json.dumps({"versions": PINNED, "flow": FLOW, "noise": NOISE, "rows": rows}) + "\n")


if __name__ == "__main__":
    main()
