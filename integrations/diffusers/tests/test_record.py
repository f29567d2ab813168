"""What is recorded of ordinary generations, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import Exported
from diffusers import FlowMatchHeunDiscreteScheduler
from plans import plan_of
from test_plans import STEPS, Run, latents, open_run
from test_scheduler import grid

from fastflow_diffusers import FastFlowScheduler, PlanError, record
from fastflow_diffusers.fixtures import FIXTURES
from fastflow_diffusers.gram import COLUMNS, gram_of
from fastflow_diffusers.samples import normal

Export = Callable[[str], Exported]


@pytest.fixture(scope="module")
def run(exported: Export) -> Run:
    return open_run("sd3", exported("sd3").pipeline)


def velocities_of(run: Run, **changed: Any) -> tuple[torch.Tensor, list[torch.Tensor], list[torch.Tensor]]:
    """The result, velocities and states of an ordinary run, by other means than `record`."""
    scheduler = run.pipeline.scheduler
    step, velocities, states = scheduler.step, [], []

    def keep(velocity: torch.Tensor, timestep: Any, x: torch.Tensor, **options: Any) -> Any:
        velocities.append(velocity.clone())
        states.append(x.clone())
        return step(velocity, timestep, x, **options)

    scheduler.step = keep
    try:
        return latents(run, **changed), velocities, states
    finally:
        del scheduler.step


def test_a_recording_holds_inner_products_and_grid(run: Run, tmp_path: Path) -> None:
    expected, velocities, _ = velocities_of(run)
    with record(run.pipeline) as runs:
        assert torch.equal(latents(run), expected)
    (path,) = runs.save(tmp_path / "run.json")
    document = json.loads(path.read_text())
    assert path.stat().st_size < 10_000
    assert {"states", "firstVelocity", "solver"}.isdisjoint(document)
    flat = torch.stack([one.flatten() for one in velocities]).double()
    gram = torch.tensor(document["gram"], dtype=torch.float64).reshape(STEPS, STEPS)
    assert torch.allclose(gram, flat @ flat.T / flat.shape[1], rtol=1e-12, atol=0)
    assert document["schedule"]["sigmas"] == pytest.approx(grid(run.pipeline.scheduler, STEPS), abs=1e-9)
    assert (document["nfe"], document["dims"]) == (STEPS, list(expected.shape[1:]))
    assert document["guidance"] == run.case.call["guidance_scale"]
    # The pipeline is as it was.
    assert "step" not in vars(run.pipeline.scheduler)


def test_latents_are_kept_if_asked_for(run: Run, tmp_path: Path) -> None:
    expected, velocities, states = velocities_of(run)
    with record(run.pipeline, latents=True, seed=5) as runs:
        latents(run)
    document = json.loads(runs.save(tmp_path / "run.json")[0].read_text())
    assert document["seed"] == 5
    assert torch.equal(torch.tensor(document["firstVelocity"]), velocities[0].flatten())
    for found, state in zip(document["states"], [*states, expected], strict=True):
        assert torch.equal(torch.tensor(found), state.flatten())


def test_every_image_is_a_run_of_its_own(run: Run, tmp_path: Path) -> None:
    noise = normal("sd3/batch", 2, *run.inputs["latents"].shape[1:])
    with record(run.pipeline) as together:
        latents(run, latents=noise, num_images_per_prompt=2)
    with record(run.pipeline) as apart:
        for n in range(2):
            latents(run, latents=noise[n : n + 1])
    paths = together.save(tmp_path / "run.json")
    assert [path.name for path in paths] == ["run-0.json", "run-1.json"]
    both = together.documents()
    assert len({one["seed"] for one in both}) == 2
    for one, other in zip(both, apart.documents(), strict=True):
        assert one["gram"] == pytest.approx(other["gram"], rel=1e-4)
        assert one["schedule"] == other["schedule"]


def test_seeds_tell_noises_and_prompts_apart(run: Run) -> None:
    with record(run.pipeline) as runs:
        latents(run)
        latents(run)
        latents(run, prompt="a blue whale")
    first, again, other = (one["seed"] for one in runs.documents())
    assert first == again != other
    with record(run.pipeline, seed=40) as runs:
        latents(run)
        latents(run, prompt="a blue whale")
    assert [one["seed"] for one in runs.documents()] == [40, 41]


def test_image_to_image_is_recorded_from_where_it_begins(exported: Export) -> None:
    run = open_run("sd3", exported("sd3").pipeline, FIXTURES["sd3"].cases[2])
    with record(run.pipeline) as runs:
        latents(run, strength=0.75)
    (document,) = runs.documents()
    assert document["nfe"] == 9
    assert document["schedule"]["sigmas"] == pytest.approx(grid(run.pipeline.scheduler, STEPS)[3:], abs=1e-9)


def test_what_is_no_ordinary_run_is_refused(run: Run) -> None:
    with record(run.pipeline) as runs:
        pass
    with pytest.raises(PlanError, match="no step was made"):
        runs.documents()

    def stop(pipe: Any, index: int, timestep: Any, values: dict[str, Any]) -> dict[str, Any]:
        pipe._interrupt = index >= 4
        return values

    with record(run.pipeline) as runs:
        latents(run, callback_on_step_end=stop)
    with pytest.raises(PlanError, match=f"5 of {STEPS} steps were made"):
        runs.documents()

    def brighten(pipe: Any, index: int, timestep: Any, values: dict[str, Any]) -> dict[str, Any]:
        return {"latents": values["latents"] + 0.1} if index == 2 else {}

    with record(run.pipeline) as runs:
        latents(run, callback_on_step_end=brighten)
    with pytest.raises(PlanError, match="something changed the latents before step 3"):
        runs.documents()


def test_schedulers_without_plans_are_not_recorded(run: Run) -> None:
    own = run.pipeline.scheduler
    try:
        for scheduler, message in (
            (FastFlowScheduler.from_plan(plan_of(grid(own, STEPS), [0, 4]), own, nfe=2), "skips evaluations"),
            (FlowMatchHeunDiscreteScheduler(), "evaluates twice a step"),
        ):
            run.pipeline.scheduler = scheduler
            with pytest.raises(PlanError, match=message), record(run.pipeline):
                pass
    finally:
        run.pipeline.scheduler = own


def test_a_failure_leaves_the_pipeline_as_it_was(run: Run) -> None:
    with pytest.raises(RuntimeError), record(run.pipeline):
        raise RuntimeError
    assert "step" not in vars(run.pipeline.scheduler)


def test_products_of_large_and_small_velocities_are_exact_to_float64() -> None:
    velocities = [1000 + normal(f"v{n}", 1, COLUMNS + 77) for n in range(3)]
    flat = torch.stack(velocities).squeeze(1).double()
    expected = flat @ flat.T / flat.shape[1]
    assert torch.allclose(torch.tensor(gram_of(velocities), dtype=torch.float64), expected, rtol=1e-12, atol=0)


def test_a_scheduler_made_while_listening_does_not_listen(run: Run) -> None:
    own = run.pipeline.scheduler
    expected = latents(run)
    with record(run.pipeline) as runs:
        try:
            run.pipeline.scheduler = FastFlowScheduler.from_plan(plan_of(grid(own, STEPS), [0, 4]), own, nfe=STEPS)
            assert torch.equal(latents(run), expected)
        finally:
            run.pipeline.scheduler = own
    assert runs.generations == []
