"""Options of an export, what it refuses, and what a check finds."""

import json
import shutil
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
import torch
from conftest import Exported
from transformers import PreTrainedTokenizerFast, T5Tokenizer

from fastflow_diffusers import ExportError, ExportOptions, check_folder, export_folder, write_fixtures
from fastflow_diffusers.check import open_part, relative
from fastflow_diffusers.cli import main
from fastflow_diffusers.fixtures.tokenizers import sentencepiece_model
from fastflow_diffusers.folder import add_fast_tokenizer

Export = Callable[[str], Exported]


def test_a_second_run_writes_the_same_bytes(exported: Export, tmp_path: Path) -> None:
    first = exported("flux-schnell").folder
    write_fixtures(tmp_path, ["flux-schnell"])
    second = tmp_path / "flux-schnell" / "pipeline"
    files = sorted(file.relative_to(first) for file in first.rglob("*") if file.is_file())
    assert files == sorted(file.relative_to(second) for file in second.rglob("*") if file.is_file())
    assert [file for file in files if (first / file).read_bytes() != (second / file).read_bytes()] == []


def test_float16_keeps_times_in_float32(exported: Export, tmp_path: Path) -> None:
    options = ExportOptions(dtype="fp16", parts=["text_encoder", "transformer", "vae_decoder"])
    pipeline = exported("lumina2").pipeline
    comparisons = export_folder(pipeline, tmp_path, options)
    assert [(one.part, one.passed, one.tolerance) for one in comparisons] == [(part, True, 5e-2) for part in options.parts]
    types = {one.name: one.type for one in open_part(tmp_path, "transformer").get_inputs()}
    assert types["timestep"] == "tensor(float)"
    assert types["hidden_states"] == types["encoder_hidden_states"] == "tensor(float16)"
    for part in options.parts:
        weights = onnx.load(str(tmp_path / part / "model.onnx")).graph.initializer
        matrices = {one.data_type for one in weights if len(one.dims) > 1}
        assert matrices == {onnx.TensorProto.FLOAT16}
    assert all(one.passed and one.tolerance == 5e-2 for one in check_folder(pipeline, tmp_path, options.parts))


def test_float16_times_are_exact_inside(exported: Export, tmp_path: Path) -> None:
    """857.69 and 857.5 are one number in float16."""
    export_folder(exported("flux").pipeline, tmp_path, ExportOptions(dtype="fp16", parts=["transformer"]))
    session = open_part(tmp_path, "transformer")
    types = {"tensor(float16)": torch.float16, "tensor(float)": torch.float32, "tensor(int64)": torch.int64}
    sizes = {"batch_size": 1, "packed_height_width": 4, "sequence_length": 5}
    feeds = {
        one.name: torch.ones([sizes.get(axis, axis) for axis in one.shape], dtype=types[one.type]) for one in session.get_inputs()
    }
    results = [
        session.run(None, {**numpy(feeds), "timestep": numpy({"t": torch.tensor([t])})["t"]})[0] for t in (0.85769, 0.8575)
    ]
    assert abs(results[0] - results[1]).max() > 0


def test_weights_beside_the_file(exported: Export, tmp_path: Path) -> None:
    comparisons = export_folder(exported("flux").pipeline, tmp_path, ExportOptions(parts=["transformer"], external=True))
    assert [one.passed for one in comparisons] == [True]
    assert {file.name for file in (tmp_path / "transformer").iterdir()} == {"config.json", "model.onnx", "model.onnx_data"}
    inside = onnx.load(str(tmp_path / "transformer" / "model.onnx"), load_external_data=False).graph.initializer
    assert max(len(one.raw_data) for one in inside) < 1024
    whole = onnx.load(str(tmp_path / "transformer" / "model.onnx")).graph.initializer
    beside = sum(len(one.raw_data) for one in whole) - sum(len(one.raw_data) for one in inside)
    file, data = (tmp_path / "transformer" / name for name in ("model.onnx", "model.onnx_data"))
    assert data.stat().st_size >= beside > 50_000
    assert data.stat().st_mode == file.stat().st_mode


@pytest.mark.parametrize("opset", [17, 20])
def test_other_opsets(exported: Export, tmp_path: Path, opset: int) -> None:
    comparisons = export_folder(exported("flux").pipeline, tmp_path, ExportOptions(parts=["transformer"], opset=opset))
    assert [one.passed for one in comparisons] == [True]
    assert onnx.load(str(tmp_path / "transformer" / "model.onnx")).opset_import[0].version == opset


