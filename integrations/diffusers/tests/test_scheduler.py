"""What the scheduler keeps of a grid, what it refuses, and how pipelines call it."""

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import Exported
from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    FlowMatchEulerDiscreteScheduler,
    FlowMatchHeunDiscreteScheduler,
    UniPCMultistepScheduler,
)
from plans import plan_of
from test_plans import STEPS, latents, open_run

from fastflow_diffusers import FastFlowScheduler, PlanError, read_plan, sample, summary
from fastflow_diffusers.check import relative
from fastflow_diffusers.fixtures import FIXTURES
from fastflow_diffusers.grid import sigmas_of, solver_name
from fastflow_diffusers.samples import normal

Export = Callable[[str], Exported]
EVEN = [1, 0.75, 0.5, 0.25, 0]


def euler(**config: Any) -> FlowMatchEulerDiscreteScheduler:
    return FlowMatchEulerDiscreteScheduler(**config)


def flow(kind: Any, **config: Any) -> Any:
    return kind(prediction_type="flow_prediction", use_flow_sigmas=True, **config)


def grid(scheduler: Any, *args: Any, **options: Any) -> list[float]:
    scheduler = deepcopy(scheduler)
    scheduler.set_timesteps(*args, **options)
    return [*sigmas_of(scheduler), 0.0]


@pytest.mark.parametrize(
    ("scheduler", "options"),
    [
        (euler(shift=3.0), {"num_inference_steps": 7}),
        (euler(use_dynamic_shifting=True), {"sigmas": [1, 0.8, 0.5, 0.3], "mu": 0.7}),
        (euler(), {"timesteps": [1000.0, 700.0, 300.0], "sigmas": [1.0, 0.7, 0.3]}),
        (euler(shift_terminal=0.02), {"num_inference_steps": 9}),
        (flow(UniPCMultistepScheduler, flow_shift=5.0), {"num_inference_steps": 8}),
        (flow(DPMSolverMultistepScheduler, flow_shift=3.0), {"num_inference_steps": 20}),
    ],
)
def test_timesteps_are_the_nodes_of_the_own_grid(scheduler: Any, options: dict[str, Any]) -> None:
    base = deepcopy(scheduler)
    base.set_timesteps(**options)
    followed = FastFlowScheduler.from_plan(
        plan_of(grid(scheduler, **options), [0, 2], solver=solver_name(base)), scheduler, nfe=2
    )
    followed.set_timesteps(**options)
    assert torch.equal(followed.timesteps, base.timesteps[[0, 2]])
    assert torch.equal(followed.sigmas, base.sigmas[[0, 2, -1]])
    assert followed.num_inference_steps == 2
    assert followed.config is not None and followed.config.num_train_timesteps == 1000


@pytest.mark.parametrize(
    ("scheduler", "steps", "name"),
    [
        (euler(), 9, "euler"),
        (flow(UniPCMultistepScheduler), 9, "unipc2"),
        (
            flow(UniPCMultistepScheduler, solver_order=3, solver_type="bh1", disable_corrector=[0, 2]),
            9,
            "unipc3-bh1-uncorrected-0-2",
        ),
        (flow(DPMSolverMultistepScheduler), 9, "dpm++2m"),
        (flow(DPMSolverMultistepScheduler, solver_order=3, solver_type="heun"), 9, "dpm++3m-heun-lower"),
        (flow(DPMSolverMultistepScheduler, solver_order=3), 20, "dpm++3m"),
    ],
)
def test_solvers_have_the_names_that_plans_know(scheduler: Any, steps: int, name: str) -> None:
    scheduler.set_timesteps(steps)
    assert solver_name(scheduler) == name


@pytest.mark.parametrize(
    ("scheduler", "message"),
    [
        (FlowMatchHeunDiscreteScheduler(), "evaluates twice a step"),
        (DDIMScheduler(), "is not one that plans are made for"),
        (UniPCMultistepScheduler(), "does not sample a flow"),
        (euler(stochastic_sampling=True), "stochastic_sampling"),
        (flow(DPMSolverMultistepScheduler, algorithm_type="sde-dpmsolver++"), "sde-dpmsolver"),
    ],
)
def test_schedulers_without_plans_are_refused(scheduler: Any, message: str) -> None:
    with pytest.raises(PlanError, match=message) as caught:
        FastFlowScheduler.from_plan(plan_of(EVEN, [0, 2]), scheduler, nfe=2)
    assert caught.value.field == "scheduler"


