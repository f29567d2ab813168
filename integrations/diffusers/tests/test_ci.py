"""How `npm test` runs these tests and counts them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "scripts" / "pytest.mjs"


def start(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node")
    known = {name: value for name, value in os.environ.items() if name != "FASTFLOW_PYTHON"}
    run = [node, str(SCRIPT)]
    return subprocess.run(run, cwd=folder, env={**known, **environment}, capture_output=True, text=True, check=False)


def counts(folder: Path) -> tuple[int, int, int]:
    report = json.loads((folder / "test-report.json").read_text())
    return report["numPassedTests"], report["numFailedTests"], report["numPendingTests"]


def test_a_test_that_fails_is_counted_and_fails_the_run(tmp_path: Path) -> None:
    text = "import pytest\ndef test_a(): pass\ndef test_b(): assert 1 == 2, '<&>'\n@pytest.mark.skip\ndef test_c(): pass\n"
    (tmp_path / "test_some.py").write_text(text)
    done = start(tmp_path, FASTFLOW_PYTHON=sys.executable)
    assert done.returncode == 1, done.stderr
    assert counts(tmp_path) == (1, 1, 1)
    assert (tmp_path / "test-skipped").exists()


def test_a_run_that_collects_nothing_or_breaks_off_fails(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text("import nothing_of_this_name")
    assert start(tmp_path, FASTFLOW_PYTHON=sys.executable).returncode != 0
    assert counts(tmp_path)[1] == 1


def test_without_python_one_line_says_what_is_skipped(tmp_path: Path) -> None:
    done = start(tmp_path, PATH=str(tmp_path))
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    assert line.startswith("Python tests skipped: no Python with torch, diffusers, onnxruntime, pytest")
    assert counts(tmp_path) == (0, 0, 1)
