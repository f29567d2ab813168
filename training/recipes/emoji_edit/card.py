"""`python -m training emoji-edit card`."""

from __future__ import annotations

from pathlib import Path

from ...export.layout import read_metrics
from ..emoji.card import common_fields

CARD = """\
# Emoji editing

Changes a 64x64 emoji as an instruction says: its style (3d, flat, noto), its skin tone, or both.

![Source and edit](samples.png)

*Pictures that `models/emoji` drew, and below each its edit ({steps} Euler steps, guidance {guidance:g}); seeds not selected. Left to
right: {shown}.*

## Use

```
fastflow edit --model emoji-edit --image fox.png --prompt "make it flat" --out out/
```

Instructions it knows: "make it flat", "turn it into noto style", "change the style to 3d", "convert to flat", "dark skin tone",
"make it medium-light skin tone", "with light skin tone", and both in one: "make it flat with dark skin tone".

## Networks

Those of `models/emoji`, with the latents of the source picture beside the noisy ones: `transformer/model.onnx` has the further
input `image_latents`, which `vae_encoder/model.onnx` makes of the picture. Both passes of guidance see it.

{parts}

## Data

{data}

Pairs are pictures of one emoji that differ in style, in skin tone, or in both.

## Training

```
python -m training emoji-edit train --minutes {minutes:.0f} --cooldown-minutes 6 --batch 128
```

{step:,} steps of 128 pairs, from the weights of `models/emoji` (columns for the source start at zero). Cost: {minutes:.0f} minutes by
the clock on two CPU cores that other work shared, no accelerator, on top of that model's.

## Figures

{edits:,} edits of held-out emoji, mean PSNR to the true picture ({steps} steps, guidance {guidance:g}):

| picture | dB |
|---|---|
| the edit | **{edit:.2f}** |
| the source, unedited | {source:.2f} |
| the true picture through the autoencoder, the most that can be reached | {autoencoder:.2f} |

`python -m training emoji-edit evaluate --samples {edits}` makes the table, `python -m training emoji-edit card` this page.

## Limits

- It changes style and skin tone of emoji on white. Other pictures and other instructions are outside what it has seen.
- Styles are drawn by different artists: where the true picture shows another pose or object, the edit is a plausible one.
- Edits to the noto style often lose the object: that style draws most emoji differently, and is the one learned least.
- Fine detail is lost in the autoencoder.

## Licence

{licence}
"""


def card(out: Path) -> None:
    """Write `README.md` beside the model."""
    metrics = read_metrics(out)
    evaluation = metrics["evaluation"]
    fields = {
        **evaluation["psnr_to_target"],
        "guidance": evaluation["guidance_scale"],
        "steps": evaluation["steps"],
        "edits": evaluation["edits"],
        "shown": "; ".join(f'"{prompt}": {change}' for prompt, change in evaluation["shown"]),
        **common_fields(metrics),
    }
    (out / "README.md").write_text(CARD.format(**fields), encoding="utf-8")