def test_another_grid_is_refused() -> None:
    scheduler = euler(shift=3.0)
    followed = FastFlowScheduler.from_plan(plan_of(grid(scheduler, 8), [0, 3]), scheduler, nfe=2)
    with pytest.raises(PlanError, match="the plan is of 8 steps, this run has 6"):
        followed.set_timesteps(6)
    with pytest.raises(PlanError, match="num_inference_steps: the plan is of 8 steps, this run has 28"):
        followed.set_timesteps(28)
    with pytest.raises(PlanError, match=r"sigmas: sigma 1 is .* in the plan and .* in this run"):
        followed.set_timesteps(sigmas=[1 - k / 8 for k in range(8)])
    other = FastFlowScheduler.from_plan(plan_of(grid(scheduler, 8), [0, 3], solver="unipc2"), scheduler, nfe=2)
    with pytest.raises(PlanError, match="scheduler: the plan was made for unipc2, FlowMatchEulerDiscreteScheduler here is euler"):
        other.set_timesteps(8)
    unipc = FastFlowScheduler.from_plan(plan_of(EVEN, [0, 2]), flow(UniPCMultistepScheduler), nfe=2)
    with pytest.raises(PlanError, match="timesteps: UniPCMultistepScheduler takes none"):
        unipc.set_timesteps(timesteps=[1, 2])


def test_budgets_choose_as_in_node() -> None:
    plan = read_plan(plan_of([1 - k / 10 for k in range(10)] + [0], [0, 4], [0, 3, 6], [0, 2, 4, 6, 8]))
    assert [None if one is None else one.budget for one in map(plan.at, (2, 3, 4, 5, 9, 10, 50))] == [2, 3, 3, 5, 5, None, None]
    for wrong in (1, 0, True, 2.0):
        with pytest.raises(PlanError, match="nfe"):
            plan.at(wrong)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"format": "other"}, "format"),
        ({"version": 3}, "version"),
        ({"plans": []}, "plans"),
        ({"plans": [{"budget": 2, "nodes": [1, 2]}]}, "plans[0].nodes"),
        ({"plans": [{"budget": 1, "nodes": [0, 2]}]}, "plans[0].budget"),
        ({"plans": [{"budget": 2, "nodes": [0, 2], "weights": [[1], [1, 2, 3]]}]}, "plans[0].weights[1]"),
        ({"plans": [{"budget": 2, "nodes": [0, 2], "weights": [[1], [float("nan")]]}]}, "plans[0].weights[1]"),
        ({"key": {"schedule": {"sigmas": [1, 0.5]}}}, "key.schedule.sigmas"),
        ({"key": {"schedule": {"sigmas": [1, 0]}, "basis": {"depth": 0}}}, "key.basis.depth"),
    ],
)
def test_malformed_documents_name_the_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(PlanError) as caught:
        read_plan({**plan_of(EVEN, [0, 2]), **change})
    assert caught.value.field == field


def test_documents_are_read_from_files_and_text(tmp_path: Path) -> None:
    document = plan_of(EVEN, [0, 2])
    (tmp_path / "plan.json").write_text(json.dumps(document))
    assert read_plan(str(tmp_path / "plan.json")) == read_plan(json.dumps(document)) == read_plan({"document": document})
    with pytest.raises(PlanError, match="not valid JSON"):
        read_plan("{")
    with pytest.raises(FileNotFoundError):
        read_plan("nothing.json")


def test_guidance_apart_is_refused() -> None:
    document = plan_of(EVEN, [0, 2])
    document["plans"][0]["guidance"] = {"nodes": [0], "weights": [[1], [1]]}
    with pytest.raises(PlanError, match="weighs guidance apart"):
        FastFlowScheduler.from_plan(document, euler(), nfe=2)


def test_another_guidance_is_refused_where_it_is_said() -> None:
    document = plan_of(EVEN, [0, 2], guidance=3.5)
    FastFlowScheduler.from_plan(document, euler(), nfe=2, guidance=3.5)
    with pytest.raises(PlanError, match=r"guidance: the plan was made for 3.5, this run has 5"):
        FastFlowScheduler.from_plan(document, euler(), nfe=2, guidance=5)


