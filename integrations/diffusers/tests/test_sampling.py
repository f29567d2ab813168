"""Whole runs on nothing but the exported folder and onnxruntime, against the real pipelines on torch."""

import html
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from conftest import Exported
from diffusers import DiffusionPipeline, FlowMatchEulerDiscreteScheduler, UniPCMultistepScheduler
from transformers import AutoTokenizer

from fastflow_diffusers.check import open_part, run
from fastflow_diffusers.samples import normal

PROMPT, NEGATIVE = "an oil painting of a red fox in the snow", "blurry, low quality"
STEPS = 4


def test_stable_diffusion_3(exported: Callable[[str], Exported]) -> None:
    made, latents = exported("sd3"), normal("sd3/noise", 1, 16, 6, 12)
    expected = torch_run(made, height=48, width=96, latents=latents, guidance_scale=5.0, max_sequence_length=64)

    folder = made.folder
    both = [sd3_text(folder, text) for text in (NEGATIVE, PROMPT)]
    text, pooled = (torch.cat(one) for one in zip(*both, strict=True))
    scheduler = FlowMatchEulerDiscreteScheduler.from_pretrained(folder / "scheduler")
    transformer = open_part(folder, "transformer")

    def velocity(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        feeds = {"hidden_states": x.repeat(2, 1, 1, 1), "timestep": t.repeat(2)}
        found = run(transformer, {**feeds, "encoder_hidden_states": text, "pooled_projections": pooled})
        return guided(found["out_hidden_states"], 5.0)

    x = sample(scheduler, latents, velocity)
    config = read(folder, "vae_decoder")
    pixels = run(
        open_part(folder, "vae_decoder"),
        {"latent_sample": x / config["scaling_factor"] + config["shift_factor"]},
    )
    close(pixels["sample"].permute(0, 2, 3, 1), expected)


def test_wan(exported: Callable[[str], Exported]) -> None:
    made, latents = exported("wan"), normal("wan/noise", 1, 16, 3, 4, 6)
    call = {"height": 32, "width": 48, "num_frames": 9, "max_sequence_length": 32}
    expected = torch_run(made, latents=latents, guidance_scale=5.0, **call)

    folder = made.folder
    text = torch.cat([wan_text(folder, one, 32) for one in (NEGATIVE, PROMPT)])
    scheduler = UniPCMultistepScheduler.from_pretrained(folder / "scheduler")
    transformer = open_part(folder, "transformer")

    def velocity(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        feeds = {
            "hidden_states": x.repeat(2, 1, 1, 1, 1),
            "timestep": t.repeat(2),
            "encoder_hidden_states": text,
        }
        return guided(run(transformer, feeds)["out_hidden_states"], 5.0)

    x = sample(scheduler, latents, velocity)
    config = read(folder, "vae_decoder")
    mean, deviation = (torch.tensor(config[name]).view(1, -1, 1, 1, 1) for name in ("latents_mean", "latents_std"))
    pixels = run(open_part(folder, "vae_decoder"), {"latent_sample": x * deviation + mean})
    close(pixels["sample"].permute(0, 2, 3, 4, 1), expected)


def torch_run(made: Exported, **call: Any) -> np.ndarray:
    pipeline = DiffusionPipeline.from_pretrained(made.pipeline, local_files_only=True)
    pipeline.set_progress_bar_config(disable=True)
    options = {
        "prompt": PROMPT,
        "negative_prompt": NEGATIVE,
        "num_inference_steps": STEPS,
        "output_type": "np",
    }
    return pipeline(**options, **call, return_dict=False)[0]


def sample(scheduler: Any, x: torch.Tensor, velocity: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> torch.Tensor:
    scheduler.set_timesteps(STEPS)
    for t in scheduler.timesteps:
        x = scheduler.step(velocity(x, t), t, x, return_dict=False)[0]
    return x


def guided(both: torch.Tensor, scale: float) -> torch.Tensor:
    without, with_prompt = both.chunk(2)
    return without + scale * (with_prompt - without)


def sd3_text(folder: Path, text: str) -> tuple[torch.Tensor, torch.Tensor]:
    states, pooled = [], []
    for n in ("", "_2"):
        found = run(open_part(folder, f"text_encoder{n}"), tokenize(folder, f"tokenizer{n}", text, 77))
        layers = sum(name.startswith("hidden_states") for name in found)
        states.append(found[f"hidden_states.{layers - 2}"])
        pooled.append(found["text_embeds"])
    t5 = run(open_part(folder, "text_encoder_3"), tokenize(folder, "tokenizer_3", text, 64))["last_hidden_state"]
    clip = torch.cat(states, dim=-1)
    clip = torch.nn.functional.pad(clip, (0, t5.shape[-1] - clip.shape[-1]))
    return torch.cat([clip, t5], dim=1), torch.cat(pooled, dim=-1)


def wan_text(folder: Path, text: str, length: int) -> torch.Tensor:
    feeds = tokenize(folder, "tokenizer", " ".join(html.unescape(text).split()), length)
    return run(open_part(folder, "text_encoder"), feeds)["last_hidden_state"] * feeds["attention_mask"].unsqueeze(-1)


def tokenize(folder: Path, name: str, text: str, length: int) -> dict[str, torch.Tensor]:
    tokenizer = AutoTokenizer.from_pretrained(folder / name, local_files_only=True)
    return dict(tokenizer(text, padding="max_length", max_length=length, truncation=True, return_tensors="pt"))


def read(folder: Path, part: str) -> dict[str, Any]:
    return json.loads((folder / part / "config.json").read_text())


def close(pixels: torch.Tensor, expected: np.ndarray) -> None:
    """Pixels from 0 to 1; a run amplifies what parts differ by."""
    found = (pixels / 2 + 0.5).clamp(0, 1).numpy()
    assert found.shape == expected.shape
    assert expected.std() > 0.05
    assert np.abs(found - expected).max() < 2e-3
