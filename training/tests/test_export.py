from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from ..export import onnx_model
from ..export.bake import bake, round_to_half
from ..export.component import Component
from ..export.layout import update_metrics, write_layout
from ..export.onnx_model import check_plain_weights, export_onnx
from ..export.parity import INPUTS, OUTPUT, ParityError, probes
from ..export.restore import restore_component
from ..models.unet import UNet
from .conftest import TINY


@torch.no_grad()
def test_baked_network_is_the_same_function(tiny: UNet) -> None:
    baked = bake(tiny)
    for case in probes(tiny):
        assert torch.allclose(baked(*case), tiny(*case), atol=2e-5)


@torch.no_grad()
def test_rounding_to_half_is_idempotent_and_small(tiny: UNet) -> None:
    rounded = round_to_half(bake(tiny))
    case = probes(tiny)[-1]
    assert torch.equal(round_to_half(rounded)(*case), rounded(*case))
    assert (rounded(*case) - tiny(*case)).abs().max() < 0.02


def test_export_matches_torch_and_stores_half(tiny: UNet, tmp_path: Path) -> None:
    path = tmp_path / "unet" / "model.onnx"
    report = export_onnx(tiny, path)
    assert report.onnx_difference <= 1e-4
    assert report.bytes == path.stat().st_size
    assert list(path.parent.iterdir()) == [path]
    model = onnx.load(path)
    large = [tensor for tensor in model.graph.initializer if np.prod(tensor.dims) >= 1024]
    assert large and all(tensor.data_type == onnx.TensorProto.FLOAT16 for tensor in large)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    ports = {port.name: (port.type, port.shape[1:]) for port in [*session.get_inputs(), *session.get_outputs()]}
    assert ports == {
        "sample": ("tensor(float)", [3, 8, 8]),
        "timestep": ("tensor(float)", []),
        "class_labels": ("tensor(int64)", []),
        "velocity": ("tensor(float)", [3, 8, 8]),
    }


@torch.no_grad()
def test_exported_weights_come_back(tiny: UNet, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    export_onnx(tiny, path)
    expected = round_to_half(bake(tiny))
    restored = bake(UNet(TINY))
    restore_component(Component(restored, INPUTS, OUTPUT, [{0: "batch"}] * 3, [probes(tiny)[3]]), path)
    for case in probes(tiny):
        assert torch.allclose(restored(*case), expected(*case), atol=1e-6)
    other = bake(UNet(replace(TINY, blocks_per_level=2)))
    with pytest.raises(ParityError, match="not the network that this code exports"):
        restore_component(Component(other, INPUTS, OUTPUT, [{0: "batch"}] * 3, [probes(tiny)[3]]), path)


def test_export_that_differs_is_refused(tiny: UNet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_model, "TOLERANCE", 1e-12)
    path = tmp_path / "model.onnx"
    path.write_bytes(b"the last good export")
    with pytest.raises(ParityError, match="nothing written"):
        export_onnx(tiny, path)
    assert path.read_bytes() == b"the last good export"


def test_weights_computed_at_run_time_are_refused(tiny: UNet) -> None:
    with pytest.raises(ParityError, match="at run time"):
        check_plain_weights(onnx_model.to_onnx(tiny.requires_grad_(False)))


def test_layout_has_what_a_loader_reads(tmp_path: Path) -> None:
    classes = ("ant", "bee", "cow")
    write_layout(tmp_path, TINY, classes, 2.5)
    index = json.loads((tmp_path / "model_index.json").read_text())
    assert index["scheduler"] == ["diffusers", "FlowMatchEulerDiscreteScheduler"]
    assert index["id2label"] == {"0": "ant", "1": "bee", "2": "cow"}
    config = json.loads((tmp_path / "unet" / "config.json").read_text())
    assert (config["num_class_embeds"], config["null_class_id"], config["sample_size"]) == (4, 3, 8)
    assert config["default_guidance_scale"] == 2.5
    scheduler = json.loads((tmp_path / "scheduler" / "scheduler_config.json").read_text())
    assert scheduler["shift"] == 1.0 and not scheduler["use_dynamic_shifting"]


def test_metrics_sections_are_replaced_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "metrics.json"
    update_metrics(path, "export", {"step": 1})
    update_metrics(path, "evaluation", {"step": 1})
    update_metrics(path, "export", {"step": 2})
    assert json.loads(path.read_text()) == {"export": {"step": 2}, "evaluation": {"step": 1}}
