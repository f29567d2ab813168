# /// script
# requires-python = ">=3.11"
# dependencies = ["torch==2.13.0", "diffusers==0.42.1", "numpy==2.4.6"]
# ///
"""Reference sigma grids for packages/core, computed by Diffusers' FlowMatchEulerDiscreteScheduler.

    pip install torch==2.13.0 diffusers==0.42.1 numpy==2.4.6
    python training/reference/schedules.py && pnpm exec biome check --write packages/core/test/fixtures

Rewrites packages/core/test/fixtures/schedules.json. As Diffusers' FLUX pipeline does, the scheduler is given
`sigmas = linspace(1, 1/T, T)` and, where it shifts dynamically, `mu` from the number of latent tokens.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
from diffusers import FlowMatchEulerDiscreteScheduler

PINNED = {"diffusers": "0.42.1", "numpy": "2.4.6"}
OUTPUT = Path(__file__).resolve().parents[2] / "packages/core/test/fixtures/schedules.json"

DYNAMIC = {"use_dynamic_shifting": True, "base_shift": 0.5, "max_shift": 1.15}
TOKENS = {"base_image_seq_len": 256, "max_image_seq_len": 4096}
CONFIGS: list[tuple[dict[str, object], int | None]] = [
    ({}, None),
    ({"shift": 3.0}, None),
    ({"shift": 0.1}, None),
    ({"shift": 6.0, "shift_terminal": 0.1}, None),
    ({**DYNAMIC, **TOKENS}, 1024),
    ({**DYNAMIC, **TOKENS}, 4096),
    ({**DYNAMIC, **TOKENS, "time_shift_type": "linear"}, 1024),
    ({**DYNAMIC, "base_image_seq_len": 1024, "max_image_seq_len": 4096, "max_shift": 2.05}, 2048),
    ({**DYNAMIC, **TOKENS, "max_shift": 0.9, "shift_terminal": 0.02}, 8192),
]
STEPS = [2, 12]


def calculate_shift(image_seq_len: int, config: dict[str, object]) -> float:
    """`calculate_shift` of diffusers.pipelines.flux.pipeline_flux, whose import would need transformers."""
    base_seq_len, max_seq_len = config["base_image_seq_len"], config["max_image_seq_len"]
    m = (config["max_shift"] - config["base_shift"]) / (max_seq_len - base_seq_len)
    return image_seq_len * m + config["base_shift"] - m * base_seq_len


def grid(config: dict[str, object], image_seq_len: int | None, steps: int) -> list[float]:
    scheduler = FlowMatchEulerDiscreteScheduler(**config)
    mu = None if image_seq_len is None else calculate_shift(image_seq_len, scheduler.config)
    scheduler.set_timesteps(sigmas=np.linspace(1.0, 1 / steps, steps), mu=mu)
    return [float(sigma) for sigma in scheduler.sigmas]


def main() -> None:
    for name, wanted in PINNED.items():
        if version(name) != wanted:
            raise SystemExit(f"{name} {version(name)} is installed, the reference needs {wanted}")
    rows = [
        {"config": config, "imageSeqLen": tokens, "numSteps": steps, "sigmas": grid(config, tokens, steps)}
        for config, tokens in CONFIGS
        for steps in STEPS
    ]
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(f"    {json.dumps(row)}" for row in rows)
    OUTPUT.write_text(f'{{\n  "versions": {json.dumps(PINNED)},\n  "rows": [\n{lines}\n  ]\n}}\n')


if __name__ == "__main__":
    main()
