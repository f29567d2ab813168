"""Compiles a C++ file of this folder for the machine it runs on."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
import warnings
from pathlib import Path

FLAGS = ["-O3", "-march=native", "-fopenmp", "-shared", "-fPIC"]


def build(source: Path) -> ctypes.CDLL | None:
    """Library of the functions of `source`, compiled anew (two seconds); None where there is no compiler that can."""
    compiler = shutil.which(os.environ.get("CXX", "g++"))
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"{source.stem}.so"
        done = subprocess.run([compiler, *FLAGS, str(source), "-o", str(target)], capture_output=True, text=True)
        if done.returncode != 0:
            warnings.warn(f"{source.name} does not compile, torch's own kernels are used: {done.stderr.strip()}", stacklevel=2)
            return None
        return ctypes.CDLL(str(target))
