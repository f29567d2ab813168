"""What recorded runs are kept as, and their JSON."""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from os import PathLike
from pathlib import Path
from typing import Any

import torch

from .errors import PlanError
from .gram import gram_of

AGAIN = "Record one ordinary generation"


@dataclass
class Generation:
    """One call of the pipeline, listened to: T velocities of a batch, and the states if they were asked for."""

    scheduler: str
    sigmas: list[float]
    """Of the steps of this run, without the 0 at the end."""
    solver: str
    guidance: float | None
    latents: bool
    velocities: list[torch.Tensor] = field(default_factory=list)
    states: list[torch.Tensor] = field(default_factory=list)
    """The first one alone unless `latents`; then all of them, the result last."""
    altered: int | None = None
    """The first step whose state was not what the step before had made."""

    def check(self) -> None:
        """Raises PlanError for a run that plans cannot be made from."""
        steps = len(self.sigmas)
        if len(self.velocities) != steps:
            raise PlanError("run", f"{len(self.velocities)} of {steps} steps were made", fix=AGAIN)
        if self.altered is not None:
            message = f"something changed the latents before step {self.altered}, as inpainting and some callbacks do"
            raise PlanError("run", message, fix=AGAIN)
        if any(b >= a for a, b in zip(self.sigmas, self.sigmas[1:], strict=False)):
            raise PlanError("run", "its noise levels do not decrease", fix=AGAIN)


@dataclass
class RecordedRuns:
    """Ordinary generations that were listened to; a batch is as many runs as it has images."""

    seed: int | None
    generations: list[Generation] = field(default_factory=list)

    def documents(self) -> list[dict[str, Any]]:
        """
        One trajectory a run, as `parseTrajectory` of @fastflow/core reads it.

        Raises PlanError where nothing was recorded, a run did not make every step, or something changed its latents on the way.
        """
        if not self.generations:
            raise PlanError("run", "no step was made while recording", fix="Call the pipeline inside of `with record(pipe)`")
        for generation in self.generations:
            generation.check()
        documents: list[dict[str, Any]] = []
        for generation in self.generations:
            for image in range(len(generation.states[0])):
                seed = None if self.seed is None else self.seed + len(documents)
                documents.append(document_of(generation, image, seed))
        return documents

    def save(self, path: str | PathLike[str]) -> list[Path]:
        """
        Writes `path`, or for several runs `<stem>-0.json`, `<stem>-1.json`, ... beside it; gives the paths.

        A few kB for 12 steps, 50 for 50; with latents some 12 bytes an element and step. Raises PlanError as `documents` does.
        """
        documents, path = self.documents(), Path(path)
        paths = [path] if len(documents) == 1 else [path.with_stem(f"{path.stem}-{n}") for n in range(len(documents))]
        for one, document in zip(paths, documents, strict=True):
            one.write_text(json.dumps(document))
        return paths


def document_of(generation: Generation, image: int, seed: int | None) -> dict[str, Any]:
    states = [one[image].float() for one in generation.states]
    velocities = [one[image] for one in generation.velocities]
    steps = len(velocities)
    document = {
        "format": "fastflow-trajectory",
        "version": 1,
        "seed": digest(states[0], velocities[0]) if seed is None else seed,
        "schedule": {"name": f"{generation.scheduler}({steps})", "sigmas": [*map(compact, generation.sigmas), 0]},
        **({} if generation.solver == "euler" else {"solver": generation.solver}),
        "guidance": generation.guidance,
        "dims": list(states[0].shape),
        "nfe": steps,
        "gram": [product for row in gram_of(velocities) for product in row],
    }
    if generation.latents:
        document["states"] = [numbers(state) for state in states]
        document["firstVelocity"] = numbers(velocities[0])
    return document


def digest(noise: torch.Tensor, velocity: torch.Tensor) -> int:
    """Stands for the seed, which a scheduler does not know: another noise or another prompt has another, below 2^48."""
    found = sha256()
    for one in (noise, velocity):
        found.update(one.float().cpu().contiguous().numpy().tobytes())
    return int.from_bytes(found.digest()[:6], "big")


def numbers(vector: torch.Tensor) -> list[float]:
    return [compact(value) for value in vector.float().flatten().cpu().tolist()]


def compact(value: float) -> float:
    """Nine digits are what float32 has."""
    return float(f"{value:.9g}")
