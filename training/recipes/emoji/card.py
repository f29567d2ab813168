"""`python -m training emoji card`, and the sections that the cards of all emoji models share."""

from __future__ import annotations

import json
from pathlib import Path

from ...data.emoji import HELD_OUT, SKINS, STYLES
from ...export.layout import read_metrics
from .evaluation import GRID

DATA = f"""\
3,140 captioned emoji, each drawn in three aligned styles ({", ".join(STYLES)}), people in {len(SKINS)} skin tones; 64x64 RGB on
white. One label in {HELD_OUT}, chosen by the digest of its name, is held out of all training.

| style | pictures | licence |
|---|---|---|
| 3d, flat | Fluent Emoji, Microsoft ([microsoft/fluentui-emoji](https://github.com/microsoft/fluentui-emoji), optimised copy at laurentlahmy/fluent-emoji-optimized 7907b9b) | MIT, Copyright (c) Microsoft Corporation |
| noto | Noto Emoji, Google ([googlefonts/noto-emoji](https://github.com/googlefonts/noto-emoji) b3e3051) | Apache-2.0 by its README and svg/LICENSE; its root LICENSE reads OFL-1.1 since 2024 |
| captions, tags | emojibase | MIT |

No picture of them is in this folder."""

LICENCE = """\
The weights are released under Apache-2.0, like the rest of this repository. See *Data* for what they were trained on."""

PARTS = """\
| part | parameters | file | ONNX against torch | storage |
|---|---|---|---|---|
{rows}

"ONNX against torch" is the largest difference relative to the largest output, with float32 weights; "storage" is the relative
root mean square error from keeping weights as float16 or int8 (one scale a channel). They are cast to float32 when the file is
loaded, and all arithmetic is float32."""

CARD = """\
# Emoji text-to-image

Draws emoji of 64x64 pixels from a prompt: what it shows, and the style (`3d`, `flat` or `noto`).

![Ten prompts in three styles](samples.png)

*{prompts}; one style a row (3d, flat, noto), {steps} Euler steps, guidance {guidance:g}, seed 1, not selected. The prompts were
written down before the first sample was seen.*

## Use

```
fastflow generate --model emoji --prompt "a red fox, 3d" --seed 7 --out out/
```

Prompts it understands best: a caption, if you like some tags, and the style: "grinning face, noto", "a house, garden, flat",
"woman firefighter, medium skin tone, 3d".

## Networks

Diffusers layout, structured like the large models: a text encoder ({text_depth} layers, width {text_width}, byte-pair vocabulary of
{vocabulary}), a velocity transformer over the 8x8 latents ({depth} blocks, width {width}, self-attention, cross-attention to the
text, adaLN-single) and a convolutional autoencoder (8x8 latents of {channels} channels).

{parts}

`transformer/model.onnx` computes `velocity` from `hidden_states` [batch, {channels}, 8, 8], `timestep` [batch] (sigma itself, 1 for
noise to 0 for data), `encoder_hidden_states` [batch, {length}, {text_width}] and `encoder_attention_mask` [batch, {length}];
x(sigma) = (1 - sigma) data + sigma noise, velocity = dx / dsigma. Guidance is v(empty prompt) + scale (v(prompt) - v(empty prompt)).

## Data

{data}

## Training

```
python -m training emoji-vae train --minutes {vae_minutes:.0f} --cooldown-minutes 4 --batch 64
python -m training emoji train --minutes {minutes:.0f} --cooldown-minutes 15 --batch 128
```

{step:,} steps of 128 pictures for text encoder and transformer together (Muon for hidden matrices, Adam for the rest, bfloat16
autocast, power-function EMA, one prompt in ten dropped), {vae_step:,} steps of 64 for the autoencoder. Cost: {minutes:.0f} and
{vae_minutes:.0f} minutes by the clock on two CPU cores that other work shared, no accelerator. Groups are balanced: the skin tones of
a label share its weight, and groups are evened out by a square root.

## Figures

Frechet distance of {samples:,} samples ({steps} Euler steps, guidance {guidance:g}) to the true pictures of the same prompts ("caption, style"):

| prompts | labels | distance | a second draw of {samples:,} true pictures |
|---|---|---|---|
| of emoji it was trained on | {train[labels]:,} | **{train[distance]:.2f}** | {train[floor]:.2f} |
| of labels held out of training | {test[labels]} | **{test[distance]:.2f}** | {test[floor]:.2f} |

In the first row it draws what it has seen; in the second it has the words of other emoji to go by, and mostly draws something else.
The distance is in {unit}. Features: {features}.
It is not FID: compare it with other figures of this kind and count only. The autoencoder reaches {psnr_mean:.1f} dB PSNR on held-out
emoji in the mean, {psnr_worst:.1f} dB at the worst.

`python -m training emoji evaluate --samples {samples}` makes these figures, `python -m training emoji card` this page, and `python -m
training emoji cases --out DIR` prompts of held-out labels with their true pictures, for `fastflow bench --quality` (`--split train`:
of labels it was trained on).

## Limits

- It knows the emoji it was trained on, and mixes them badly: "a fox on a bicycle" gives something of either. Colours in a prompt have
  effect only where emoji come in several colours.
- Small text and fine ornaments blur: an 8x8 latent holds no more.
- Words outside the captions are guesses, and so are emoji it was not trained on (second row of the table).
- People appear as the captions have them, with the biases of these sets.

## Licence

{licence}
"""


def parts_table(components: dict) -> str:
    rows = [
        f"| `{name}` | {part['parameters'] / 1e6:.2f} million | {part['bytes'] / 1e6:.1f} MB | {part['onnx_difference']:.0e} "
        f"| {part['weights']}, {part['rounding_rms']:.0e} |"
        for name, part in components.items()
    ]
    return PARTS.format(rows="\n".join(rows))


def common_fields(metrics: dict) -> dict:
    """What the cards of all emoji models say."""
    exported = metrics["export"]
    fields = {"parts": parts_table(exported["components"]), "data": DATA, "licence": LICENCE}
    return {**fields, "step": exported["step"], "minutes": exported["minutes"]}


def read_architecture(out: Path, part: str) -> dict:
    return json.loads((out / part / "config.json").read_text(encoding="utf-8"))["architecture"]


def card(out: Path) -> None:
    """Write `README.md` beside the model."""
    metrics = read_metrics(out)
    evaluation = metrics["evaluation"]
    text, flow = read_architecture(out, "text_encoder"), read_architecture(out, "transformer")
    vae, distances = evaluation["autoencoder"], evaluation["frechet"]
    fields = {
        **distances["train"],
        **distances,
        "guidance": distances["train"]["guidance_scale"],
        "prompts": ", ".join(f'"{words}"' for words in GRID),
        **common_fields(metrics),
        "vae_step": vae["step"],
        "vae_minutes": vae["minutes"],
        "psnr_mean": vae["psnr_mean"],
        "psnr_worst": vae["psnr_worst"],
        "text_depth": text["depth"],
        "text_width": text["width"],
        "vocabulary": f"{text['vocab_size']:,}",
        "length": text["max_length"],
        "depth": flow["depth"],
        "width": flow["width"],
        "channels": flow["channels"],
    }
    (out / "README.md").write_text(CARD.format(**fields), encoding="utf-8")
