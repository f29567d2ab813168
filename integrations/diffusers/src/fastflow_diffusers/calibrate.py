"""Has Node's planner make a plan of a pipeline on torch: it asks `fastflow_diffusers.worker` for every evaluation."""

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import ExportError


@dataclass(frozen=True)
class Calibration:
    pipeline: Path
    out: Path
    """Plan document to write."""
    device: str = "cpu"
    dtype: str = "float32"
    fastflow: str | None = None
    """The command line of FastFlow; `fastflow`, or `npx fastflow`, where it is None."""
    options: Sequence[str] = ()
    """More options of `fastflow calibrate`, such as `--steps 28 --evaluations 560`."""


def calibrate_pipeline(wanted: Calibration) -> int:
    """The exit code of `fastflow calibrate`. Costs what the planner evaluates: 20 full generations by default."""
    try:
        return subprocess.run(command_of(wanted), check=False).returncode
    except OSError as error:
        raise ExportError(
            f"the planner cannot be started: {error}",
            fix="Install Node 20.19 or later and @fastflow/cli, or name its command with --fastflow",
        ) from error


def command_of(wanted: Calibration) -> list[str]:
    worker = [sys.executable, "-m", "fastflow_diffusers.worker", "--device", wanted.device, "--dtype", wanted.dtype]
    folder = str(wanted.pipeline.resolve())
    arguments = ["--model", folder, "--worker", json.dumps(worker), "--out", str(wanted.out), *wanted.options]
    return [*fastflow_command(wanted.fastflow), "calibrate", *arguments]


def fastflow_command(given: str | None) -> list[str]:
    if given is not None:
        return shlex.split(given)
    return ["fastflow"] if shutil.which("fastflow") else ["npx", "fastflow"]
