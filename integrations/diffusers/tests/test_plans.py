"""Plans followed in the real pipelines, against Node on the exported folder."""

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from conftest import Exported

from fastflow_diffusers import FastFlowScheduler, Plan, RecordedRuns, read_plan, record, sample, summary
from fastflow_diffusers.check import relative
from fastflow_diffusers.fixtures import FIXTURES
from fastflow_diffusers.fixtures.fixture import Case
from fastflow_diffusers.fixtures.golden import Run, load_pipeline

STEPS = 12
BUDGETS = [3, 5, 8]
CLOSE = 1e-4
FAMILIES = ("sd3", "flux", "flux-kontext", "sana", "wan", "qwen-image", "sd3 image-to-image")
"""Name of a fixture, and of a case where it is not its first."""
SCRIPT = Path(__file__).parent / "node" / "follow.mjs"
PACKAGES = Path(__file__).parents[3] / "packages"
NAMES = {
    "width": "width",
    "height": "height",
    "num_frames": "numFrames",
    "guidance_scale": "guidanceScale",
    "true_cfg_scale": "trueGuidanceScale",
    "negative_prompt": "negativePrompt",
    "strength": "strength",
}
TEXT_NAMES = {
    "_auto_resize": "autoResize",
    "max_sequence_length": "maxSequenceLength",
    "complex_human_instruction": "complexHumanInstruction",
}


@dataclass(frozen=True)
class Both:
    """One case on Diffusers, recorded, and what Node made of the same."""

    run: Run
    full: torch.Tensor
    """Final latents of the ordinary pipeline, nothing recorded."""
    recorded: torch.Tensor
    runs: RecordedRuns
    folder: Path

    def plan(self, whose: str) -> Plan:
        return read_plan(self.folder / f"{whose}-plan.json")

    def node_state(self, nfe: int) -> torch.Tensor:
        return torch.from_numpy(np.fromfile(self.folder / f"state-{nfe}.bin", dtype=np.float32)).reshape(self.full.shape)


def latents(run: Run, **changed: Any) -> torch.Tensor:
    fixed = {"generator": torch.Generator().manual_seed(0), "output_type": "latent", "return_dict": False}
    return run.pipeline(**{**run.case.call, **run.inputs, **fixed, **changed})[0]


def open_run(family: str, saved: Path, case: Case | None = None) -> Run:
    case = case or FIXTURES[family].cases[0]
    longer = replace(case, call={**case.call, "num_inference_steps": STEPS})
    return Run(load_pipeline(saved, torch.float32), longer, family)


@pytest.fixture(scope="module")
def both(exported: Callable[[str], Exported], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Both]:
    made: dict[str, Both] = {}

    def of(family: str) -> Both:
        if family not in made:
            name, _, case = family.partition(" ")
            made[family] = make(name, case, exported(name), tmp_path_factory.mktemp(f"plans-{name}"))
        return made[family]

    return of


