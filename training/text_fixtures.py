"""Tiny folders of text models for tests: `python -m training.text_fixtures` (needs onnx and numpy alone).

Written to `packages/testkit/fixtures/models`. 16 x 16 pixels, latents of 3 x 2 x 2, prompts of 8 letters. The data of
such a flow is one colour that the letters of the prompt decide, plus the picture where one is edited.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from onnx import ModelProto, checker

from .fixtures import F32, FOLDER, I64, constant, model, node

CHANNELS, SIDE, SCALE, TOKENS, WIDTH = 3, 2, 8, 8, 2
SPECIAL = ["<pad>", "<unk>", "<s>", "</s>"]
VOCABULARY = [*SPECIAL, *"abcdefghijklmnopqrstuvwxyz0123456789,"]
LATENTS = ["batch", CHANNELS, SIDE, SIDE]
PIXELS = ["batch", 3, SIDE * SCALE, SIDE * SCALE]
CLASSES = {
    "words": "TextToImagePipeline",
    "words-edit": "ImageEditPipeline",
    "words-motion": "TextToVideoPipeline",
}


def tokenizer() -> dict:
    """Byte-pair encoding without merges: every letter is a token."""
    ends = {token: {"id": token, "ids": [SPECIAL.index(token)], "tokens": [token]} for token in ("<s>", "</s>")}
    begin, end = ({"SpecialToken": {"id": token, "type_id": 0}} for token in ends)
    return {
        "version": "1.0",
        "added_tokens": [{"id": n, "content": token, "special": True} for n, token in enumerate(SPECIAL)],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "WhitespaceSplit"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [begin, {"Sequence": {"id": "A", "type_id": 0}}, end],
            "pair": [],
            "special_tokens": ends,
        },
        "decoder": None,
        "model": {
            "type": "BPE",
            "unk_token": "<unk>",
            "fuse_unk": False,
            "byte_fallback": False,
            "vocab": {token: n for n, token in enumerate(VOCABULARY)},
            "merges": [],
        },
    }


def text_encoder() -> ModelProto:
    """A row of a table for every token, zeros for padding."""
    table = np.linspace(-1, 1, len(VOCABULARY) * WIDTH).reshape(-1, WIDTH)
    return model(
        "text_encoder",
        [("input_ids", I64, ["batch", TOKENS]), ("attention_mask", I64, ["batch", TOKENS])],
        [("last_hidden_state", F32, ["batch", TOKENS, WIDTH])],
        [
            node("Gather", "table input_ids", "rows"),
            node("Cast", "attention_mask", "flags", to=F32),
            node("Unsqueeze", "flags last", "mask"),
            node("Mul", "rows mask", "last_hidden_state"),
        ],
        [constant("table", table, np.float32), constant("last", [2], np.int64)],
    )


def transformer(name: str) -> ModelProto:
    """`velocity = (hidden_states - target) / (timestep + 0.1)`: data close to `target`, with a rest of the noise."""
    video, edit = name.endswith("motion"), name.endswith("edit")
    states = ["batch", CHANNELS, "frames", SIDE, SIDE] if video else LATENTS
    image = [("image_latents", F32, LATENTS)] if edit else []
    return model(
        "transformer",
        [
            ("hidden_states", F32, states),
            ("timestep", F32, ["batch"]),
            ("encoder_hidden_states", F32, ["batch", TOKENS, WIDTH]),
            ("encoder_attention_mask", I64, ["batch", TOKENS]),
            *image,
        ],
        [("velocity", F32, states)],
        [
            node("ReduceMean", "encoder_hidden_states", "mean", axes=[1, 2]),
            node("Reshape", "mean shape", "colour"),
            node("Add", "colour image_latents", "target") if edit else node("Identity", "colour", "target"),
            node("Sub", "hidden_states target", "difference"),
            node("Add", "timestep rest", "sigma"),
            node("Reshape", "sigma shape", "sigmas"),
            node("Div", "difference sigmas", "velocity"),
        ],
        [constant("shape", [-1, *[1] * (len(states) - 1)], np.int64), constant("rest", 0.1, np.float32)],
    )


def vae_decoder() -> ModelProto:
    """Every latent a square of pixels."""
    return model(
        "vae_decoder",
        [("latent_sample", F32, LATENTS)],
        [("sample", F32, PIXELS)],
        [node("Resize", "latent_sample none scales", "sample", mode="nearest")],
        [constant("none", [], np.float32), constant("scales", [1, 1, SCALE, SCALE], np.float32)],
    )


def vae_encoder() -> ModelProto:
    """The mean of every square of pixels."""
    size = [SCALE, SCALE]
    pool = node("AveragePool", "sample", "latent_sample", kernel_shape=size, strides=size)
    return model("vae_encoder", [("sample", F32, PIXELS)], [("latent_sample", F32, LATENTS)], [pool], [])


def configs(name: str) -> dict[str, object]:
    """Documents of a folder by their paths."""
    video = {"default_num_frames": 4, "min_num_frames": 2, "max_num_frames": 8, "frames_per_second": 8}
    vae = {"latent_channels": CHANNELS, "scale_factor": SCALE, "scaling_factor": 1.0, "shift_factor": 0.0}
    rgb = {"latent_rgb_factors": np.eye(3).tolist(), "latent_rgb_factors_bias": [0.0, 0.0, 0.0]}
    return {
        "model_index.json": {"_class_name": CLASSES[name], "transformer": ["fastflow", "Transformer2DModel"]},
        "scheduler/scheduler_config.json": {"_class_name": "FlowMatchEulerDiscreteScheduler", "shift": 1.0},
        "tokenizer/tokenizer.json": tokenizer(),
        "tokenizer/tokenizer_config.json": {
            "model_max_length": TOKENS,
            "pad_token": "<pad>",
            "unk_token": "<unk>",
        },
        "transformer/config.json": {
            "sample_size": SIDE,
            "in_channels": CHANNELS,
            "out_channels": CHANNELS,
            "cross_attention_dim": WIDTH,
            "prediction_type": "velocity",
            "timestep_type": "sigma",
            "timestep_range": [0.0, 1.0],
            "default_guidance_scale": 2.0,
            "default_num_inference_steps": 12,
            **(video if name.endswith("motion") else {}),
        },
        "vae_decoder/config.json": {**vae, **rgb},
        "vae_encoder/config.json": vae,
        "calibration_prompts.json": ["fox", "cat", "owl", "ant", "bee", "fly"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.text_fixtures", description=__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER / "models")
    out = parser.parse_args().out
    for name in CLASSES:
        networks = [text_encoder(), transformer(name), vae_decoder()]
        for made in [*networks, *([vae_encoder()] if name.endswith("edit") else [])]:
            checker.check_model(made, full_check=True)
            path = out / name / made.graph.name / "model.onnx"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(made.SerializeToString(deterministic=True))
        for path, document in configs(name).items():
            (out / name / path).parent.mkdir(parents=True, exist_ok=True)
            (out / name / path).write_text(json.dumps(document, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
