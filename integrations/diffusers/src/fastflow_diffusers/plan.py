"""Plan documents of version 4, as `fastflow calibrate` and `calibrate()` of @fastflow/core write them."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from os import PathLike
from pathlib import Path
from typing import Any

from .errors import PlanError

AGAIN = "Calibrate again, or read it with parsePlan() of @fastflow/core and save what that gives"

PlanSource = str | PathLike[str] | Mapping[str, Any]
"""Path of a plan document, its JSON text, or its parsed value."""


@dataclass(frozen=True)
class PlanEntry:
    """One point of the frontier: where to evaluate and how to jump."""

    budget: int
    nodes: tuple[int, ...]
    """Evaluated grid indices, rising from 0."""
    weights: tuple[tuple[float, ...], ...]
    """Of the jump from each node, newest velocity first."""
    state_weight: float
    """Of the state in the last jump."""
    guidance_apart: bool
    """The guidance term has weights of its own, which no scheduler can apply: it sees guided velocities alone."""
    quality: str
    """Fidelity to the full run and what it rests on, for people to read."""


@dataclass(frozen=True)
class Plan:
    """Plans for all budgets of one model, grid and guidance."""

    schedule: str
    sigmas: tuple[float, ...]
    """T + 1 noise levels, falling to 0."""
    solver: str
    """Takes the steps of the full run: `euler`, `unipc2`, `dpm++2m`, ..."""
    guidance: float | None
    dims: tuple[int, ...] | None
    """Of the latent, without the batch."""
    entries: tuple[PlanEntry, ...]
    """By budget, increasing."""

    @property
    def steps(self) -> int:
        """T, the steps of the full run."""
        return len(self.sigmas) - 1

    def at(self, nfe: int) -> PlanEntry | None:
        """
        The largest plan of at most `nfe` evaluations; None, the full run, from T on.

        Raises PlanError below the smallest budget.
        """
        if isinstance(nfe, bool) or not isinstance(nfe, int) or nfe < 1:
            raise PlanError("nfe", f"{nfe!r} is not a whole number of at least 1", fix="Pass the evaluations a run may cost")
        if nfe >= self.steps:
            return None
        within = [entry for entry in self.entries if entry.budget <= nfe]
        if not within:
            budgets = ", ".join(str(entry.budget) for entry in self.entries)
            raise PlanError("nfe", f"{nfe} is below the smallest planned budget", fix=f"Available: {budgets}")
        if within[-1].guidance_apart:
            message = f"the plan for {within[-1].budget} weighs guidance apart, which a scheduler does not see"
            raise PlanError("nfe", message, fix="Choose another nfe, or calibrate without `passes`")
        return within[-1]


def read_plan(source: PlanSource) -> Plan:
    """
    Reads a plan document: its path, its JSON text or its parsed value.

    Raises PlanError naming the field that is missing or malformed (`plans[2].weights[0]`); OSError where there is no such file.
    """
    document = mapping(parsed(source), "plan")
    if "format" not in document and isinstance(document.get("document"), Mapping):
        document = document["document"]
    if document.get("format") != "fastflow-plan":
        raise PlanError("format", f"{document.get('format')!r} is not 'fastflow-plan'", fix="Pass a plan document")
    if document.get("version") != 4:
        raise PlanError("version", f"{document.get('version')!r} is not 4", fix=AGAIN)
    key = mapping(document.get("key"), "key")
    schedule = mapping(key.get("schedule"), "key.schedule")
    sigmas = numbers(schedule.get("sigmas"), "key.schedule.sigmas")
    if len(sigmas) < 2 or sigmas[-1] != 0 or any(b >= a for a, b in pairwise(sigmas)):
        raise wrong("key.schedule.sigmas", "does not decrease to 0")
    depth = mapping(key.get("basis"), "key.basis").get("depth")
    if not isinstance(depth, int) or depth < 1:
        raise wrong("key.basis.depth", f"{depth!r} is not a whole number of at least 1")
    guidance, dims = key.get("guidance"), key.get("dims")
    plans = entries(document.get("plans"), len(sigmas) - 1, depth)
    return Plan(
        schedule=str(schedule.get("name")),
        sigmas=sigmas,
        solver=str(key.get("solver", "euler")),
        guidance=None if guidance is None else numbers([guidance], "key.guidance")[0],
        dims=None if dims is None else tuple(int(size) for size in numbers(dims, "key.dims")),
        entries=plans,
    )


def parsed(source: PlanSource) -> Any:
    if isinstance(source, Mapping):
        return source
    text = source if isinstance(source, str) and source.lstrip().startswith("{") else Path(source).read_text("utf-8-sig")
    try:
        return json.loads(text)
    except ValueError as error:
        raise PlanError("plan", f"is not valid JSON ({error})", fix=AGAIN) from error


def entries(plans: Any, steps: int, depth: int) -> tuple[PlanEntry, ...]:
    found = tuple(entry(one, f"plans[{n}]", steps, depth) for n, one in enumerate(items(plans, "plans")))
    if not found:
        raise wrong("plans", "has no plan in it")
    if any(b.budget < a.budget for a, b in pairwise(found)):
        raise wrong("plans", "is not sorted by budget")
    return found


def entry(value: Any, field: str, steps: int, depth: int) -> PlanEntry:
    plan = mapping(value, field)
    nodes = numbers(plan.get("nodes"), f"{field}.nodes")
    rising = all(node.is_integer() and node < steps for node in nodes) and list(nodes) == sorted(set(nodes))
    if not nodes or nodes[0] != 0 or not rising:
        raise wrong(f"{field}.nodes", f"does not increase from 0 below {steps}")
    budget = plan.get("budget")
    if not isinstance(budget, int) or budget < len(nodes):
        raise wrong(f"{field}.budget", f"{budget!r} is not a whole number of at least {len(nodes)}, the nodes")
    rows = items(plan.get("weights"), f"{field}.weights")
    weights = tuple(numbers(row, f"{field}.weights[{m}]") for m, row in enumerate(rows))
    if len(weights) != len(nodes):
        raise wrong(f"{field}.weights", f"has {len(weights)} rows for {len(nodes)} nodes")
    for m, row in enumerate(weights):
        stored = min(depth, m + 1)
        if not 1 <= len(row) <= stored:
            raise wrong(f"{field}.weights[{m}]", f"has {len(row)} weights where {stored} velocities are stored")
    quality = mapping(plan.get("quality"), f"{field}.quality")
    return PlanEntry(
        budget=budget,
        nodes=tuple(int(node) for node in nodes),
        weights=weights,
        state_weight=numbers([plan.get("stateWeight", 1.0)], f"{field}.stateWeight")[0],
        guidance_apart=plan.get("guidance") is not None,
        quality=f"{numbers([quality.get('mean')], f'{field}.quality.mean')[0]:.1f} dB, {quality.get('basis')}",
    )


def mapping(value: Any, field: str) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    raise wrong(field, "is not a JSON object")


def items(value: Any, field: str) -> Sequence[Any]:
    if isinstance(value, list | tuple):
        return value
    raise wrong(field, "is not a list")


def numbers(value: Any, field: str) -> tuple[float, ...]:
    for n, one in enumerate(items(value, field)):
        if isinstance(one, bool) or not isinstance(one, int | float) or not math.isfinite(one):
            raise wrong(field, f"has {one!r} as entry {n}, which is not a finite number")
    return tuple(float(one) for one in value)


def wrong(field: str, message: str) -> PlanError:
    return PlanError(field, message, fix=AGAIN)
