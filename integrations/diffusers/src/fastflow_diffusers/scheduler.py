"""A Diffusers scheduler that follows a FastFlow plan."""

import copy
import inspect
import warnings
from math import floor, prod
from typing import Any

import torch
from diffusers import FlowMatchEulerDiscreteScheduler, SchedulerMixin
from diffusers.schedulers.scheduling_utils import SchedulerOutput

from .errors import PlanError
from .follow import Follower
from .grid import check_scheduler, lead_of, recount, sigmas_of, solver_name
from .plan import Plan, PlanSource, read_plan


class FastFlowScheduler(SchedulerMixin):
    """
    Follows a plan in place of a pipeline's scheduler: `timesteps` are the plan's nodes, `step` jumps by its weights.

    Everything that is not said here (`config`, `scale_noise`, `add_noise`, `init_noise_sigma`, ...) is what the scheduler
    that it stands in for says; `base` is a copy of that one.
    """

    order = 1

    def __init__(self, plan: Plan, scheduler: Any, nfe: int) -> None:
        given = scheduler.base if isinstance(scheduler, FastFlowScheduler) else scheduler
        check_scheduler(given)
        self.base = copy.deepcopy(given)
        # While `record` listens, the original's step is a closure over the original.
        vars(self.base).pop("step", None)
        self.plan = plan
        self.entry = plan.at(nfe)
        """What is followed; None for the full run, which is the base's own."""
        self.evaluated = 0
        """Evaluations of the run under way, or of the last one."""
        self._nodes: tuple[torch.Tensor, torch.Tensor] | None = None
        self._lead = 0
        self._begin: int | None = None
        self._noised = False
        self._recounted = False
        self._follower: Follower | None = None

    @classmethod
    def from_plan(cls, plan: PlanSource, scheduler: Any, *, nfe: int, guidance: float | None = None) -> "FastFlowScheduler":
        """
        plan: path of a plan document of version 4, its JSON text or its parsed value.
        scheduler: `pipe.scheduler`; it is copied, and gives the grid.
        nfe: evaluations a run may cost: the largest planned number of at most this many is used, from T on the full run.
        guidance: scale that the pipeline will be called with, to be compared with the plan's: a scheduler does not see it.

        Raises PlanError for a plan that cannot be read, a budget below the smallest, a scheduler that evaluates twice a step,
        draws noise or is not of a flow, and another guidance; OSError where there is no such file.
        """
        read = read_plan(plan)
        if guidance is not None and read.guidance is not None and guidance != read.guidance:
            message = f"the plan was made for {read.guidance:g}, this run has {guidance:g}"
            raise PlanError("guidance", message, fix="Use the plan's scale, or calibrate for this one")
        return cls(read, scheduler, nfe)

    def set_timesteps(
        self,
        num_inference_steps: int | None = None,
        device: str | torch.device | None = None,
        sigmas: Any = None,
        mu: float | None = None,
        timesteps: Any = None,
    ) -> None:
        """
        Builds the base's own grid from the same arguments and keeps the plan's nodes of it.

        Raises PlanError where that grid or its solver is not the plan's.
        """
        asked = {"num_inference_steps": num_inference_steps, "sigmas": sigmas, "mu": mu, "timesteps": timesteps}
        given = {name: value for name, value in asked.items() if value is not None}
        unknown = sorted(given.keys() - inspect.signature(self.base.set_timesteps).parameters.keys())
        if unknown:
            raise PlanError(unknown[0], f"{type(self.base).__name__} takes none", fix="Leave it out")
        self.base.set_timesteps(device=device, **given)
        grid = sigmas_of(self.base)
        lead = lead_of(self.plan.sigmas[:-1], grid)
        solver = solver_name(self.base, lead)
        if solver != self.plan.solver:
            message = f"the plan was made for {self.plan.solver}, {type(self.base).__name__} here is {solver}"
            raise PlanError("scheduler", message, fix="Use the scheduler that it was made for, or calibrate for this one")
        self.evaluated, self._begin, self._noised, self._follower = 0, None, False, None
        if self.entry is not None:
            self._keep_nodes(lead, self.entry.nodes, sigmas is not None or timesteps is not None)

    def _keep_nodes(self, lead: int, nodes: tuple[int, ...], recounted: bool) -> None:
        """
        Timesteps and sigmas of the nodes, behind as many others as image to image will cut off.

        Pipelines cut all but `strength` of the steps: of those that they asked for, or, where they handed in sigmas, of the
        timesteps that they find, which k nodes then have to be the last `strength` of.
        """
        total = len(self.base.timesteps)
        found = recount(len(nodes), total - lead, total) if lead and recounted else lead + len(nodes)
        self._lead = max(found - len(nodes), 0)
        self._recounted = recounted
        rows = [*range(self._lead), *(lead + node for node in nodes)]
        self._nodes = (self.base.timesteps[rows], self.base.sigmas[[*rows, total]])

    @property
    def timesteps(self) -> torch.Tensor:
        return self.base.timesteps if self._nodes is None else self._nodes[0]

    @property
    def sigmas(self) -> torch.Tensor:
        """Of `timesteps`, and the one at the end."""
        return self.base.sigmas if self._nodes is None else self._nodes[1]

    @property
    def num_inference_steps(self) -> int:
        return len(self.timesteps)

    @property
    def begin_index(self) -> int | None:
        return self.base.begin_index if self._nodes is None else self._begin

    @property
    def step_index(self) -> int | None:
        if self._nodes is None:
            return self.base.step_index
        return None if self._follower is None else self._lead + self._follower.evaluated

    def set_begin_index(self, begin_index: int = 0) -> None:
        """Of image to image. Raises PlanError where the plan begins elsewhere."""
        if self._nodes is None:
            # The base has been compared with the plan, its begin has not.
            self._check_full_begin(begin_index)
            self.base.set_begin_index(begin_index)
            return
        self._check_begin(begin_index)
        self._begin = begin_index

    def step(
        self,
        model_output: torch.Tensor,
        timestep: float | torch.Tensor,
        sample: torch.Tensor,
        *,
        return_dict: bool = True,
        generator: torch.Generator | None = None,
        **options: Any,
    ) -> SchedulerOutput | tuple[torch.Tensor, ...]:
        """From one node to the next, by the velocities seen. Raises PlanError for options that plans do not know."""
        if self._nodes is None:
            self.evaluated += 1
            known = inspect.signature(self.base.step).parameters
            extra = {**options, **({"generator": generator} if "generator" in known else {})}
            return self.base.step(model_output, timestep, sample, return_dict=return_dict, **extra)
        unknown = [name for name, value in options.items() if value is not None]
        if unknown:
            raise PlanError(unknown[0], "is not known to plans", fix="Leave it out, or run every step")
        if self._follower is None:
            self._follower = self._start(timestep, sample)
        if self._follower.evaluated == len(self._follower.entry.nodes):
            raise PlanError("step", "the run is over", fix="Call set_timesteps before the next one")
        moved = self._follower.advance(sample, model_output)
        self.evaluated = self._follower.evaluated
        # As the base does it.
        euler = isinstance(self.base, FlowMatchEulerDiscreteScheduler)
        moved = moved.to(model_output.dtype if euler else sample.dtype)
        return SchedulerOutput(prev_sample=moved) if return_dict else (moved,)

    def _start(self, timestep: float | torch.Tensor, sample: torch.Tensor) -> Follower:
        if self._begin is None:
            found = torch.nonzero(self.timesteps == torch.as_tensor(timestep, device=self.timesteps.device))
            self._check_begin(int(found[0]) if len(found) else -1)
        if self._noised and self._recounted and not self._is_tail:
            # The share of a few nodes that is cut off rounds to none.
            message = f"a picture would be covered by the noise of all {self.plan.steps} steps, whatever the strength"
            fix = "Calibrate for a strength that leaves steps out, from runs of image to image; strength 1 is a run from noise"
            raise PlanError("strength", message, fix=fix)
        # Near strength 1 nothing may stand in front: a picture mixed with noise tells image to image from a run from noise.
        if self._is_tail and self._lead == 0 and not self._noised:
            self._check_begin(-1)
        dims = self.plan.dims
        if dims is not None and prod(dims) != prod(sample.shape[1:]):
            message = f"the plan was made for latents of {list(dims)}, these are {list(sample.shape[1:])}; "
            warnings.warn(f"{message}expect less fidelity, or calibrate for this size", stacklevel=3)
        assert self.entry is not None
        return Follower(self.entry)

    @property
    def _is_tail(self) -> bool:
        return len(self.base.timesteps) > self.plan.steps

    def _check_begin(self, begin: int) -> None:
        if begin == self._lead:
            return
        planned = self.plan.steps
        if not self._is_tail:
            message = f"the plan is of all {planned} steps, this run begins later"
            raise PlanError("strength", message, fix="Pass strength=1, or calibrate for this strength")
        total = len(self.base.timesteps)
        message = f"the plan is of the last {planned} of {total} steps, this run begins elsewhere"
        share = floor(1e6 * planned / total) / 1e6
        fix = f"Pass strength={share:g}, or num_inference_steps={planned} for a run from noise, if the plan is of that"
        raise PlanError("strength", message, fix=fix)

    def _check_full_begin(self, begin: int) -> None:
        lead = len(self.base.timesteps) - self.plan.steps
        if begin != lead:
            message = f"the plan is of the last {self.plan.steps} of {lead + self.plan.steps} steps, this run begins at {begin}"
            raise PlanError("strength", message, fix="Calibrate for this strength, or put the pipeline's own scheduler back")

    def save_pretrained(self, save_directory: Any, **options: Any) -> None:
        """Writes the base: plans are documents of their own."""
        self.base.save_pretrained(save_directory, **options)

    def __len__(self) -> int:
        return len(self.base)

    def __getattr__(self, name: str) -> Any:
        # Not private names, nor `base` while a copy is being made.
        if name.startswith("_") or name == "base":
            raise AttributeError(name)
        value = getattr(self.base, name)
        if name not in ("scale_noise", "add_noise"):
            return value

        def mixed(*args: Any, **options: Any) -> Any:
            self._noised = True
            return value(*args, **options)

        return mixed
