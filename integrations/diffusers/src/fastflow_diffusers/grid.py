"""The full run of a Diffusers scheduler as plans know it: noise levels and the name of its solver."""

from collections.abc import Sequence
from typing import Any

from diffusers import DPMSolverMultistepScheduler, FlowMatchEulerDiscreteScheduler, UniPCMultistepScheduler

from .errors import PlanError

TOLERANCE = 1e-6
"""Sigmas of two grids that are the same: float32 here, float64 in FastFlow, nine digits in a document."""

SCHEDULERS = "FlowMatchEulerDiscreteScheduler, or UniPCMultistepScheduler or DPMSolverMultistepScheduler with use_flow_sigmas"
FEW_STEPS = 15
"""Fewer steps than this, and `lower_order_final` of DPM-Solver++ counts."""


def sigmas_of(scheduler: Any) -> list[float]:
    """Noise levels at which the network is evaluated, one a step; the one after the last step is left out."""
    return scheduler.sigmas[: len(scheduler.timesteps)].cpu().double().tolist()


def solver_name(scheduler: Any, start: int = 0) -> str:
    """
    Name by which plans know the solver of a scheduler whose timesteps are set.

    start: grid index at which the run begins. Raises PlanError for schedulers that plans are not made for.
    """
    check_scheduler(scheduler)
    if isinstance(scheduler, FlowMatchEulerDiscreteScheduler):
        return "euler"
    return unipc_name(scheduler.config, start) if isinstance(scheduler, UniPCMultistepScheduler) else dpm_name(scheduler)


def check_scheduler(scheduler: Any) -> None:
    """Raises PlanError for a scheduler that draws noise, evaluates twice a step or is not of a flow."""
    name = type(scheduler).__name__
    kinds = (FlowMatchEulerDiscreteScheduler, UniPCMultistepScheduler, DPMSolverMultistepScheduler)
    if not isinstance(scheduler, kinds):
        why = "evaluates twice a step, which plans do not know" if "Heun" in name else "is not one that plans are made for"
        raise PlanError("scheduler", f"{name} {why}", fix=f"Use {SCHEDULERS}")
    config = scheduler.config
    if isinstance(scheduler, FlowMatchEulerDiscreteScheduler):
        refuse(name, {"stochastic_sampling": config.stochastic_sampling, "invert_sigmas": config.invert_sigmas})
        return
    if config.prediction_type != "flow_prediction" or not config.use_flow_sigmas:
        message = f"{name} does not sample a flow: prediction_type is {config.prediction_type}"
        raise PlanError("scheduler", message, fix="If the model is one, set use_flow_sigmas and prediction_type")
    refuse(name, {"thresholding": config.thresholding})
    if isinstance(scheduler, UniPCMultistepScheduler):
        refuse(name, {"predict_x0=False": not config.predict_x0, "solver_p": config.solver_p is not None})
    else:
        refuse(name, {f"algorithm_type={config.algorithm_type!r}": config.algorithm_type != "dpmsolver++"})


def refuse(name: str, switches: dict[str, bool]) -> None:
    for switch, on in switches.items():
        if on:
            raise PlanError("scheduler", f"{name} with {switch} is not one that plans are made for", fix="Leave it out")


def unipc_name(config: Any, start: int) -> str:
    skipped = "-".join(str(index - start) for index in config.disable_corrector)
    scale = "-bh1" if config.solver_type == "bh1" else ""
    stops = "-stops" if config.final_sigmas_type == "sigma_min" else ""
    return f"unipc{config.solver_order}{scale}{f'-uncorrected-{skipped}' if skipped else ''}{stops}"


def dpm_name(scheduler: Any) -> str:
    config, final = scheduler.config, float(scheduler.sigmas[-1])
    few = config.lower_order_final and len(scheduler.timesteps) < FEW_STEPS
    lower = few and (config.solver_order == 3 or final != 0)
    euler = config.euler_at_final and final != 0 and not lower
    ends = f"{'-lower' if lower else ''}{'-euler' if euler else ''}{f'-to-{final!r}' if final else ''}"
    return f"dpm++{config.solver_order}m{'-heun' if config.solver_type == 'heun' else ''}{ends}"


def lead_of(planned: Sequence[float], sigmas: Sequence[float]) -> int:
    """
    Steps of a grid in front of the planned ones: 0 where the plan is of the whole grid, more where it is of its end.

    planned, sigmas: one a step, without the 0 at the end. Raises PlanError naming the first difference.
    """
    lead = len(sigmas) - len(planned)
    if lead >= 0 and all(abs(a - b) <= TOLERANCE for a, b in zip(planned, sigmas[lead:], strict=True)):
        return lead
    field = "num_inference_steps"
    if lead != 0:
        message = f"the plan is of {len(planned)} steps, this run has {len(sigmas)}"
        raise PlanError(field, message, fix=f"Pass num_inference_steps={len(planned)}, or calibrate for {len(sigmas)}")
    k = next(k for k, (a, b) in enumerate(zip(planned, sigmas, strict=True)) if abs(a - b) > TOLERANCE)
    message = f"sigma {k} is {planned[k]:.7g} in the plan and {sigmas[k]:.7g} in this run"
    fix = "Set shift, sigmas and size as they were when the plan was made, or calibrate for this grid"
    raise PlanError("sigmas", message, fix=fix)


def recount(kept: int, tail: int, total: int) -> int:
    """
    Of how many timesteps a strength leaves `kept` where it leaves `tail` of `total`: n - int(n (1 - strength)).

    Such strengths lie above (tail - 1) / total, up to tail / total: all of them do at a number from (kept - 1) total / (tail - 1)
    up to kept total / tail. Without one between, half a step below the upper end, where the largest of them does.
    """
    most = kept * total // tail
    return most if most * (tail - 1) >= (kept - 1) * total else round((kept - 0.5) * total / tail)
