"""Following a plan: evaluate at its nodes, jump by its weights."""

from collections.abc import Callable, Sequence

import torch

from .errors import PlanError
from .plan import Plan, PlanEntry, PlanSource, read_plan

Velocity = Callable[[torch.Tensor, float], torch.Tensor]
"""`(x, sigma) -> dx/dsigma`, shaped like x; guidance included."""


def jump(x: torch.Tensor, velocities: Sequence[torch.Tensor], weights: Sequence[float], state_weight: float) -> torch.Tensor:
    """`state_weight x + sum_j weights[j] velocities[j]`, in float32 at least, as a new tensor."""
    moved = x.to(torch.promote_types(x.dtype, torch.float32), copy=True)
    if state_weight != 1:
        moved *= state_weight
    for velocity, weight in zip(velocities, weights, strict=False):
        moved = moved.add_(velocity, alpha=weight)
    return moved


class Follower:
    """One run along a plan; keeps no more velocities than the plan's weights ask for."""

    def __init__(self, entry: PlanEntry) -> None:
        self.entry = entry
        self.evaluated = 0
        self.velocities: list[torch.Tensor] = []

    def advance(self, x: torch.Tensor, velocity: torch.Tensor) -> torch.Tensor:
        """The state at the next node (after the last one at sigma 0), given the velocity at this one."""
        nodes, weights = self.entry.nodes, self.entry.weights
        kept = max(len(row) for row in weights)
        # A copy: what a compiled network returns is overwritten by its next call.
        newest = velocity.detach().to(torch.promote_types(x.dtype, torch.float32), copy=True)
        self.velocities = [newest, *self.velocities[: kept - 1]]
        last = self.evaluated == len(nodes) - 1
        moved = jump(x, self.velocities, weights[self.evaluated], self.entry.state_weight if last else 1.0)
        self.evaluated += 1
        return moved


def sample(velocity: Velocity, plan: PlanSource | Plan, x: torch.Tensor, *, nfe: int) -> torch.Tensor:
    """
    Follows a plan in a loop of your own: `velocity(x, sigma)` at the nodes, arithmetic between them.

    x: state at the plan's first sigma, any shape, batches included. Gives the state at sigma 0, of the same type. `nfe`: the
    largest planned number of evaluations of at most this many is used; from T on it is the full run by Euler's method.

    Raises PlanError below the smallest budget, and for the full run where another solver than Euler's takes its steps.
    """
    plan = plan if isinstance(plan, Plan) else read_plan(plan)
    entry = plan.at(nfe)
    if entry is None:
        entry = euler_steps(plan)
    follower = Follower(entry)
    for node in entry.nodes:
        x = follower.advance(x, velocity(x, plan.sigmas[node])).to(x.dtype)
    return x


def euler_steps(plan: Plan) -> PlanEntry:
    """The full run by Euler's method in the words of a plan."""
    if plan.solver != "euler":
        fix = f"Run your own sampler for it, or pass nfe below {plan.steps}"
        raise PlanError("nfe", f"the full run of this plan is one of {plan.solver}", fix=fix)
    weights = tuple((after - before,) for before, after in zip(plan.sigmas, plan.sigmas[1:], strict=False))
    return PlanEntry(plan.steps, tuple(range(plan.steps)), weights, 1.0, False, "the full run")
