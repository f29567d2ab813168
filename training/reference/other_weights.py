"""A model with other weights and the same shapes, for trying the alarm for changed models:

    python training/reference/other_weights.py models/cifar10 /tmp/other-cifar10 --network unet --amount 0.05

Copies the model folder and adds to every float weight of two or more axes normal noise of `amount` times the standard
deviation of that weight's tensor; int8 weights get it rounded. Deterministic (seed 0).
"""

import argparse
import shutil
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper


def perturb(path: Path, amount: float) -> int:
    model = onnx.load(path)
    random = np.random.default_rng(0)
    changed = 0
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.ndim < 2 or values.dtype not in (np.float32, np.float16, np.int8, np.uint8):
            continue
        noise = random.standard_normal(values.shape) * amount * values.astype(np.float64).std()
        moved = values.astype(np.float64) + noise
        if values.dtype in (np.int8, np.uint8):
            limits = np.iinfo(values.dtype)
            moved = np.clip(np.rint(moved), limits.min, limits.max)
        tensor.CopyFrom(numpy_helper.from_array(moved.astype(values.dtype), tensor.name))
        changed += 1
    onnx.save(model, path)
    return changed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--network", default="unet")
    parser.add_argument("--amount", type=float, default=0.05)
    arguments = parser.parse_args()
    shutil.copytree(arguments.model, arguments.out)
    changed = perturb(arguments.out / arguments.network / "model.onnx", arguments.amount)
    print(f"{arguments.out}: {changed} tensors changed by {arguments.amount:.0%}")


if __name__ == "__main__":
    main()
