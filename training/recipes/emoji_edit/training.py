"""`python -m training emoji-edit train`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from ...data import emoji, tokenizer
from ...data.edits import Edit, Edits
from ...images import save_grid
from ...precision import autocast
from ...trainer import Settings
from ...trainer import train as run
from ..emoji.model import PROMPT_DROPOUT, encode_all, flow_loss, load_autoencoder, load_tokenizer, sample
from .model import GUIDANCE, build, start_from

FOLDER = "emoji-edit"
LEARNING_RATE = 1e-3


def train(work: Path, device: str, batch: int, settings: Settings) -> None:
    """Train on from the text-to-image network; previews show held-out source, edit and truth, one kind a row."""
    data = emoji.load()
    rows = data.rows("train")
    weights = emoji.balanced_weights(data.entries, rows)
    edits, held_out = Edits(data.entries, rows), Edits(data.entries, data.rows("test"))
    autoencoder = load_autoencoder(work, device)
    latents = encode_all(autoencoder, data.images.to(device))
    words = load_tokenizer(work)
    net = build(device)
    start_from(net, work / "emoji" / "checkpoint.pt")

    def gather(drawn: list[Edit]) -> tuple[Tensor, Tensor]:
        source, target = zip(*((edit.source, edit.target) for edit in drawn), strict=True)
        picked = (latents[[s for s, _ in side], [r for _, r in side]].float() for side in (source, target))
        return tuple(picked)

    def loss(model: nn.Module, generator: torch.Generator) -> Tensor:
        picks = torch.multinomial(weights, batch, replacement=True, generator=generator).tolist()
        drawn = [edits.draw(rows[i], generator) for i in picks]
        kept = (torch.rand(batch, generator=generator) >= PROMPT_DROPOUT).tolist()
        prompts = [edit.instruction if keep else "" for edit, keep in zip(drawn, kept, strict=True)]
        ids, mask = (part.to(device) for part in tokenizer.encode(words, prompts))
        source, target = gather(drawn)
        return flow_loss(model, target, generator, ids, mask, source)

    def preview(model: nn.Module, path: Path) -> None:
        generator = torch.Generator().manual_seed(1)
        drawn = [held_out.draw(row, generator) for row in data.rows("test")[::8]][:24]
        source, target = gather(drawn)
        noise = torch.randn(source.shape, generator=generator).to(device)
        prompts = [edit.instruction for edit in drawn]
        with autocast(device), torch.no_grad():
            edited = sample(model, words, prompts, noise, GUIDANCE, image=source)
            shown = autoencoder.decode(torch.cat([source, edited, target])).float()
        print(f"held-out latent error: {(edited - target).square().mean():.4f}", prompts, flush=True)
        save_grid(shown, columns=len(drawn), path=path, scale=1)

    chosen = replace(settings, learning_rate=LEARNING_RATE, muon=True, decay_after=100_000)
    run(net, loss, preview, chosen, work / FOLDER)


