"""Plans written by hand."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any


def plan_of(sigmas: Sequence[float], *nodes: Sequence[int], **key: Any) -> dict[str, Any]:
    """
    A document with a plan for every list of nodes. sigmas: of the grid, the 0 at the end included.

    Two velocities a jump, the change forecast linearly from them; every step of a full list is Euler's.
    """
    plans = [{"budget": len(one), "nfe": len(one), "nodes": list(one), **jumps(sigmas, one), "quality": QUALITY} for one in nodes]
    basis = {"order": "newest-first", "depth": 4}
    schedule = {"name": "by hand", "sigmas": list(sigmas)}
    common = {"model": None, "guidance": None, "dims": None, "dtype": None, "target": "baseline"}
    return {
        "format": "fastflow-plan",
        "version": 4,
        "key": {**common, "schedule": schedule, "basis": basis, **key},
        "plans": plans,
    }


QUALITY = {"mean": 30.5, "p10": 29, "min": 28, "runs": 3, "basis": "leave-one-out"}


def jumps(sigmas: Sequence[float], nodes: Sequence[int]) -> dict[str, Any]:
    ends = [sigmas[node] for node in (*nodes, len(sigmas) - 1)]
    rows = []
    for m, (here, there) in enumerate(pairwise(ends)):
        full = there - here
        slope = full * full / 2 / (here - ends[m - 1]) if m > 0 and nodes[m] - nodes[m - 1] > 1 else 0.0
        rows.append([full] if slope == 0 else [full + slope, -slope])
    return {"weights": rows}
