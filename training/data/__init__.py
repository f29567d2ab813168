"""Data sets. Files are looked up under FASTFLOW_TRAINING_DATA and never copied into the repository."""

from __future__ import annotations

import os
from pathlib import Path


def data_root() -> Path:
    """Folder that holds `cifar10/` and `emoji/`."""
    default = Path(__file__).resolve().parents[3] / "shared" / "data"
    root = Path(os.environ.get("FASTFLOW_TRAINING_DATA", default))
    if not root.is_dir():
        raise FileNotFoundError(f"no training data at {root}: set FASTFLOW_TRAINING_DATA to the folder that holds it")
    return root
