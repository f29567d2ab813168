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
from ...precision import autocast
from ..emoji import model as text_to_image
from ..emoji.evaluation import Sampler
from ..emoji.model import STEPS, load_autoencoder, load_tokenizer, sample
from .model import build

SEED = 2024
# What the card shows: pictures that the text-to-image model draws, so that no training picture is published.
SHOWN = (
    ("a fox, 3d", "make it flat"),
    ("a red apple, flat", "make it 3d"),
    ("rocket, 3d", "turn it into noto style"),
    ("grinning face, noto", "convert to 3d"),
    ("dog face, 3d", "make it flat"),
    ("house, flat", "change the style to noto"),
    ("thumbs up, 3d", "dark skin tone"),
    ("waving hand, flat", "medium skin tone"),
    ("woman, flat", "light skin tone"),
    ("man, 3d", "make it flat with dark skin tone"),
    ("baby, noto", "medium-dark skin tone"),
    ("star, flat", "make it 3d"),
)


def psnr(a: Tensor, b: Tensor) -> Tensor:
    return 10 * torch.log10(4 / (a.clamp(-1, 1) - b.clamp(-1, 1)).square().mean(dim=(1, 2, 3)))


def load_text_to_image(work: Path) -> text_to_image.TextFlow:
    net = text_to_image.build("cpu")
    load_ema(net, work / "emoji" / "checkpoint.pt")
    return net


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
        with autocast(device):
            edited = sample(net, words, [edit.instruction for edit in part], noise, guidance, image=latents)
            shown = autoencoder.decode(edited).float()
        figures["edit"].append(psnr(shown, target))
        figures["source"].append(psnr(source, target))
        figures["autoencoder"].append(psnr(autoencoder.decode(autoencoder.encode(target)), target))
        print(f"{start + len(part)}/{count} edits", flush=True)
    out.mkdir(parents=True, exist_ok=True)
    drawings = Sampler(load_text_to_image(work), work, device, text_to_image.GUIDANCE)([prompt for prompt, _ in SHOWN], 1)
    latents = autoencoder.encode(drawings)
    noise = torch.randn(latents.shape, generator=generator).to(device)
    with autocast(device):
        edited = sample(net, words, [change for _, change in SHOWN], noise, guidance, image=latents)
        shown = autoencoder.decode(edited).float()
    save_grid(torch.cat([drawings, shown]), columns=len(SHOWN), path=out / "samples.png", scale=1)
    document = {
        "step": progress.step,
        "edits": count,
        "steps": STEPS,
        "guidance_scale": guidance,
        "psnr_to_target": {name: round(torch.cat(values).mean().item(), 2) for name, values in figures.items()},
        "shown": [list(pair) for pair in SHOWN],
    }
    update_metrics(out / "metrics.json", "evaluation", document)
    print(json.dumps(document, indent=2))
