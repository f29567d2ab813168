"""Files of cases for `fastflow bench --quality`: what to generate, and the true pictures."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from torch import Tensor

SEED = 2024


@dataclass(frozen=True)
class Case:
    """A prompt, the picture to edit, the true result (uint8 [3,H,W]), and what the result shows in words."""

    prompt: str
    image: Tensor | None = None
    target: Tensor | None = None
    caption: str | None = None


def write_cases(out: Path, cases: list[Case]) -> None:
    """`cases.jsonl` and the pictures beside it, as PNG."""
    out.mkdir(parents=True, exist_ok=True)
    lines = []
    for number, case in enumerate(cases):
        line = {"prompt": case.prompt}
        for name in ("image", "target"):
            picture = getattr(case, name)
            if picture is not None:
                line[name] = f"{number:05d}-{name}.png"
                Image.fromarray(picture.permute(1, 2, 0).numpy()).save(out / line[name])
        if case.caption is not None:
            line["caption"] = case.caption
        lines.append(json.dumps(line, ensure_ascii=False))
    (out / "cases.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"wrote {len(lines)} cases to {out / 'cases.jsonl'}")
