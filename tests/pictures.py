"""Photos for tests: a plain picture, what a camera writes into it, a file of it."""

import io
from typing import Any

from PIL import Image

LEFT, RIGHT = (200, 30, 30), (30, 30, 200)


def plain(width: int = 64, height: int = 40, left: tuple[int, int, int] = LEFT) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width, height), left)
    image.paste(RIGHT, (width // 2, 0, width, height))
    return image


def taken_at(lon: float, lat: float, orientation: int = 1) -> Image.Exif:
    """What a camera there writes into its pictures (north and east), with a word that nobody should read."""
    held = camera(orientation)
    held.get_ifd(0x8825).update({1: "N", 2: _parts(lat), 3: "E", 4: _parts(lon)})
    return held


def camera(orientation: int = 1) -> Image.Exif:
    """What a camera that does not know where it is writes."""
    held = Image.Exif()
    held[0x0112] = orientation
    held[0x010E] = "geheim"
    return held


def encode(image: Image.Image, kind: str = "JPEG", **more: Any) -> bytes:
    """The bytes of its file."""
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def _parts(degrees: float) -> tuple[float, float, float]:
    minutes = degrees % 1 * 60
    return (float(int(degrees)), float(int(minutes)), minutes % 1 * 60)
