"""`python -m training emoji restore`."""

from __future__ import annotations

import shutil
from pathlib import Path

import torch

from ...checkpoint import save_checkpoint
from ...export.layout import load_metrics
from ...export.restore import restore_component
from .. import emoji_vae
from .model import build
from .release import autoencoder_components, text_component, transformer_component
from .training import FOLDER


def restore(work: Path, source: Path) -> None:
    """Make the checkpoints of text-to-image network and autoencoder from the exported folder `source`.

    They hold what the files hold: averaged weights, rounded as stored. Raises `FileExistsError` rather than replace a checkpoint.
    """
    targets = [work / folder / "checkpoint.pt" for folder in (FOLDER, emoji_vae.FOLDER)]
    for target in targets:
        if target.exists():
            raise FileExistsError(f"{target} exists already: move it away, or name another folder with --work")
        target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source / "tokenizer" / "tokenizer.json", work / FOLDER / "tokenizer.json")
    net = build("cpu")
    restore_component(text_component(net, work), source / "text_encoder" / "model.onnx")
    restore_component(transformer_component(net, work), source / "transformer" / "model.onnx")
    autoencoder = emoji_vae.build("cpu")
    size = autoencoder.config.image_size
    encoder, decoder = autoencoder_components(autoencoder, torch.zeros(3, autoencoder.config.in_channels, size, size))
    restore_component(encoder, source / "vae_encoder" / "model.onnx")
    restore_component(decoder, source / "vae_decoder" / "model.onnx")
    # The files code standardised latents, the decoder from their shifted ones: so does an encoder shifted alike.
    with torch.no_grad():
        autoencoder.mean.copy_(decoder.net.shift)
        autoencoder.std.fill_(1)
        autoencoder.encoder.body[-1].bias.add_(autoencoder.mean.flatten())
    metrics = load_metrics(source)
    # What the autoencoder's own run took is known where the folder was evaluated.
    runs = metrics["export"], metrics.get("evaluation", {}).get("autoencoder", metrics["export"])
    for target, restored, run in zip(targets, (net, autoencoder), runs, strict=True):
        state = restored.state_dict()
        progress = {"step": run["step"], "seconds": 60 * run["minutes"]}
        save_checkpoint(target, {"model": state, "ema": state, **progress})
        print(f"wrote {target}")
