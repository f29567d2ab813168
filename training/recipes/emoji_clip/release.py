"""`python -m training emoji-clip export`."""

from __future__ import annotations

import json
from pathlib import Path


from ... import __version__
from ...checkpoint import load_ema
from ...data import emoji, tokenizer
from ...data.cifar10 import to_float
from ...export.component import Component, export_component
from ...export.layout import update_metrics, write_json
from ...export.storage import store_as_int8
from ..emoji.model import load_tokenizer
from ..emoji.release import DRAWN_WORDS
from .evaluation import recall
from .model import EMBEDDING, TEXT, build


def export(work: Path, checkpoint: Path, out: Path) -> None:
    """Write both towers in the layout of a transformers ONNX export of CLIP, and their recall to `metrics.json`."""
    net = build("cpu")
    progress = load_ema(net, checkpoint)
    data, words = emoji.load(), load_tokenizer(work)
    figures = {split: recall(net, words, data, split) for split in ("test", "train")}
    ids, mask = tokenizer.encode(words, DRAWN_WORDS)
    pixels = to_float(data.images[0, :3])
    batch = {0: "batch"}
    text = Component(net.text, ("input_ids", "attention_mask"), "text_embeds", [batch, batch], [(ids, mask), (ids[:1], mask[:1])])
    image = Component(net.image, ("pixel_values",), "image_embeds", [batch], [(pixels,), (pixels[:1],)])
    components = {
        "text_model": export_component(text, out / "onnx" / "text_model.onnx", store_as_int8),
        "vision_model": export_component(image, out / "onnx" / "vision_model.onnx", store_as_int8),
    }
    scale = float(net.scale.exp().clamp(max=100))
    write_layout(out, words, scale)
    document = {"step": progress.step, "minutes": round(progress.seconds / 60, 1), "components": components}
    update_metrics(out / "metrics.json", "export", document)
    update_metrics(out / "metrics.json", "evaluation", {"step": progress.step, "recall": figures})
    print(json.dumps(figures, indent=2))


def write_layout(out: Path, words: object, scale: float) -> None:
    """The JSON files around both networks."""
    size = 64
    write_json(
        out / "config.json",
        {
            "model_type": "emoji-clip",
            "_fastflow_version": __version__,
            "projection_dim": EMBEDDING,
            "logit_scale": round(scale, 4),
            "text_config": TEXT.to_json(),
            "vision_config": {"image_size": size},
        },
    )
    write_json(
        out / "preprocessor_config.json",
        {
            "do_resize": True,
            "size": {"shortest_edge": size},
            "resample": 3,
            "do_center_crop": True,
            "crop_size": {"height": size, "width": size},
            "do_rescale": True,
            "rescale_factor": 1 / 255,
            "do_normalize": True,
            "image_mean": [0.5, 0.5, 0.5],
            "image_std": [0.5, 0.5, 0.5],
        },
    )
    compact = json.dumps(json.loads(words.to_str()), ensure_ascii=False, separators=(",", ":"))
    (out / "tokenizer.json").write_text(compact + "\n", encoding="utf-8")
    settings = {"model_max_length": TEXT.max_length, "pad_token": tokenizer.PAD, "unk_token": tokenizer.UNKNOWN}
    write_json(out / "tokenizer_config.json", settings)