def test_another_size_is_warned_of() -> None:
    scheduler = euler()
    followed = FastFlowScheduler.from_plan(plan_of(grid(scheduler, 4), [0, 2], dims=[4, 6, 6]), scheduler, nfe=2)

    def first_step(x: torch.Tensor) -> None:
        followed.set_timesteps(4)
        followed.step(x, followed.timesteps[0], x)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first_step(torch.ones(2, 4, 6, 6))
        first_step(torch.ones(2, 36, 4))
    with pytest.warns(UserWarning, match=r"made for latents of \[4, 6, 6\], these are \[4, 8, 8\]"):
        first_step(torch.ones(1, 4, 8, 8))


@pytest.mark.parametrize("make", [euler, lambda: flow(UniPCMultistepScheduler)])
@pytest.mark.parametrize(
    "types", [(torch.bfloat16, torch.float32), (torch.float16, torch.float16), (torch.float32, torch.float32)]
)
def test_types_are_those_of_the_base(make: Callable[[], Any], types: tuple[torch.dtype, torch.dtype]) -> None:
    scheduler = make()
    base = deepcopy(scheduler)
    base.set_timesteps(4)
    followed = FastFlowScheduler.from_plan(plan_of(grid(scheduler, 4), [0, 2], solver=solver_name(base)), scheduler, nfe=2)
    followed.set_timesteps(4)
    velocity, x = (normal(name, 1, 4, 6, 6).to(kind) for name, kind in zip("vx", types, strict=True))
    expected = base.step(velocity, base.timesteps[0], x).prev_sample
    assert followed.step(velocity, followed.timesteps[0], x).prev_sample.dtype == expected.dtype
    assert followed.step(velocity, followed.timesteps[1], x, return_dict=False)[0].shape == x.shape
    with pytest.raises(PlanError, match="the run is over"):
        followed.step(velocity, followed.timesteps[1], x)


def test_what_a_network_returns_may_be_overwritten() -> None:
    scheduler = euler()
    plan = plan_of(grid(scheduler, 6), [0, 2, 4])
    buffer, x = torch.empty(1, 4), normal("x", 1, 4)

    def velocity(x: torch.Tensor, sigma: float) -> torch.Tensor:
        return buffer.copy_(sigma * x.sin())

    expected = sample(lambda x, sigma: sigma * x.sin(), plan, x, nfe=3)
    assert torch.equal(sample(velocity, plan, x, nfe=3), expected)


def test_plain_loops_make_full_runs_by_euler_alone() -> None:
    x = normal("x", 2, 4)
    found = sample(lambda x, sigma: x, plan_of(EVEN, [0, 2]), x, nfe=4)
    assert torch.allclose(found, x * 0.75**4)
    with pytest.raises(PlanError, match="the full run of this plan is one of unipc2"):
        sample(lambda x, sigma: x, plan_of(EVEN, [0, 2], solver="unipc2"), x, nfe=4)


def test_batches_and_callbacks(exported: Export, capsys: pytest.CaptureFixture[str]) -> None:
    run = open_run("sd3", exported("sd3").pipeline)
    pipe = run.pipeline
    guidance = run.case.call["guidance_scale"]
    plan = plan_of(grid(pipe.scheduler, STEPS), [0, 2, 4, 7, 10], guidance=guidance)
    pipe.scheduler = FastFlowScheduler.from_plan(plan, pipe.scheduler, nfe=6, guidance=guidance)
    noise = normal("sd3/batch", 3, *run.inputs["latents"].shape[1:])
    times: list[float] = []

    def on_step(_: Any, index: int, timestep: Any, values: dict[str, Any]) -> dict[str, Any]:
        assert index == len(times)
        times.append(float(timestep))
        return values

    together = latents(run, latents=noise, num_images_per_prompt=3, callback_on_step_end=on_step)
    assert times == pipe.scheduler.timesteps.tolist() and len(times) == 5
    for n in range(3):
        assert relative(together[n : n + 1], latents(run, latents=noise[n : n + 1])) < 1e-5
    summary(pipe)
    assert capsys.readouterr().out.splitlines() == [
        f"evaluated 5 of {STEPS} steps of by hand (plan for 5: 30.5 dB, leave-one-out)",
        f"guidance {guidance:g}, as planned",
    ]
    latents(run, latents=noise[:1], guidance_scale=1.5)
    summary(pipe)
    assert f"guidance 1.5, but the plan was made for {guidance:g}" in capsys.readouterr().out


