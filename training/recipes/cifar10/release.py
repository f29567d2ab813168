"""`python -m training cifar10 export`."""

from __future__ import annotations

from pathlib import Path

from ...checkpoint import load_ema
from ...data.cifar10 import CLASSES
from ...export.layout import update_metrics, write_layout
from ...export.onnx_model import export_onnx
from .model import CONFIG, build


def export(_work: Path, checkpoint: Path, out: Path, guidance: float) -> None:
    """Write the averaged weights of `checkpoint` as a Diffusers-layout folder; `guidance` becomes its default."""
    net = build("cpu")
    progress = load_ema(net, checkpoint)
    report = export_onnx(net, out / "unet" / "model.onnx")
    write_layout(out, CONFIG, CLASSES, guidance)
    document = {
        "step": progress.step,
        "cooldown": progress.cooldown,
        "restored_at": progress.fresh,
        "minutes": round(progress.seconds / 60, 1),
        "parameters": sum(weight.numel() for weight in net.parameters()),
        "default_guidance_scale": guidance,
        **report.to_json(),
    }
    update_metrics(out / "metrics.json", "export", document)
    print(f"{out}: step {progress.step}, {report.bytes / 1e6:.1f} MB")
    print(f"largest difference between ONNX and torch: {report.onnx_difference:.1e}")
    print(f"change by float16 storage: at most {report.rounding_difference:.1e}, rms {report.rounding_rms:.1e}")
    print(f"nodes: {report.nodes}")
