"""A plan that Node's planner makes on a torch pipeline, followed in Diffusers and in Node."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from conftest import Exported
from test_plans import NAMES, STEPS, TEXT_NAMES, latents, named, open_run
from test_worker import ROOT, environment, node

from fastflow_diffusers import FastFlowScheduler, read_plan
from fastflow_diffusers.check import relative
from fastflow_diffusers.cli import main

COMMAND = ROOT / "apps/cli/dist/main.js"
CLOSE = 1e-4
NFE = 4


def test_a_plan_made_on_torch_is_followed_alike_by_diffusers_and_node(
    exported: Callable[[str], Exported], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not COMMAND.exists():
        pytest.skip("needs the built command line (pnpm build)")
    made = exported("sd3")
    run = open_run("sd3", made.pipeline)
    call, plan, cases = run.case.call, tmp_path / "plan.json", tmp_path / "cases.jsonl"
    cases.write_text('{"prompt": "a blue whale"}\n{"prompt": "a green door"}\n')
    monkeypatch.setenv("PYTHONPATH", environment()["PYTHONPATH"])
    grid = ["--steps", str(STEPS), "--size", f"{call['width']}x{call['height']}", "--guidance", str(call["guidance_scale"])]
    planner = [*grid, "--nfe", str(NFE), "--evaluations", str(3 * STEPS), "--cases", str(cases)]
    command = shlex.join(["node", str(COMMAND)])
    assert main(["calibrate", str(made.pipeline), "--out", str(plan), "--fastflow", command, "--", *planner]) == 0
    entry = read_plan(plan).at(NFE)
    assert entry is not None and len(entry.nodes) <= NFE

    full = latents(run)
    run.pipeline.scheduler = FastFlowScheduler.from_plan(plan, run.pipeline.scheduler, nfe=NFE, guidance=call["guidance_scale"])
    found = latents(run)
    assert run.pipeline.scheduler.evaluated == len(entry.nodes)
    run.inputs["latents"].numpy().tofile(tmp_path / "latents.bin")
    job = {
        "pipeline": str(made.pipeline),
        "exported": str(made.folder),
        "prompt": call["prompt"],
        "options": {"numSteps": STEPS, **named(call, NAMES), **named(call, TEXT_NAMES)},
        "latents": str(tmp_path / "latents.bin"),
        "plan": str(plan),
        "nfe": NFE,
    }
    for side, state in node(job, tmp_path).items():
        assert json.loads((tmp_path / f"{side}.json").read_text())["nfe"] == len(entry.nodes)
        assert relative(found.flatten(), torch.from_numpy(state)) < CLOSE
    # Skipping is seen: what is compared are not full runs.
    assert relative(found, full) > 10 * CLOSE
