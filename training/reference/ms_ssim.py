# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy==2.4.6", "torch==2.13.0", "pytorch-msssim==1.0.0"]
# ///
"""Reference MS-SSIM for packages/proxies, computed by pytorch-msssim in float64.

    pip install numpy==2.4.6 torch==2.13.0 pytorch-msssim==1.0.0
    python training/reference/ms_ssim.py

Rewrites packages/proxies/test/fixtures/ms-ssim-reference.json. The images are those of ssim.py.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from pytorch_msssim import ms_ssim
from ssim import DEGRADATIONS, scene

PINNED = {"numpy": "2.4.6", "torch": "2.13.0", "pytorch-msssim": "1.0.0"}
OUTPUT = Path(__file__).resolve().parents[2] / "packages/proxies/test/fixtures/ms-ssim-reference.json"
# Even at every scale; odd at some; the least.
SIZES = [(176, 192), (203, 177), (161, 161)]


def row(width: int, height: int, name: str) -> dict[str, object]:
    reference = scene(width, height)
    pair = (np.clip(part, 0, 255).astype(np.float64) for part in (DEGRADATIONS[name](reference), reference))
    a, b = (torch.from_numpy(part).permute(2, 0, 1)[None] for part in pair)
    return {"width": width, "height": height, "degradation": name, "value": ms_ssim(a, b, data_range=255).item()}


def main() -> None:
    found = {name: version(name).split("+")[0] for name in PINNED}
    if found != PINNED:
        raise SystemExit(f"needs {PINNED}, found {found}")
    rows = [row(width, height, name) for width, height in SIZES for name in DEGRADATIONS]
    OUTPUT.write_text(json.dumps({"versions": PINNED, "rows": rows}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
