"""
What listening to a run costs beside it: python bench/record.py [--size 128] [--channels 16] [--steps 28] [--network 0.05]

A loop of a scheduler with latents [1, channels, size, size] and a network that takes `--network` seconds of matrix products,
with and without `record`, in turns; prints the time of a run, what listening and what writing the file add, and their share.
"""

import argparse
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import torch
from diffusers import FlowMatchEulerDiscreteScheduler

from fastflow_diffusers import RecordedRuns, record


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--channels", type=int, default=16)
    parser.add_argument("--steps", type=int, default=28)
    parser.add_argument("--network", type=float, default=0.05)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    pipe = SimpleNamespace(scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0), guidance_scale=3.5)
    noise = torch.randn(1, options.channels, options.size, options.size)
    matrix = torch.randn(256, 256)

    def network(x: torch.Tensor) -> torch.Tensor:
        end = time.process_time() + options.network
        while time.process_time() < end:
            matrix @ matrix
        return torch.tanh(x)

    def run() -> None:
        pipe.scheduler.set_timesteps(options.steps)
        x = noise
        for t in pipe.scheduler.timesteps:
            x = pipe.scheduler.step(network(x), t, x, return_dict=False)[0]

    plain, heard, saved = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(options.runs):
            for listens in (False, True):
                began = time.process_time()
                with record(pipe) if listens else nullcontext(RecordedRuns(None)) as runs:
                    run()
                (heard if listens else plain).append(time.process_time() - began)
                if listens:
                    began = time.process_time()
                    runs.save(Path(folder, "run.json"))
                    saved.append(time.process_time() - began)
    base, listening, saving = (sorted(times)[len(times) // 2] for times in (plain, heard, saved))
    print(f"run {base:.3f} s, with record {listening:.3f} s, saving {saving:.3f} s (CPU, median of {options.runs})")
    print(
        f"share of the run: listening {(listening - base) / base:+.2%}, with the file {(listening - base + saving) / base:+.2%}"
    )


if __name__ == "__main__":
    main()
