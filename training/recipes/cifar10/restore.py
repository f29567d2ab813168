"""`python -m training cifar10 restore`."""

from __future__ import annotations

from pathlib import Path

from ...checkpoint import save_checkpoint
from ...export.bake import BakedUNet, bake
from ...export.component import Component
from ...export.layout import load_metrics
from ...export.parity import INPUTS, OUTPUT, probes
from ...export.restore import restore_component
from ...export.unbake import unbake
from .model import build


def exported(folder: Path) -> BakedUNet:
    """The inference network that `folder` holds."""
    net = build("cpu")
    model = bake(net)
    restore_component(Component(model, INPUTS, OUTPUT, [{0: "batch"}] * 3, [probes(net)[3]]), folder / "unet" / "model.onnx")
    return model


def restore(work: Path, source: Path) -> None:
    """Make the checkpoint of the exported folder `source`: averaged weights, rounded as stored, no state of the optimiser.

    Raises `FileExistsError` rather than replace a checkpoint.
    """
    target = work / "cifar10" / "checkpoint.pt"
    if target.exists():
        raise FileExistsError(f"{target} exists already: move it away, or name another folder with --work")
    state = unbake(exported(source)).state_dict()
    metrics = load_metrics(source)["export"]
    target.parent.mkdir(parents=True, exist_ok=True)
    save_checkpoint(target, {"model": state, "ema": state, "step": metrics["step"], "seconds": 60 * metrics["minutes"]})
    print(f"wrote {target}")
