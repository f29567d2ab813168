"""Sample grids as PNG files."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from torch import Tensor


def save_grid(images: Tensor, columns: int, path: Path, scale: int = 2) -> None:
    """Write float images [N,3,H,W] in [-1, 1] as one PNG, row by row."""
    count, channels, height, width = images.shape
    rows = -(-count // columns)
    pixels = ((images.clamp(-1, 1) + 1) * 127.5).round().byte()
    sheet = pixels.new_full((rows * columns, channels, height, width), 255)
    sheet[:count] = pixels
    sheet = sheet.reshape(rows, columns, channels, height, width).permute(0, 3, 1, 4, 2)
    picture = Image.fromarray(sheet.reshape(rows * height, columns * width, channels).cpu().numpy())
    picture.resize((columns * width * scale, rows * height * scale), Image.NEAREST).save(path)
