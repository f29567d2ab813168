"""Every family: all parts are written, agree with torch at two sizes, and have the names that FastFlow reads."""

import json
from collections.abc import Callable

import onnxruntime
import pytest
from conftest import Exported

from fastflow_diffusers.check import open_part
from fastflow_diffusers.fixtures import FIXTURES

TRANSFORMERS = {
    "sd3": "hidden_states encoder_hidden_states pooled_projections timestep",
    "sd3-fp16": "hidden_states encoder_hidden_states pooled_projections timestep",
    "sd3-external": "hidden_states encoder_hidden_states pooled_projections timestep",
    "flux": "hidden_states encoder_hidden_states pooled_projections timestep img_ids txt_ids guidance",
    "flux-schnell": "hidden_states encoder_hidden_states pooled_projections timestep img_ids txt_ids",
    "flux-kontext": "hidden_states encoder_hidden_states pooled_projections timestep img_ids txt_ids guidance",
    "sana": "hidden_states encoder_hidden_states timestep encoder_attention_mask",
    "wan": "hidden_states timestep encoder_hidden_states",
    "wan2.2": "hidden_states timestep encoder_hidden_states",
    "qwen-image": "hidden_states encoder_hidden_states encoder_hidden_states_mask timestep img_shapes",
    "lumina2": "hidden_states timestep encoder_hidden_states encoder_attention_mask",
    "z-image": "hidden_states timestep encoder_hidden_states encoder_attention_mask",
    "ltx": "hidden_states encoder_hidden_states timestep encoder_attention_mask num_frames height width rope_interpolation_scale",
    "flux2-klein": "hidden_states encoder_hidden_states timestep img_ids txt_ids",
}
PARTS = {
    "sd3": "text_encoder text_encoder_2 text_encoder_3 transformer vae_decoder vae_encoder",
    "sd3-fp16": "text_encoder text_encoder_2 text_encoder_3 transformer vae_decoder vae_encoder",
    "sd3-external": "text_encoder text_encoder_2 transformer vae_decoder vae_encoder",
    "flux": "text_encoder text_encoder_2 transformer vae_decoder vae_encoder",
    "flux-schnell": "text_encoder text_encoder_2 transformer vae_decoder vae_encoder",
    "flux-kontext": "text_encoder text_encoder_2 transformer vae_decoder vae_encoder",
    "sana": "text_encoder transformer vae_decoder",
    "wan": "text_encoder transformer vae_decoder",
    "wan2.2": "text_encoder transformer transformer_2 vae_decoder",
    "qwen-image": "text_encoder transformer vae_decoder vae_encoder",
    "lumina2": "text_encoder transformer vae_decoder",
    "z-image": "text_encoder transformer vae_decoder",
    "ltx": "text_encoder transformer vae_decoder",
    "flux2-klein": "text_encoder transformer vae_decoder vae_encoder",
}
Export = Callable[[str], Exported]


@pytest.mark.parametrize("family", FIXTURES)
def test_all_parts_agree_with_torch(exported: Export, family: str) -> None:
    comparisons = exported(family).comparisons
    assert list(comparisons) == PARTS[family].split()
    assert {name: one.difference for name, one in comparisons.items() if not one.passed} == {}


@pytest.mark.parametrize("family", FIXTURES)
def test_names_and_free_axes(exported: Export, family: str) -> None:
    folder = exported(family).folder
    transformer = open_part(folder, "transformer")
    assert inputs(transformer) == TRANSFORMERS[family].split()
    assert outputs(transformer) == ["out_hidden_states"]
    assert all(isinstance(axis, str) for one in transformer.get_outputs() for axis in (one.shape[0], *one.shape[2:-1]))
    decoder = open_part(folder, "vae_decoder")
    assert inputs(decoder) == ["latent_sample"] and outputs(decoder) == ["sample"]
    assert decoder.get_outputs()[0].shape[1] == 3
    assert decoder.get_outputs()[0].shape[-2:] == ["sample_height", "sample_width"]
    if (folder / "vae_encoder").exists():
        encoder = open_part(folder, "vae_encoder")
        assert inputs(encoder) == ["sample"] and outputs(encoder) == ["latent_parameters"]


@pytest.mark.parametrize("family", FIXTURES)
def test_everything_else_of_the_pipeline_is_there(exported: Export, family: str) -> None:
    made = exported(family)
    index = json.loads((made.folder / "model_index.json").read_text())
    assert index["_class_name"] == json.loads((made.pipeline / "model_index.json").read_text())["_class_name"]
    kept = [one for one in made.pipeline.iterdir() if one.name.startswith(("tokenizer", "scheduler"))]
    assert len(kept) >= 2
    for source in kept:
        for file in source.iterdir():
            assert (made.folder / source.name / file.name).read_bytes() == file.read_bytes()
    for part in made.comparisons:
        assert "_class_name" in (config := read_config(made, part)) or "model_type" in config


def test_states_of_text_encoders(exported: Export) -> None:
    clip = outputs(open_part(exported("sd3").folder, "text_encoder"))
    assert clip == [
        "text_embeds",
        "last_hidden_state",
        "hidden_states.0",
        "hidden_states.1",
        "hidden_states.2",
    ]
    assert outputs(open_part(exported("flux").folder, "text_encoder")) == [
        "last_hidden_state",
        "pooler_output",
    ]
    assert outputs(open_part(exported("sana").folder, "text_encoder")) == ["last_hidden_state"]
    klein = outputs(open_part(exported("flux2-klein").folder, "text_encoder"))
    assert klein == ["last_hidden_state", *(f"hidden_states.{n}" for n in range(28))]


def test_statistics_of_latents_are_in_the_config(exported: Export) -> None:
    from diffusers import AutoencoderKLFlux2, AutoencoderKLLTXVideo

    made = exported("ltx")
    video = AutoencoderKLLTXVideo.from_pretrained(made.pipeline / "vae")
    config = read_config(made, "vae_decoder")
    assert config["latents_mean"] == video.latents_mean.tolist() and config["latents_std"] == video.latents_std.tolist()
    made = exported("flux2-klein")
    norm = AutoencoderKLFlux2.from_pretrained(made.pipeline / "vae").bn
    for part in ("vae_decoder", "vae_encoder"):
        config = read_config(made, part)
        assert config["bn_running_mean"] == norm.running_mean.tolist()
        assert config["bn_running_var"] == norm.running_var.tolist()


def test_all_families_together_are_small(exported: Export) -> None:
    size = sum(file.stat().st_size for name in FIXTURES for file in exported(name).folder.rglob("*") if file.is_file())
    assert size < 10_000_000


def read_config(made: Exported, part: str) -> dict:
    return json.loads((made.folder / part / "config.json").read_text())


def inputs(session: onnxruntime.InferenceSession) -> list[str]:
    return [one.name for one in session.get_inputs()]


def outputs(session: onnxruntime.InferenceSession) -> list[str]:
    return [one.name for one in session.get_outputs()]
