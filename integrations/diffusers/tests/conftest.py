"""Every tiny pipeline is built and exported once."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from fastflow_diffusers.check import Comparison
from fastflow_diffusers.fixtures import export_fixture, save_pipeline


@dataclass(frozen=True)
class Exported:
    pipeline: Path
    """As Diffusers saves it."""
    folder: Path
    comparisons: dict[str, Comparison]


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Exported]:
    made: dict[str, Exported] = {}

    def of(name: str) -> Exported:
        if name not in made:
            root = tmp_path_factory.mktemp(name)
            save_pipeline(name, root / "pipeline")
            comparisons = export_fixture(name, root / "pipeline", root / "out")
            made[name] = Exported(root / "pipeline", root / "out", {one.part: one for one in comparisons})
        return made[name]

    return of
