"""What is done to a picture to get a pair: damage of common kinds, at a random strength."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

Distortion = Callable[[np.random.Generator, Image.Image, Image.Image], Image.Image]


def strength(random: np.random.Generator, least: float, most: float) -> float:
    """Small values as often as large ones."""
    return float(np.exp(random.uniform(np.log(least), np.log(most))))


def blur(random: np.random.Generator, picture: Image.Image, _other: Image.Image) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(strength(random, 0.3, 4)))


def noise(random: np.random.Generator, picture: Image.Image, _other: Image.Image) -> Image.Image:
    values = np.asarray(picture, np.float32)
    deviation = strength(random, 1, 60)
    return to_picture(values + deviation * random.standard_normal(values.shape))


def jpeg(random: np.random.Generator, picture: Image.Image, _other: Image.Image) -> Image.Image:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=int(random.integers(5, 96)))
    return Image.open(stream).convert("RGB")


def colour(random: np.random.Generator, picture: Image.Image, _other: Image.Image) -> Image.Image:
    """Gain and offset of every channel, contrast, saturation."""
    change = strength(random, 0.02, 0.5)
    values = np.asarray(picture, np.float32)
    gain, offset = 1 + change * random.uniform(-1, 1, 3), 128 * change * random.uniform(-1, 1, 3)
    changed = to_picture((values - 128) * gain + 128 + offset)
    return ImageEnhance.Color(changed).enhance(1 + change * random.uniform(-1, 1))


def shift(random: np.random.Generator, picture: Image.Image, _other: Image.Image) -> Image.Image:
    """Moved by up to four pixels, turned by up to five degrees; the edge repeats."""
    moved = strength(random, 0.1, 4)
    x, y = moved * random.uniform(-1, 1, 2)
    padded = Image.fromarray(np.pad(np.asarray(picture), ((8, 8), (8, 8), (0, 0)), mode="edge"))
    angle = 1.25 * moved * random.uniform(-1, 1)
    turned = padded.rotate(angle, Image.BICUBIC, translate=(0, 0)).transform(padded.size, Image.AFFINE, (1, 0, x, 0, 1, y), Image.BICUBIC)
    return turned.crop((8, 8, 8 + picture.width, 8 + picture.height))


def resample(random: np.random.Generator, picture: Image.Image, _other: Image.Image) -> Image.Image:
    side = int(picture.width / random.uniform(1.1, 5))
    down, up = random.choice([Image.NEAREST, Image.BILINEAR, Image.BICUBIC], 2)
    return picture.resize((side, side), int(down)).resize(picture.size, int(up))


def blend(random: np.random.Generator, picture: Image.Image, other: Image.Image) -> Image.Image:
    """Partly, or in one soft spot, another picture: how a sample that went astray differs."""
    share = strength(random, 0.02, 1)
    weights = np.full((picture.height, picture.width, 1), share)
    if random.random() < 0.5:
        y, x = np.mgrid[0 : picture.height, 0 : picture.width]
        cx, cy = random.uniform(0, picture.width, 2)
        weights = share * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * random.uniform(4, 20) ** 2))[..., None]
    first, second = np.asarray(picture, np.float32), np.asarray(other, np.float32)
    return to_picture(first + weights * (second - first))


def several(random: np.random.Generator, picture: Image.Image, other: Image.Image) -> Image.Image:
    for index in random.choice(len(DISTORTIONS) - 1, 2, replace=False):
        picture = list(DISTORTIONS.values())[index](random, picture, other)
    return picture


DISTORTIONS: dict[str, Distortion] = {
    "blur": blur,
    "noise": noise,
    "jpeg": jpeg,
    "colour": colour,
    "shift": shift,
    "resample": resample,
    "blend": blend,
    "several": several,
}


def to_picture(values: np.ndarray) -> Image.Image:
    return Image.fromarray(np.rint(values.clip(0, 255)).astype(np.uint8))
