"""What became of a pipeline's last run."""

from typing import Any

from .errors import PlanError
from .scheduler import FastFlowScheduler


def summary(pipe: Any) -> None:
    """
    Prints how many steps the last run of `pipe` evaluated, by which plan, and whether its guidance was the plan's.

    Raises PlanError where its scheduler is not a FastFlowScheduler.
    """
    scheduler = pipe.scheduler
    if not isinstance(scheduler, FastFlowScheduler):
        fix = "Set pipe.scheduler = FastFlowScheduler.from_plan(plan, pipe.scheduler, nfe=...)"
        raise PlanError("pipe.scheduler", f"{type(scheduler).__name__} evaluates every step", fix=fix)
    plan, entry = scheduler.plan, scheduler.entry
    what = "the full run" if entry is None else f"plan for {entry.budget}: {entry.quality}"
    print(f"evaluated {scheduler.evaluated} of {plan.steps} steps of {plan.schedule} ({what})")
    used = getattr(pipe, "guidance_scale", None)
    if plan.guidance is None or not isinstance(used, int | float):
        print("guidance: not known, compare it with the plan's yourself")
    elif used == plan.guidance:
        print(f"guidance {used:g}, as planned")
    else:
        print(f"guidance {used:g}, but the plan was made for {plan.guidance:g}: calibrate for {used:g}")
