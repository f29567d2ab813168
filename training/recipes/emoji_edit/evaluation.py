"""`python -m training emoji-edit evaluate`."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import Tensor

from ...checkpoint import load_ema
from ...data import emoji
from ...data.cifar10 import to_float
from ...data.edits import Edit, Edits
from ...export.layout import update_metrics
from ...images import save_grid
from ..emoji.model import STEPS, load_autoencoder, load_tokenizer, sample
from .model import build

SEED = 2024
SHOWN = 12


def psnr(a: Tensor, b: Tensor) -> Tensor:
    return 10 * torch.log10(4 / (a.clamp(-1, 1) - b.clamp(-1, 1)).square().mean(dim=(1, 2, 3)))


@torch.no_grad()
def evaluate(work: Path, checkpoint: Path, out: Path, device: str, count: int, guidance: float, batch: int) -> None:
    """PSNR of edits of held-out emoji to the true pictures; writes `metrics.json` and `samples.png` into `out`."""
    net = build("cpu")
    progress = load_ema(net, checkpoint)
    net = net.to(device)
    data, words = emoji.load(), load_tokenizer(work)
    autoencoder = load_autoencoder(work, device)
    generator = torch.Generator().manual_seed(SEED)
    edits, rows = Edits(data.entries, data.rows("test")), data.rows("test")
    drawn = [edits.draw(rows[i % len(rows)], generator) for i in torch.randperm(count, generator=generator).tolist()]

    def pixels(side: str, part: list[Edit]) -> Tensor:
        places = [getattr(edit, side) for edit in part]
        return to_float(data.images[[s for s, _ in places], [r for _, r in places]]).to(device)

    figures: dict[str, list[Tensor]] = {"edit": [], "source": [], "autoencoder": []}
    for start in range(0, count, batch):
        part = drawn[start : start + batch]
        source, target = pixels("source", part), pixels("target", part)
        latents = autoencoder.encode(source)
        noise = torch.randn(latents.shape, generator=generator).to(device)
        with torch.autocast(device, torch.bfloat16):
            edited = sample(net, words, [edit.instruction for edit in part], noise, guidance, image=latents)
            shown = autoencoder.decode(edited).float()
        figures["edit"].append(psnr(shown, target))
        figures["source"].append(psnr(source, target))
        figures["autoencoder"].append(psnr(autoencoder.decode(autoencoder.encode(target)), target))
        if start == 0:
            out.mkdir(parents=True, exist_ok=True)
            grid = torch.cat([source[:SHOWN], shown[:SHOWN], target[:SHOWN]])
            save_grid(grid, columns=SHOWN, path=out / "samples.png", scale=1)
            print([edit.instruction for edit in part[:SHOWN]], flush=True)
    document = {
        "step": progress.step,
        "edits": count,
        "steps": STEPS,
        "guidance_scale": guidance,
        "psnr_to_target": {name: round(torch.cat(values).mean().item(), 2) for name, values in figures.items()},
        "shown": [edit.instruction for edit in drawn[:SHOWN]],
    }
    update_metrics(out / "metrics.json", "evaluation", document)
    print(json.dumps(document, indent=2))
