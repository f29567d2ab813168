"""Golden values: written for every family, agreeing with ONNX Runtime, strong enough to show a mistake."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from conftest import Exported
from diffusers import DiffusionPipeline
from onnx.external_data_helper import load_external_data_for_model
from safetensors.numpy import load_file

from fastflow_diffusers import write_fixtures
from fastflow_diffusers.check import open_part
from fastflow_diffusers.fixtures import FIXTURES, record_fixture
from fastflow_diffusers.samples import normal

Export = Callable[[str], Exported]
NEVER = {"txt_ids"}
"""All zero in FLUX.1."""


@pytest.fixture(scope="session")
def golden(exported: Export, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    made: dict[str, Path] = {}

    def of(name: str) -> Path:
        if name not in made:
            root = tmp_path_factory.mktemp("golden") / name
            shutil.copytree(exported(name).folder, root / "pipeline")
            comparisons = record_fixture(name, exported(name).pipeline, root)
            assert [one.part for one in comparisons if not one.passed] == []
            made[name] = root / "golden"
        return made[name]

    return of


@pytest.mark.parametrize("family", FIXTURES)
def test_every_family_has_a_square_and_a_wide_case(golden: Callable[[str], Path], family: str) -> None:
    folder = golden(family)
    names = {file.stem for file in folder.glob("*.json")}
    assert names == {file.stem for file in folder.glob("*.safetensors")} == {case.name for case in FIXTURES[family].cases}
    shapes = {name: load_file(folder / f"{name}.safetensors")["images"].shape for name in ("square", "wide")}
    assert shapes["square"][-3] == shapes["square"][-2] and shapes["wide"][-3] < shapes["wide"][-2]


@pytest.mark.parametrize("family", FIXTURES)
def test_names_and_shapes(golden: Callable[[str], Path], family: str) -> None:
    for file in golden(family).glob("*.safetensors"):
        tensors, document = load_file(file), json.loads(file.with_suffix(".json").read_text())
        steps = sum(name.startswith("latents.") for name in tensors) - 1
        assert len(document["timesteps"]) >= steps >= 2
        assert tensors["sigmas"].tolist() == document["sigmas"] and tensors["timesteps"].tolist() == document["timesteps"]
        assert tensors["velocity.0"].shape == tensors[f"latents.{steps}"].shape
        assert tensors["images"].dtype == np.uint8 and tensors["images"].shape[-1] == 3
        start = {"start.clean", "start.noise", "vae_encoder.0.out.latent_parameters"} if "strength" in document["call"] else set()
        assert start <= set(tensors) and ("call.latents" in tensors) != bool(start)
        inputs = {one.name for one in open_part(golden(family).parent / "pipeline", "transformer").get_inputs()}
        assert inputs == {name.split(".in.")[1] for name in tensors if name.startswith("transformer.0.in.")}
        for tokenizer, texts in document["texts"].items():
            part = tokenizer.replace("tokenizer", "text_encoder")
            assert all(f"{part}.{n}.in.input_ids" in tensors for n in range(len(texts)))


@pytest.mark.parametrize("family", FIXTURES)
def test_golden_values_show_what_they_depend_on(golden: Callable[[str], Path], family: str) -> None:
    for file in golden(family).glob("*.json"):
        document = json.loads(file.read_text())
        weak = {name: one for name, one in document["sensitivity"].items() if one < 0.02 and name not in NEVER}
        assert weak == {}, file.name
        found = document["strength"]
        assert found["bend"] > 0.2 and found["prompt"] > 2, file.name
        assert 0.5 < found["velocity_deviation"] < 4 and 0.5 < found["latents_deviation"] < 4, file.name
        assert found["clipped_pixels"] < 0.05, file.name


def test_values_are_those_of_the_real_pipeline(exported: Export, golden: Callable[[str], Path]) -> None:
    tensors = load_file(golden("flux") / "true-cfg.safetensors")
    call = json.loads((golden("flux") / "true-cfg.json").read_text())["call"]
    assert np.array_equal(tensors["call.latents"], normal("flux/true-cfg", 1, 9, 64).numpy())
    pipeline = DiffusionPipeline.from_pretrained(exported("flux").pipeline, local_files_only=True)
    pipeline.set_progress_bar_config(disable=True)
    states: list[torch.Tensor] = []

    def keep(_: object, step: int, timestep: object, given: dict) -> dict:
        states.append(given["latents"])
        return given

    latents = torch.from_numpy(tensors["call.latents"])
    images = pipeline(**call, latents=latents, output_type="np", callback_on_step_end=keep, return_dict=False)[0]
    assert np.abs(255 * images - tensors["images"]).max() < 0.501
    for k, state in enumerate(states):
        assert np.array_equal(state.numpy(), tensors[f"latents.{k + 1}"])


def test_a_second_run_writes_the_same_golden_values(golden: Callable[[str], Path], tmp_path: Path) -> None:
    write_fixtures(tmp_path, ["flux-schnell"])
    first, second = golden("flux-schnell"), tmp_path / "flux-schnell" / "golden"
    files = sorted(file.name for file in first.iterdir())
    assert files == sorted(file.name for file in second.iterdir())
    assert [file for file in files if (first / file).read_bytes() != (second / file).read_bytes()] == []


def test_a_file_that_disagrees_fails(exported: Export, tmp_path: Path) -> None:
    made = exported("flux-schnell")
    shutil.copytree(made.folder, tmp_path / "pipeline")
    path = tmp_path / "pipeline" / "transformer" / "model.onnx"
    model = onnx.load(str(path))
    bias = next(one for one in model.graph.initializer if one.name.endswith("proj_out.bias"))
    bias.raw_data = (onnx.numpy_helper.to_array(bias) + 0.01).tobytes()
    onnx.save(model, str(path))
    comparisons = record_fixture("flux-schnell", made.pipeline, tmp_path)
    assert [one.line().split()[2] for one in comparisons] == ["FAIL", "FAIL"]


def test_external_weights_lie_in_two_files(exported: Export) -> None:
    folder = exported("sd3-external").folder / "transformer"
    files = ["model.onnx_data", "model.onnx_data_1"]
    assert sorted(file.name for file in folder.iterdir()) == ["config.json", "model.onnx", *files]
    model = onnx.load(str(folder / "model.onnx"), load_external_data=False)
    named = {entry.value for one in model.graph.initializer for entry in one.external_data if entry.key == "location"}
    assert sorted(named) == files
    load_external_data_for_model(model, str(folder))


def test_float16_weights_are_rounded_in_golden_values_too(golden: Callable[[str], Path]) -> None:
    whole, half = (load_file(golden(name) / "wide.safetensors") for name in ("sd3", "sd3-fp16"))
    name = "transformer.0.in.encoder_hidden_states"
    assert 0 < np.abs(whole[name] - half[name]).max() < 0.05


def test_the_repository_holds_all_cases_and_is_small() -> None:
    folder = Path(__file__).parents[3] / "packages/pipelines/test/fixtures/families"
    for name, fixture in FIXTURES.items():
        documents = {file.stem: json.loads(file.read_text()) for file in (folder / name / "golden").glob("*.json")}
        assert {case.name: dict(case.call) for case in fixture.cases} == {
            one: document["call"] for one, document in documents.items()
        }
    assert {one.name for one in folder.iterdir() if one.is_dir()} == set(FIXTURES)
    assert sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) < 10_000_000
