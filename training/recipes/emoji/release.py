"""`python -m training emoji export`, and the parts that the editing and video models export alike."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import Tensor, nn

from ... import __version__
from ...checkpoint import load_ema
from ...data import emoji, tokenizer
from ...data.cifar10 import to_float
from ...export.component import Component, export_component
from ...export.layout import SCHEDULER, update_metrics, write_json
from ...export.storage import store_as_half, store_as_int8
from ...models.autoencoder import Autoencoder
from .model import STEPS, TextFlow, build, load_autoencoder, load_tokenizer

DRAWN_WORDS = ["a red fox, 3d", "", "pizza, noto"]
# What plans are calibrated on where the user names no prompts.
CALIBRATION_PROMPTS = [
    "a red apple, 3d",
    "smiling face, flat",
    "dog face, noto",
    "a blue heart, 3d",
    "pizza, flat",
    "rocket, noto",
    "a sunflower, 3d",
    "house with garden, flat",
    "waving hand, noto",
    "a tropical fish, 3d",
    "guitar, flat",
    "cloud with rain, noto",
    "a yellow car",
    "birthday cake, 3d",
    "crying face, flat",
    "a green frog, noto",
]


class VaeDecoder(nn.Module):
    """sample = decode(latent_sample), standardisation included in the weights of the first convolution."""

    def __init__(self, net: Autoencoder) -> None:
        super().__init__()
        self.body = net.decoder.body
        first = self.body[0]
        # In the bias it would be wrong at the border, where the padding is zero and not the mean.
        self.register_buffer("shift", (net.mean / net.std).contiguous())
        first.weight.data.mul_(net.std.reshape(1, -1, 1, 1))

    def forward(self, latent_sample: Tensor) -> Tensor:
        return self.body(latent_sample + self.shift)


class VaeEncoder(nn.Module):
    """latent_sample = encode(sample), standardisation included in the weights of the last convolution."""

    def __init__(self, net: Autoencoder) -> None:
        super().__init__()
        self.body = net.encoder.body
        last = self.body[-1]
        last.weight.data.div_(net.std.reshape(-1, 1, 1, 1))
        last.bias.data.sub_(net.mean.flatten()).div_(net.std.flatten())

    def forward(self, sample: Tensor) -> Tensor:
        return self.body(sample)


def vae_config(net: Autoencoder, part: str) -> dict:
    return {
        "_class_name": part,
        "_fastflow_version": __version__,
        "sample_size": net.config.image_size,
        "latent_channels": net.config.latent_channels,
        "scale_factor": net.config.factor,
        "scaling_factor": 1.0,
        "shift_factor": 0.0,
        "architecture": net.config.to_json(),
    }


@torch.no_grad()
def latent_rgb(net: Autoencoder, images: Tensor) -> tuple[list, list]:
    """(factors [C][3], bias [3]) of the linear map from latents to the mean colour beneath them, by least squares."""
    latents = torch.cat([net.encode(to_float(part)) for part in images.split(64)])
    colours = torch.nn.functional.avg_pool2d(to_float(images), net.config.factor)
    columns = latents.permute(0, 2, 3, 1).flatten(0, 2)
    columns = torch.cat([columns, torch.ones_like(columns[:, :1])], dim=1)
    solved = torch.linalg.lstsq(columns, colours.permute(0, 2, 3, 1).flatten(0, 2)).solution
    rounded = [[round(value, 5) for value in row] for row in solved.tolist()]
    return rounded[:-1], rounded[-1]


def text_component(net: TextFlow, work: Path) -> Component:
    ids, mask = tokenizer.encode(load_tokenizer(work), DRAWN_WORDS)
    inputs, axes = ("input_ids", "attention_mask"), [{0: "batch"}, {0: "batch"}]
    return Component(net.text_encoder, inputs, "last_hidden_state", axes, [(ids, mask), (ids[:1], mask[:1])])


def export_text_parts(net: TextFlow, work: Path, out: Path) -> dict:
    """`text_encoder/` and `tokenizer/`."""
    words = load_tokenizer(work)
    config = net.text_encoder.config
    report = export_component(text_component(net, work), out / "text_encoder" / "model.onnx", store_as_int8)
    write_json(
        out / "text_encoder" / "config.json",
        {
            "_class_name": "TextEncoder",
            "_fastflow_version": __version__,
            "hidden_size": config.width,
            "vocab_size": config.vocab_size,
            "max_position_embeddings": config.max_length,
            "architecture": config.to_json(),
        },
    )
    (out / "tokenizer").mkdir(parents=True, exist_ok=True)
    document = json.loads(words.to_str())
    compact = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    (out / "tokenizer" / "tokenizer.json").write_text(compact + "\n", encoding="utf-8")
    settings = {"model_max_length": config.max_length, "pad_token": tokenizer.PAD, "unk_token": tokenizer.UNKNOWN}
    write_json(out / "tokenizer" / "tokenizer_config.json", settings)
    return report


def autoencoder_components(net: Autoencoder, pixels: Tensor) -> tuple[Component, Component]:
    """(encoder, decoder) with examples made of `pixels` [B,3,H,W]; they take the standardisation into the weights of `net`."""
    with torch.no_grad():
        latents = net.encode(pixels)
    batch = [{0: "batch"}]
    coded = [(pixels,), (pixels[:1],)], [(latents,), (latents[:1],)]
    encoder = Component(VaeEncoder(net), ("sample",), "latent_sample", batch, coded[0])
    return encoder, Component(VaeDecoder(net), ("latent_sample",), "sample", batch, coded[1])


def export_autoencoder(net: Autoencoder, images: Tensor, out: Path) -> dict:
    """`vae_encoder/` and `vae_decoder/`; `images` are uint8 examples."""
    factors, bias = latent_rgb(net, images)
    encoder, decoder = autoencoder_components(net, to_float(images[:3]))
    write_json(out / "vae_encoder" / "config.json", vae_config(net, "VaeEncoder"))
    preview = {"latent_rgb_factors": factors, "latent_rgb_factors_bias": bias}
    write_json(out / "vae_decoder" / "config.json", {**vae_config(net, "VaeDecoder"), **preview})
    return {
        "vae_encoder": export_component(encoder, out / "vae_encoder" / "model.onnx", store_as_half),
        "vae_decoder": export_component(decoder, out / "vae_decoder" / "model.onnx", store_as_half),
    }


def transformer_examples(net: TextFlow, work: Path) -> list[tuple[Tensor, ...]]:
    """Inputs of a parity check: batch sizes, noise levels from end to end, real prompts; clips of two lengths."""
    config = net.transformer.config
    ids, mask = tokenizer.encode(load_tokenizer(work), DRAWN_WORDS)
    with torch.no_grad():
        context = net.text_encoder(ids, mask)
    generator = torch.Generator().manual_seed(0)
    examples = []
    for batch, frames, sigmas in ((3, 5, [0.1, 0.5, 0.9]), (1, 8, [1.0]), (2, 16, [0.0, 0.98])):
        shape = (batch, config.channels, *([frames] if config.frames else []), config.size, config.size)
        noise = torch.randn(shape, generator=generator)
        image = torch.randn(batch, config.image_channels, config.size, config.size, generator=generator)
        extra = (image,) if config.image_channels else ()
        examples.append((noise, torch.tensor(sigmas), context[:batch], mask[:batch], *extra))
    return examples


def transformer_component(net: TextFlow, work: Path) -> Component:
    config = net.transformer.config
    inputs = ["hidden_states", "timestep", "encoder_hidden_states", "encoder_attention_mask"]
    inputs += ["image_latents"] if config.image_channels else []
    axes: list[dict[int, str]] = [{0: "batch"} for _ in inputs]
    if config.frames:
        axes[0][2] = "frames"
    return Component(net.transformer, inputs, "velocity", axes, transformer_examples(net, work))


def export_transformer(net: TextFlow, work: Path, out: Path, guidance: float, more: dict) -> dict:
    """`transformer/`; `more` is added to its `config.json`."""
    config = net.transformer.config
    report = export_component(transformer_component(net, work), out / "transformer" / "model.onnx", store_as_int8)
    write_json(
        out / "transformer" / "config.json",
        {
            "_class_name": "Transformer3DModel" if config.frames else "Transformer2DModel",
            "_fastflow_version": __version__,
            "sample_size": config.size,
            "in_channels": config.channels,
            "out_channels": config.channels,
            "cross_attention_dim": config.context_width,
            "prediction_type": "velocity",
            "timestep_type": "sigma",
            "timestep_range": [0.0, 1.0],
            "default_guidance_scale": guidance,
            "default_num_inference_steps": STEPS,
            **more,
            "architecture": config.to_json(),
        },
    )
    return report


def write_index(out: Path, pipeline: str, transformer: str) -> None:
    """`model_index.json` and the scheduler."""
    write_json(
        out / "model_index.json",
        {
            "_class_name": pipeline,
            "_diffusers_version": SCHEDULER["_diffusers_version"],
            "_fastflow_version": __version__,
            "scheduler": ["diffusers", "FlowMatchEulerDiscreteScheduler"],
            "text_encoder": ["fastflow", "TextEncoder"],
            "tokenizer": ["tokenizers", "Tokenizer"],
            "transformer": ["fastflow", transformer],
            "vae_decoder": ["fastflow", "VaeDecoder"],
            "vae_encoder": ["fastflow", "VaeEncoder"],
        },
    )
    write_json(out / "scheduler" / "scheduler_config.json", SCHEDULER)


def export_folder(
    net: TextFlow, checkpoint: Path, work: Path, out: Path, guidance: float, pipeline: str, more: dict, prompts: list[str]
) -> None:
    """The whole folder of a text-conditional model, and the `export` section of its metrics."""
    progress = load_ema(net, checkpoint)
    data = emoji.load()
    autoencoder = load_autoencoder(work, "cpu")
    examples = data.images[:, data.rows("train")[::20]].flatten(0, 1)
    components = {
        "text_encoder": export_text_parts(net, work, out),
        "transformer": export_transformer(net, work, out, guidance, more),
        **export_autoencoder(autoencoder, examples, out),
    }
    write_index(out, pipeline, "Transformer3DModel" if net.transformer.config.frames else "Transformer2DModel")
    write_json(out / "calibration_prompts.json", prompts)
    document = {
        "step": progress.step,
        "minutes": round(progress.seconds / 60, 1),
        "default_guidance_scale": guidance,
        "components": components,
    }
    update_metrics(out / "metrics.json", "export", document)


def export(work: Path, checkpoint: Path, out: Path, guidance: float) -> None:
    """Write the averaged weights of `checkpoint` as a folder in Diffusers layout."""
    export_folder(build("cpu"), checkpoint, work, out, guidance, "TextToImagePipeline", {}, CALIBRATION_PROMPTS)
