"""Node benches, plans, measures and learns on networks that torch runs, as on exported ones."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Exported
from test_worker import MODULE, ROOT, environment

SCRIPT = Path(__file__).parent / "node" / "learn.mjs"


def test_benches_plans_tables_and_targets_are_made_on_torch(exported: Callable[[str], Exported], tmp_path: Path) -> None:
    if not (ROOT / "packages/bench/dist").exists():
        pytest.skip("needs node and the built packages (pnpm build)")
    made = exported("sd3")
    job = {"worker": MODULE, "pipeline": str(made.pipeline), "exported": str(made.folder)}
    (tmp_path / "job.json").write_text(json.dumps(job))
    done = subprocess.run(
        ["node", str(SCRIPT), str(tmp_path / "job.json")], env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    torch, onnx = (json.loads(done.stdout)[side] for side in ("torch", "onnx"))
    assert torch["backend"] == "torch/cpu" and onnx["backend"] != "torch/cpu"
    assert torch["rows"].keys() == onnx["rows"].keys() >= {"full", "euler-6", "plan-6", "paper"}
    # Plans may part where two candidates are as good as each other: what follows no plan has to be the same.
    for method in ("euler-6", "uniform-6", "paper"):
        assert torch["rows"][method]["nfe"] == onnx["rows"][method]["nfe"]
        assert torch["rows"][method]["psnr"] == pytest.approx(onnx["rows"][method]["psnr"], abs=0.05)
    assert 20 < torch["rows"]["plan-6"]["psnr"] < 100
    assert (torch["runs"], torch["decisions"]) == (2, 2)
