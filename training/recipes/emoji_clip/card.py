"""`python -m training emoji-clip card`."""

from __future__ import annotations

from pathlib import Path

from ...export.layout import read_metrics
from ..emoji.card import common_fields

CARD = """\
# Emoji image-text scorer

Scores how well a 64x64 picture of an emoji fits a prompt: the cosine between two unit vectors. Trained in the manner of CLIP
(Radford et al. 2021, [arXiv:2103.00020](https://arxiv.org/abs/2103.00020)) on emoji alone. **It is not CLIP**: its scores compare with
each other and with nothing else.

## Use

```
fastflow score --proxy clip --weights models/emoji-clip --prompt "a fox, 3d" fox.png
```

The folder has the layout of a transformers ONNX export of CLIP: `onnx/text_model.onnx` (`input_ids`, `attention_mask` to `text_embeds`)
and `onnx/vision_model.onnx` (`pixel_values` [batch, 3, 64, 64] in [-1, 1] to `image_embeds`).

{parts}

## Data

{data}

## Training

```
python -m training emoji-clip train --minutes {minutes:.0f} --cooldown-minutes 2 --batch 256
```

{step:,} steps of 256 pairs (symmetric cross-entropy; pictures are shifted, mirrored, blurred or made noisy). Cost: {minutes:.0f} minutes
by the clock on two CPU cores that other work shared, no accelerator.

## Figures

Text-to-image recall within one style, one picture a label in its default skin tone, prompts "caption, style"; mean over the styles:

| labels | candidates | recall@1 | recall@10 | recall@10 by chance |
|---|---|---|---|---|
| held out: neither picture nor label seen | {test_pool} | {test_1:.0%} | {test_10:.0%} | {test_chance:.0%} |
| seen in training | {train_pool} | {train_1:.0%} | {train_10:.0%} | {train_chance:.0%} |

`python -m training emoji-clip export` makes the table, `python -m training emoji-clip card` this page.

## Limits

- Use it for pictures and prompts of the kind it was trained on, such as what `models/emoji` makes: on held-out labels it is a weak
  judge, as the table says.
- Mirrored pictures count as equal, so it can't tell left from right.

## Licence

{licence}
"""


def card(out: Path) -> None:
    """Write `README.md` beside the model."""
    metrics = read_metrics(out)
    recall = metrics["evaluation"]["recall"]
    fields = common_fields(metrics)
    for split, figures in recall.items():
        fields |= {f"{split}_{k}": figures[f"recall@{k}"] for k in (1, 10)}
        fields |= {f"{split}_pool": figures["pool"], f"{split}_chance": 10 / figures["pool"]}
    (out / "README.md").write_text(CARD.format(**fields), encoding="utf-8")
