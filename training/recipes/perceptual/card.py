"""`python -m training perceptual card`."""

from __future__ import annotations

from pathlib import Path

from ...export.layout import read_metrics
from .pairs import COUNTS

CARD = """\
# Perceptual distance

A small network that estimates LPIPS-alex (Zhang et al. 2018, [arXiv:1801.03924](https://arxiv.org/abs/1801.03924)): how different two
pictures look. **It is not LPIPS**: use it where the true weights are not at hand, and don't report its values as LPIPS.

## Use

```
fastflow score --proxy perceptual --reference full.png fast.png
```

`model.onnx`: `image` and `reference` [batch, 3, height, width] in [-1, 1], sides of 64 or more, to `perceptual` [batch]: 0 for equal
pictures, lower is closer, on the scale of LPIPS-alex. {parameters:.2f} million parameters, {bytes:.2f} MB: AlexNet's plan with
{widths} channels, compared as LPIPS compares. ONNX and torch differ by {onnx_difference:.0e} at most, relative to the largest output;
keeping weights as int8 changes {rounding_rms:.0e} (relative root mean square).

## Data

Pairs of 64x64 pictures with their true LPIPS-alex, of CIFAR-10 (enlarged bilinearly) and of emoji in three styles
([sources and licences](../emoji/README.md#data)): {damaged:,} real pictures that were blurred, made noisy, compressed, recoloured,
shifted, resampled, blended with another, or two of these; and samples of `models/cifar10` and `models/emoji` from one noise with
few Euler steps: every two of 20, 10 and 6 steps from {noises} noises, turned, mirrored, and with their difference made smaller or
larger. These are two fifths of every batch. Held-out pairs come from other pictures, other labels of emoji and other noises, and have
full runs of 50 steps too. No picture is in this folder. The network starts as the part of torchvision's AlexNet (BSD-3) and of the
heads of LPIPS v0.1 (BSD-2) that adds most to the distance of such pairs: see [NOTICES](NOTICES).

## Training

```
python -m training perceptual train --minutes {minutes:.0f} --cooldown-minutes {cooldown} --batch 64 --threads 1
```

{step:,} steps of 64 pairs: squared error of the roots, for the distance and for every layer's share of it at every position. Cost:
{minutes:.0f} minutes of one shared CPU core, after about six for the pairs.

## Figures

Agreement with true LPIPS-alex on held-out pairs, computed with the exported file:

| pairs | count | Pearson | Spearman | mean error | mean LPIPS |
|---|---|---|---|---|---|
{rows}

`python -m training perceptual measure` makes the table, `python -m training perceptual card` this page. Pairs of few steps are every two of
the runs of 50, 20, 10 and 6 steps from each of {held_cifar10} (CIFAR-10) and {held_emoji} (emoji) held-out noises.

## Limits

- Trained on 64x64 pictures of two kinds; the last row shows another size. Expect less of photographs in high resolution.
- Values of pairs that hardly differ are less certain than their order: single pictures of few steps are off by up to a half, all their
  pairs alike.

## Licence

The weights are released under Apache-2.0, like the rest of this repository; [NOTICES](NOTICES) holds the licences of what the network
started from. See *Data* for what they were trained on.
"""


def card(out: Path) -> None:
    """Write `README.md` beside the model."""
    metrics = read_metrics(out)
    export, agreement = metrics["export"], metrics["evaluation"]["agreement"]
    rows = [
        f"| {kind} | {f['pairs']:,} | {f['pearson']:.3f} | {f['spearman']:.3f} | {f['mean_error']:.4f} | {f['mean_lpips']:.4f} |"
        for kind, f in agreement.items()
    ]
    fields = {
        **export,
        "parameters": export["parameters"] / 1e6,
        "bytes": export["bytes"] / 1e6,
        "widths": ", ".join(map(str, export["widths"])),
        "cooldown": max(1, round(export["minutes"] / 3)),
        "damaged": COUNTS["train"].damaged,
        "held_cifar10": COUNTS["test"].cifar10,
        "held_emoji": COUNTS["test"].emoji,
        "noises": COUNTS["train"].cifar10 + COUNTS["train"].emoji,
        "rows": "\n".join(rows),
    }
    (out / "README.md").write_text(CARD.format(**fields), encoding="utf-8")