def test_a_damaged_part_fails_the_check(exported: Export, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = exported("flux")
    shutil.copytree(made.folder, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "vae_decoder" / "model.onnx"
    model = onnx.load(str(path))
    bias = next(one for one in model.graph.initializer if one.name.endswith("decoder.conv_out.bias"))
    bias.raw_data = (onnx.numpy_helper.to_array(bias) + 0.01).tobytes()
    onnx.save(model, str(path))
    assert main(["export", str(made.pipeline), "--check-only", str(tmp_path)]) == 1
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert list(lines) == ["text_encoder", "text_encoder_2", "transformer", "vae_decoder", "vae_encoder"]
    assert [part for part, rest in lines.items() if rest.endswith("FAIL")] == ["vae_decoder"]
    assert [part for part, rest in lines.items() if rest.endswith("OK")] == [part for part in lines if part != "vae_decoder"]


def test_the_command_writes_one_line_a_part(exported: Export, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["export", str(exported("sana").pipeline), str(tmp_path), "--part", "transformer"]
    assert main(command) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("transformer") and line.endswith("OK")
    assert not (tmp_path / "text_encoder").exists()


def test_differences_that_are_no_numbers_fail() -> None:
    assert relative(torch.tensor([float("nan")]), torch.tensor([1.0])) == float("inf")
    assert relative(torch.zeros(2), torch.zeros(3)) == float("inf")
    assert relative(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0])) == 0.5


def test_a_pipeline_may_lack_t5(exported: Export, tmp_path: Path) -> None:
    pipeline = tmp_path / "pipeline"
    shutil.copytree(exported("sd3").pipeline, pipeline)
    change_index(pipeline, text_encoder_3=[None, None])
    assert [part.name for part in chosen(pipeline)] == [
        "text_encoder",
        "text_encoder_2",
        "transformer",
        "vae_decoder",
        "vae_encoder",
    ]


def test_refusals_name_the_part_and_the_fix(exported: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = exported("flux")
    refuse("model_index.json", tmp_path / "nothing", tmp_path / "out")
    refuse("into itself", made.pipeline, made.pipeline)
    refuse("Known: fp32, fp16", made.pipeline, tmp_path / "out", dtype="int8")
    refuse("17 to 20", made.pipeline, tmp_path / "out", opset=11)
    refuse("Known: text_encoder, text_encoder_2, transformer", made.pipeline, tmp_path / "out", parts=["unet"])

    pipeline = tmp_path / "pipeline"
    shutil.copytree(made.pipeline, pipeline)
    change_index(pipeline, _class_name="StableDiffusionPipeline")
    error = refuse("StableDiffusionPipeline are not known", pipeline, tmp_path / "out")
    assert "StableDiffusion3Pipeline" in error.fix and "WanPipeline" in error.fix and "Flux2KleinPipeline" in error.fix

    change_index(pipeline, _class_name="FluxPipeline", transformer=["diffusers", "NoSuchTransformer"])
    assert refuse("NoSuchTransformer", pipeline, tmp_path / "out", parts=["transformer"]).part == "transformer"
    change_index(pipeline, transformer=[None, None])
    assert refuse("declares no transformer", pipeline, tmp_path / "out").part == "transformer"
    shutil.rmtree(pipeline / "vae")
    assert refuse("there is no", pipeline, tmp_path / "out", parts=["vae_decoder"]).part == "vae_decoder"
    (pipeline / "text_encoder" / "model.safetensors").write_bytes(b"damaged")
    assert refuse("do not load", pipeline, tmp_path / "out", parts=["text_encoder"]).part == "text_encoder"
    with pytest.raises(ExportError, match="Known: sd3, flux"):
        write_fixtures(tmp_path / "out", ["sd1"])

    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10, 10, 1000))
    assert refuse("are free", made.pipeline, tmp_path / "full", parts=["transformer"]).part == "transformer"
    assert not (tmp_path / "full" / "transformer").exists()


def test_a_network_that_cannot_be_traced_is_named(exported: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no symbolic function")

    monkeypatch.setattr("torch.onnx.export", broken)
    with pytest.raises(ExportError, match="transformer: the network cannot be traced: no symbolic function") as caught:
        export_folder(exported("flux").pipeline, tmp_path, ExportOptions(parts=["transformer"]))
    assert "requirements.txt" in caught.value.fix
    assert [one.name for one in tmp_path.iterdir() if "transformer" in one.name] == []


def test_the_command_tells_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(tmp_path), str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err.startswith("fastflow-diffusers: there is no ")


def test_a_check_names_parts_that_are_not_there(exported: Export, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="text_encoder: there is no"):
        check_folder(exported("flux").pipeline, tmp_path)


def test_sentencepiece_models_get_a_tokenizer_json(tmp_path: Path) -> None:
    (tmp_path / "spiece.model").write_bytes(sentencepiece_model())
    slow = T5Tokenizer(str(tmp_path / "spiece.model"), extra_ids=0, legacy=True)
    folder = tmp_path / "tokenizer"
    slow.save_pretrained(folder)
    assert not (folder / "tokenizer.json").exists()
    add_fast_tokenizer(folder)
    fast = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))
    text = "a photo of a ｒｅｄ fox,  in the snow"
    assert fast(text)["input_ids"] == slow(text)["input_ids"]


def refuse(message: str, pipeline: Path, out: Path, **options: object) -> ExportError:
    with pytest.raises(ExportError) as caught:
        export_folder(pipeline, out, ExportOptions(**options))
    assert message in str(caught.value)
    assert caught.value.fix
    return caught.value


def change_index(pipeline: Path, **entries: object) -> None:
    path = pipeline / "model_index.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **entries}))


def chosen(pipeline: Path) -> list:
    from fastflow_diffusers.export import choose
    from fastflow_diffusers.folder import read_index

    return choose(read_index(pipeline), [])


def numpy(feeds: dict[str, torch.Tensor]) -> dict:
    return {name: value.numpy() for name, value in feeds.items()}
