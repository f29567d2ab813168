"""The Diffusers folder layout around an exported class-conditional model."""

from __future__ import annotations

import json
from pathlib import Path

from .. import __version__
from ..models.unet import UNetConfig

# Every field of diffusers' FlowMatchEulerDiscreteScheduler; sigma runs uniformly from 1 to 0.
SCHEDULER = {
    "_class_name": "FlowMatchEulerDiscreteScheduler",
    "_diffusers_version": "0.35.1",
    "base_image_seq_len": 256,
    "base_shift": 0.5,
    "invert_sigmas": False,
    "max_image_seq_len": 4096,
    "max_shift": 1.15,
    "num_train_timesteps": 1000,
    "shift": 1.0,
    "shift_terminal": None,
    "stochastic_sampling": False,
    "time_shift_type": "exponential",
    "use_beta_sigmas": False,
    "use_dynamic_shifting": False,
    "use_exponential_sigmas": False,
    "use_karras_sigmas": False,
}


def unet_config(config: UNetConfig, classes: tuple[str, ...], guidance_scale: float) -> dict:
    """What a loader needs to know about `unet/model.onnx`, then how the network was built."""
    return {
        "_class_name": "UNet2DModel",
        "_fastflow_version": __version__,
        "sample_size": config.image_size,
        "in_channels": config.in_channels,
        "out_channels": config.in_channels,
        "num_class_embeds": config.num_classes + 1,
        "null_class_id": config.num_classes,
        "id2label": {str(index): label for index, label in enumerate(classes)},
        "prediction_type": "velocity",
        "timestep_type": "sigma",
        "timestep_range": [0.0, 1.0],
        "data_range": [-1.0, 1.0],
        "default_guidance_scale": guidance_scale,
        "default_num_inference_steps": 50,
        "weights_dtype": "float16",
        "compute_dtype": "float32",
        "architecture": config.to_json(),
    }


def model_index(classes: tuple[str, ...]) -> dict:
    return {
        "_class_name": "ClassToImagePipeline",
        "_diffusers_version": SCHEDULER["_diffusers_version"],
        "_fastflow_version": __version__,
        "id2label": {str(index): label for index, label in enumerate(classes)},
        "scheduler": ["diffusers", "FlowMatchEulerDiscreteScheduler"],
        "unet": ["fastflow", "UNet2DModel"],
    }


def write_json(path: Path, document: dict | list) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def write_layout(out: Path, config: UNetConfig, classes: tuple[str, ...], guidance_scale: float) -> None:
    """Write the JSON files that surround `unet/model.onnx`."""
    write_json(out / "model_index.json", model_index(classes))
    write_json(out / "scheduler" / "scheduler_config.json", SCHEDULER)
    write_json(out / "unet" / "config.json", unet_config(config, classes, guidance_scale))


def load_metrics(out: Path) -> dict:
    """`metrics.json` of a model folder with whatever sections it has."""
    path = out / "metrics.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def update_metrics(path: Path, section: str, document: dict) -> None:
    """Replace one section of `metrics.json` and keep the others."""
    write_json(path, {**load_metrics(path.parent), section: document})


def read_metrics(out: Path) -> dict:
    """`metrics.json` of a model folder, whose export and evaluation must be of the same training step."""
    metrics = load_metrics(out)
    for section in ("export", "evaluation"):
        if section not in metrics:
            raise ValueError(f"{out / 'metrics.json'} has no {section!r} section: run the export and evaluate commands first")
    steps = metrics["export"]["step"], metrics["evaluation"]["step"]
    if steps[0] != steps[1]:
        raise ValueError(f"exported at step {steps[0]}, evaluated at step {steps[1]}: use one checkpoint for both")
    return metrics