@pytest.mark.parametrize("sigmas", [None, [1 - k / STEPS for k in range(STEPS)]])
def test_image_to_image(exported: Export, sigmas: list[float] | None) -> None:
    """Pipelines count steps as asked for, or anew where they hand in sigmas."""
    run = open_run("sd3", exported("sd3").pipeline, FIXTURES["sd3"].cases[2])
    pipe, own, strength = run.pipeline, run.pipeline.scheduler, 0.75
    whole = grid(own, STEPS) if sigmas is None else grid(own, sigmas=sigmas)
    plan = plan_of(whole[3:], [0, 4], [0, 2, 5], [0, 1, 2, 4, 6, 7], list(range(9)))

    def with_strength(scheduler: Any, strength: float) -> torch.Tensor:
        pipe.scheduler = scheduler
        return latents(run, strength=strength, sigmas=sigmas)

    full = with_strength(deepcopy(own), strength)
    for nfe in (2, 3, 6):
        followed = FastFlowScheduler.from_plan(plan, own, nfe=nfe)
        found = with_strength(followed, strength)
        assert followed.evaluated == nfe and 1e-3 < relative(found, full) < 1
        with pytest.raises(PlanError, match=r"strength: the plan is of the last 9 of 12 steps.* Pass strength=0.75"):
            with_strength(followed, 0.3)
    # Every step of the tail by the plan's weights is the ordinary run.
    followed = FastFlowScheduler.from_plan(plan, own, nfe=6)
    followed.entry = followed.plan.entries[-1]
    assert relative(with_strength(followed, strength), full) < 1e-6
    assert relative(with_strength(FastFlowScheduler.from_plan(plan, own, nfe=9), strength), full) == 0
    other = FastFlowScheduler.from_plan(plan_of(whole, [0, 2, 5]), own, nfe=3)
    for wrong in (0.3, strength):
        with pytest.raises(PlanError, match=r"strength: (the plan is|a picture would be covered by the noise) of all 12 steps"):
            with_strength(other, wrong)


@pytest.mark.parametrize("kept", [1, 2, 4, 6])
@pytest.mark.parametrize("strength", [0.59, 0.6, 0.65, 8 / 12])
def test_any_strength_that_leaves_as_many_steps_finds_the_nodes(kept: int, strength: float) -> None:
    """As pipelines that hand in sigmas cut: of the timesteps that there are."""
    sigmas = [1 - k / 12 for k in range(12)]
    assert 12 - int(12 - 12 * strength) == 8
    own = euler()
    followed = FastFlowScheduler.from_plan(plan_of(grid(own, sigmas=sigmas)[4:], list(range(kept))), own, nfe=kept)
    followed.set_timesteps(sigmas=sigmas)
    count = len(followed.timesteps)
    cut = int(count - count * strength)
    assert count - cut == kept
    followed.set_begin_index(cut)


def test_plans_of_image_to_image_are_refused_for_runs_from_noise(exported: Export) -> None:
    run = open_run("sd3", exported("sd3").pipeline)
    pipe, own = run.pipeline, run.pipeline.scheduler
    for lead, nodes in ((3, [0, 2, 5]), (1, [0, 4])):
        pipe.scheduler = FastFlowScheduler.from_plan(plan_of(grid(own, STEPS)[lead:], nodes), own, nfe=len(nodes))
        with pytest.raises(PlanError, match=f"the plan is of the last {STEPS - lead} of {STEPS} steps"):
            latents(run)


def test_saving_writes_the_base(tmp_path: Path) -> None:
    followed = FastFlowScheduler.from_plan(plan_of(EVEN, [0, 2]), euler(shift=2.5), nfe=2)
    deepcopy(followed).save_pretrained(tmp_path)
    assert FlowMatchEulerDiscreteScheduler.from_pretrained(tmp_path).config.shift == 2.5
    # Another plan over it follows the same base.
    assert FastFlowScheduler.from_plan(plan_of(EVEN, [0, 2]), followed, nfe=2).base.config.shift == 2.5


def test_sampling_and_workers_need_no_exporter_and_sampling_leaves_the_hub_online() -> None:
    code = """
import os, sys
from fastflow_diffusers import FastFlowScheduler, record, sample, summary
assert callable(record) and callable(summary), "a module hides a function"
found = lambda: [name for name in ("onnx", "onnxruntime", "optimum") if name in sys.modules]
print(found(), os.environ.get("HF_HUB_OFFLINE"))
import fastflow_diffusers.worker.serve
print(found())
print(all(hasattr(fastflow_diffusers, name) for name in fastflow_diffusers.__all__), os.environ.get("HF_HUB_OFFLINE"))
"""
    environment = {name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"}
    paths = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", code], env={**environment, "PYTHONPATH": paths}, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines() == ["[] None", "[]", "True 1"], done.stderr