def make(family: str, case: str, exported: Exported, folder: Path) -> Both:
    if shutil.which("node") is None or not (PACKAGES / "pipelines" / "dist").exists():
        pytest.skip("needs node and the built packages (pnpm build)")
    cases = {one.name: one for one in FIXTURES[family].cases}
    run = open_run(family, exported.pipeline, cases.get(case))
    full = latents(run)
    with record(run.pipeline) as runs:
        recorded = latents(run)
    runs.save(folder / "run.json")
    (generation,) = runs.generations
    generation.states[0].numpy().tofile(folder / "latents.bin")
    torch.stack(generation.velocities).numpy().tofile(folder / "velocities.bin")
    call = run.case.call
    image = run.inputs.get("image")
    if image is not None:
        (folder / "image.bin").write_bytes(image.convert("RGB").tobytes())
    job = {
        "folder": str(exported.folder),
        "prompt": call["prompt"],
        "options": {"numSteps": STEPS, **named(call, NAMES)},
        "text": named(call, TEXT_NAMES),
        "latents": str(folder / "latents.bin"),
        "image": image and {"width": image.width, "height": image.height, "file": str(folder / "image.bin")},
        "run": str(folder / "run.json"),
        "velocities": str(folder / "velocities.bin"),
        "budgets": BUDGETS,
        "out": str(folder),
    }
    (folder / "job.json").write_text(json.dumps(job))
    done = subprocess.run(["node", str(SCRIPT), str(folder / "job.json")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Both(run, full, recorded, runs, folder)


def named(call: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Arguments of Diffusers under the names that they have in Node."""
    return {ours: call[theirs] for theirs, ours in names.items() if theirs in call}


@pytest.mark.parametrize("family", FAMILIES)
def test_latents_are_those_of_node(both: Callable[[str], Both], family: str, capsys: pytest.CaptureFixture[str]) -> None:
    made = both(family)
    pipe, plan = made.run.pipeline, made.folder / "node-plan.json"
    own = pipe.scheduler
    differences = []
    try:
        for nfe in BUDGETS:
            pipe.scheduler = FastFlowScheduler.from_plan(plan, own, nfe=nfe)
            found = latents(made.run)
            entry = made.plan("node").at(nfe)
            assert entry is not None and pipe.scheduler.evaluated == len(entry.nodes) <= nfe
            summary(pipe)
            assert f"evaluated {len(entry.nodes)} of {made.plan('node').steps} steps" in capsys.readouterr().out
            assert relative(found, made.node_state(nfe)) < CLOSE
            differences.append(relative(found, made.full))
    finally:
        pipe.scheduler = own
    # Skipping is seen: what is compared are not full runs.
    assert min(differences) > 10 * CLOSE


@pytest.mark.parametrize("family", FAMILIES)
def test_plans_of_recordings_are_those_of_node(both: Callable[[str], Both], family: str) -> None:
    made = both(family)
    assert torch.equal(made.recorded, made.full)
    ours, theirs = made.plan("python"), made.plan("node")
    assert (ours.solver, ours.steps) == (theirs.solver, theirs.steps)
    for one, other in zip(ours.entries, theirs.entries, strict=True):
        assert (one.budget, one.nodes) == (other.budget, other.nodes)
        for row, expected in zip(one.weights, other.weights, strict=True):
            assert row == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_recording_makes_the_plan_that_node_makes_of_the_same_run(both: Callable[[str], Both], family: str) -> None:
    made = both(family)
    ours, theirs = made.plan("python"), made.plan("same")
    assert [one.nodes for one in ours.entries] == [one.nodes for one in theirs.entries]
    for one, other in zip(ours.entries, theirs.entries, strict=True):
        for row, expected in zip(one.weights, other.weights, strict=True):
            assert row == pytest.approx(expected, abs=1e-6)
        assert one.state_weight == pytest.approx(other.state_weight, abs=1e-6)


@pytest.mark.parametrize("family", FAMILIES)
def test_all_steps_are_the_ordinary_pipeline(both: Callable[[str], Both], family: str) -> None:
    made = both(family)
    pipe = made.run.pipeline
    own = pipe.scheduler
    try:
        pipe.scheduler = FastFlowScheduler.from_plan(made.folder / "node-plan.json", own, nfe=STEPS)
        assert relative(latents(made.run), made.full) <= 1e-6
        assert pipe.scheduler.evaluated == made.plan("node").steps
    finally:
        pipe.scheduler = own


@pytest.mark.parametrize("family", ["sd3", "flux", "qwen-image"])
def test_every_step_by_weights_is_the_ordinary_pipeline(both: Callable[[str], Both], family: str) -> None:
    made = both(family)
    plan = json.loads((made.folder / "node-plan.json").read_text())
    sigmas = plan["key"]["schedule"]["sigmas"]
    pipe = made.run.pipeline
    own = pipe.scheduler
    nodes = list(range(STEPS))
    weights = [[after - before] for before, after in pairwise(sigmas)]
    plan["plans"] = [{"budget": STEPS, "nfe": STEPS, "nodes": nodes, "weights": weights, "quality": {"mean": 99}}]
    try:
        pipe.scheduler = FastFlowScheduler.from_plan(plan, own, nfe=STEPS)
        pipe.scheduler.entry = pipe.scheduler.plan.entries[0]
        assert relative(latents(made.run), made.full) <= 1e-6
    finally:
        pipe.scheduler = own


def test_a_plain_loop_follows_the_plan_too(both: Callable[[str], Both]) -> None:
    made = both("flux")
    pipe, own = made.run.pipeline, made.run.pipeline.scheduler
    seen: list[tuple[torch.Tensor, float]] = []
    pipe.scheduler = FastFlowScheduler.from_plan(made.folder / "node-plan.json", own, nfe=5)
    step = pipe.scheduler.step

    def listening(velocity: torch.Tensor, timestep: Any, x: torch.Tensor, **options: Any) -> Any:
        seen.append((velocity.clone(), float(timestep) / 1000))
        return step(velocity, timestep, x, **options)

    pipe.scheduler.step = listening
    try:
        expected = latents(made.run)
    finally:
        pipe.scheduler = own
    replayed = iter(seen)

    def velocity(x: torch.Tensor, sigma: float) -> torch.Tensor:
        v, expected_sigma = next(replayed)
        assert sigma == pytest.approx(expected_sigma, abs=1e-6)
        return v

    found = sample(velocity, made.folder / "node-plan.json", made.run.inputs["latents"], nfe=5)
    assert next(replayed, None) is None
    assert relative(found, expected) <= 1e-6
