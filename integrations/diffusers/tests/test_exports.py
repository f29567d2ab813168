"""Plans in the words of other tools, read by them or by a stand-in with their interface."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch
from conftest import Exported
from plans import plan_of
from test_plans import PACKAGES, STEPS, Run, latents, open_run
from test_scheduler import grid

from fastflow_diffusers import sample
from fastflow_diffusers.samples import normal

SCRIPT = Path(__file__).parent / "node" / "export.mjs"
SIGMAS = [1.0, 0.9, 0.7, 0.5, 0.3, 0.1, 0.0]
NODES = [0, 1, 3, 5]


def exported_as(format: str, folder: Path, plan: dict[str, Any], nfe: int) -> str:
    node = shutil.which("node")
    if node is None or not (PACKAGES / "report" / "dist").exists():
        pytest.skip("needs node and the built packages (pnpm build)")
    path = folder / "plan.json"
    calibration = {"seeds": [1], "heldOut": [], "evaluations": 0, "fullGenerations": 0, "borrowed": 0, "range": 2}
    plans = [{**one, "scores": [], "scoredOn": []} for one in plan["plans"]]
    floor = {"fewerSteps": [], "exact": []}
    path.write_text(json.dumps({**plan, "calibration": calibration, "floor": floor, "plans": plans}))
    done = subprocess.run([node, str(SCRIPT), str(path), str(nfe), format], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Ksampler:
    """As `comfy.samplers.KSAMPLER` keeps what it is given."""

    def __init__(self, sampler_function: Callable[..., torch.Tensor], extra_options: Any = None) -> None:
        self.sampler_function = sampler_function
        self.extra_options = extra_options or {}


def comfyui_node(text: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Callable[..., torch.Tensor], torch.Tensor]:
    comfy = ModuleType("comfy")
    comfy.samplers = SimpleNamespace(KSAMPLER=Ksampler)
    monkeypatch.setitem(sys.modules, "comfy", comfy)
    monkeypatch.setitem(sys.modules, "comfy.samplers", comfy.samplers)
    names: dict[str, Any] = {}
    exec(compile(text, "fastflow_node.py", "exec"), names)
    ((name, node),) = names["NODE_CLASS_MAPPINGS"].items()
    assert name == "FastFlowPlan4of6" and names["NODE_DISPLAY_NAME_MAPPINGS"].keys() == {name}
    assert node.INPUT_TYPES() == {"required": {}} and node.RETURN_TYPES == ("SAMPLER", "SIGMAS")
    sampler, sigmas = getattr(node(), node.FUNCTION)()
    return sampler.sampler_function, sigmas


def test_a_comfyui_node_follows_the_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_of(SIGMAS, NODES)
    plan["plans"][0]["stateWeight"] = 0.97
    follow, sigmas = comfyui_node(exported_as("comfyui", tmp_path, plan, 4), monkeypatch)
    assert sigmas.tolist() == pytest.approx([1.0, 0.9, 0.5, 0.1, 0.0])
    matrix = normal("matrix", 8, 8) / 8

    def velocity(x: torch.Tensor, sigma: float) -> torch.Tensor:
        return torch.tanh(x @ matrix) * (1 + sigma)

    calls: list[float] = []

    def model(x: torch.Tensor, sigma: torch.Tensor, **extra: Any) -> torch.Tensor:
        assert extra == {"seed": 3} and sigma.shape == (2,)
        calls.append(float(sigma[0]))
        return x - sigma[0] * velocity(x, float(sigma[0]))

    seen: list[dict[str, Any]] = []
    noise = normal("comfy", 2, 8)
    found = follow(model, noise.clone(), sigmas, extra_args={"seed": 3}, callback=seen.append, disable=True)
    expected = sample(velocity, plan, noise, nfe=4)
    assert torch.allclose(found, expected, atol=1e-5)
    assert calls == pytest.approx([1.0, 0.9, 0.5, 0.1])
    assert [one["i"] for one in seen] == [0, 1, 2, 3] and seen[0].keys() >= {"x", "sigma", "sigma_hat", "denoised"}
    with pytest.raises(ValueError, match="not the plan's sigmas"):
        follow(model, noise, sigmas[1:])


def test_what_stands_in_a_plan_does_not_stand_in_the_node(tmp_path: Path) -> None:
    plan = plan_of(SIGMAS, NODES, model='"""\nimport os\n')
    text = exported_as("comfyui", tmp_path, plan, 4)
    assert "import os" not in text
    plan = plan_of(SIGMAS, NODES, model="0123456789abcdef")
    assert "of model 0123456789ab." in exported_as("comfyui", tmp_path, plan, 4)


@pytest.fixture(scope="module")
def run(exported: Callable[[str], Exported]) -> Run:
    return open_run("flux", exported("flux").pipeline)


def test_cache_dit_evaluates_the_steps_of_the_mask(run: Run, tmp_path: Path) -> None:
    cache_dit = pytest.importorskip("cache_dit")
    nodes = [0, 1, 4, 8]
    plan = plan_of(grid(run.pipeline.scheduler, STEPS, mu=0.7), nodes)
    text = exported_as("cache-dit", tmp_path, plan, 4)
    blocks = run.pipeline.transformer.transformer_blocks
    last = run.pipeline.transformer.single_transformer_blocks[-1]
    full = latents(run)
    calls: list[int] = []
    step = -1

    def begun(*_: Any) -> None:
        nonlocal step
        step += 1

    hooks = [
        run.pipeline.transformer.register_forward_pre_hook(begun),
        last.register_forward_pre_hook(lambda *_: calls.append(step)),
    ]
    assert len(blocks) > 0
    try:
        exec(text, {"pipe": run.pipeline})
        masked = latents(run)
    finally:
        cache_dit.disable_cache(run.pipeline)
        for hook in hooks:
            hook.remove()
    assert calls == nodes and step == STEPS - 1
    assert not torch.allclose(masked, full, atol=1e-3)
    assert torch.equal(latents(run), full)
