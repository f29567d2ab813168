"""`python -m training emoji-motion card`."""

from __future__ import annotations

from pathlib import Path

from ...export.layout import read_metrics
from ..emoji.card import common_fields, read_architecture
from .evaluation import SHOWN
from .model import FRAMES_PER_SECOND, GROUPS, LENGTHS, STYLES

CARD = """\
# Emoji text-to-video

Short clips of moving emoji, 64x64 pixels, 4 to {most} frames, {rate} a second.

![One clip a row](samples.png)

*One clip a row: {prompts}. {steps} Euler steps, guidance {guidance:g}, {frames} frames, seed 1, not selected.*

## Use

```
fastflow video --model emoji-motion --prompt "a red apple bouncing, 3d" --out out/
```

Motions it knows: {motions}; and two objects: "snail and tulip crossing, flat".

## Networks

Those of `models/emoji`, with attention over all positions of all frames added to every second block, and an embedding of the frame's
place in the clip: `hidden_states` and `velocity` of `transformer/model.onnx` are [batch, {channels}, frames, 8, 8], up to
{most} frames. Trained on clips of {lengths} frames. The autoencoder codes every frame by itself.

{parts}

## Data

{data}

Clips are composed from emoji of the groups {groups}, in the styles {styles}: one moves over a white canvas, or two pass each
other.

## Training

```
python -m training emoji-motion train --minutes {minutes:.0f} --cooldown-minutes 20 --batch 128 --threads 1
```

{step:,} steps of 128 frames, from the weights of `models/emoji` (`python -m training emoji restore`). Cost: {minutes:.0f} minutes by the
clock on one CPU core, no accelerator, on top of that model's.

## Figures

Share of {clips:,} clips that move as asked ({frames} frames, {steps} steps, guidance {guidance:g}; training emoji, new noise):

| motion | share |
|---|---|
{rows}

A clip moves as asked when the track of its centre (for zooms: of the covered area) correlates with that of the true clip by more
than 0.7; bouncing and shaking, whose phase is free, when the centre travels at least half as far as in the true clip; spinning when
its frames change at least half as much: this judges the motion, not the object. `python -m training emoji-motion evaluate --samples
{clips}` makes the table, `python -m training emoji-motion card` this page, and `python -m training emoji-motion cases --out DIR` prompts
of emoji held out of training.

## Limits

- Emoji on white that move as a whole: nothing bends or turns its head.
- Small objects lose detail that a still emoji would have. Of a spinning object hardly more than its colours remain.
- It never saw a clip of more than {longest} frames; more than that are made from what shorter ones taught.
- Two crossing objects may mix.
- People, symbols, flags and the noto style are left out.

## Licence

{licence}
"""


def card(out: Path) -> None:
    """Write `README.md` beside the model."""
    metrics = read_metrics(out)
    evaluation = metrics["evaluation"]
    flow = read_architecture(out, "transformer")
    agreement = evaluation["agreement"]
    fields = {
        "most": flow["frames"],
        "rate": FRAMES_PER_SECOND,
        "prompts": ", ".join(f'"{words}"' for words in SHOWN),
        "steps": evaluation["steps"],
        "guidance": evaluation["guidance_scale"],
        "frames": evaluation["frames"],
        "clips": evaluation["clips"],
        "motions": ", ".join(agreement),
        "rows": "\n".join(f"| {kind} | {share:.0%} |" for kind, share in agreement.items()),
        "channels": flow["channels"],
        "groups": ", ".join(GROUPS),
        "styles": " and ".join(STYLES),
        "longest": max(LENGTHS),
        "lengths": " or ".join(str(length) for length in LENGTHS),
        **common_fields(metrics),
    }
    (out / "README.md").write_text(CARD.format(**fields), encoding="utf-8")
