"""Listening to ordinary generations, so that plans can be made of them."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

from .errors import PlanError
from .grid import check_scheduler, sigmas_of, solver_name
from .recorded import Generation, RecordedRuns
from .scheduler import FastFlowScheduler


@contextmanager
def record(pipe: Any, *, seed: int | None = None, latents: bool = False) -> Iterator[RecordedRuns]:
    """
    Listens to the generations of `pipe` that happen in the `with` block, at no evaluation; afterwards `run.save("run.json")`.

    Memory: T velocities a generation, as the scheduler is handed them, and with `latents` as many states.

    seed: names the first run, those behind it count on; a digest of noise and first velocity when omitted. A calibration
    takes two runs of one seed for one run. latents: also keeps the states, without which a calibration can evaluate nothing.

    Raises PlanError for schedulers that plans are not made for, a FastFlowScheduler among them.
    """
    scheduler = pipe.scheduler
    if isinstance(scheduler, FastFlowScheduler):
        fix = "Put the pipeline's own back while recording: pipe.scheduler = pipe.scheduler.base"
        raise PlanError("pipe.scheduler", "FastFlowScheduler skips evaluations", fix=fix)
    check_scheduler(scheduler)
    runs = RecordedRuns(seed)
    scheduler.step = listening(scheduler.step, pipe, runs, latents)
    try:
        yield runs
    finally:
        del scheduler.step


def listening(original: Callable[..., Any], pipe: Any, runs: RecordedRuns, latents: bool) -> Callable[..., Any]:
    """The same step; keeps what it was given. Pipelines look at its signature, which stays."""
    scheduler = pipe.scheduler
    before: torch.Tensor | None = None

    @functools.wraps(original)
    def step(model_output: torch.Tensor, timestep: Any, sample: torch.Tensor, *args: Any, **options: Any) -> Any:
        nonlocal before
        first = scheduler.step_index is None
        # Copies: what a compiled network returns is overwritten by its next call, and some pipelines change latents in place.
        velocity, state = model_output.detach().clone(), sample
        if first or latents:
            state = sample.detach().clone()
        changed = before is not None and sample is not before and not torch.equal(sample.to(before.dtype), before)
        result = original(model_output, timestep, sample, *args, **options)
        if first:
            runs.generations.append(begun(pipe, scheduler.step_index - 1, latents))
        generation = runs.generations[-1]
        if changed and not first and generation.altered is None:
            generation.altered = len(generation.velocities)
        generation.velocities.append(velocity)
        before = result[0].detach()
        if first or latents:
            generation.states.append(state)
        if latents and len(generation.velocities) == len(generation.sigmas):
            generation.states.append(before.clone())
        return result

    return step


def begun(pipe: Any, start: int, latents: bool) -> Generation:
    """A generation whose first step, at grid index `start`, has just been made."""
    scheduler = pipe.scheduler
    guidance = getattr(pipe, "guidance_scale", None)
    return Generation(
        scheduler=type(scheduler).__name__,
        sigmas=sigmas_of(scheduler)[start:],
        solver=solver_name(scheduler, start),
        guidance=guidance if isinstance(guidance, int | float) else None,
        latents=latents,
    )
