"""Tiles that are pictures: what kind of picture some bytes are, one over the other, and back into bytes."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from gisgrid.errors import Fault, Unavailable

Pixels = NDArray[np.uint8]
"""Rows, columns, and red, green, blue, alpha."""
LARGEST_PX = 1024
JPEG_QUALITY = 88
PNG_LEVEL = 3
_KINDS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif", b"RIFF": "image/webp"}


@dataclass(frozen=True)
class Picture:
    """A tile as it is sent: its bytes and what they are."""

    body: bytes
    media_type: str


def as_picture(body: bytes) -> Picture:
    """These bytes as a picture, judged by how they begin and by nothing that anybody says of them. Raises Unavailable.

    A page of a server that is angry, or a drawing with a script in it, is therefore never handed on.
    """
    kind = next((kind for start, kind in _KINDS.items() if body.startswith(start)), None)
    if kind is None:
        raise no_picture()
    return Picture(body, kind)


def read_pixels(picture: Picture) -> Pixels:
    """The pixels of a picture. Raises Unavailable for a broken one, and one that is too large to be a tile."""
    try:
        with Image.open(io.BytesIO(picture.body), formats=("PNG", "JPEG", "GIF", "WEBP")) as image:
            if max(image.size) > LARGEST_PX:
                raise no_picture()
            return np.asarray(image.convert("RGBA"))
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise no_picture() from error


def write_picture(pixels: Pixels, like: str) -> Picture:
    """Pixels as a picture: as JPEG if they came from one (`like`, its media type) and hide all below, else as PNG."""
    image = Image.fromarray(pixels)
    written = io.BytesIO()
    if like == "image/jpeg" and bool((pixels[..., 3] == 255).all()):
        image.convert("RGB").save(written, "JPEG", quality=JPEG_QUALITY)
        return Picture(written.getvalue(), like)
    image.save(written, "PNG", compress_level=PNG_LEVEL)
    return Picture(written.getvalue(), "image/png")


def lay_over(layers: Sequence[Pixels]) -> Pixels:
    """One picture of several, the first one at the bottom; all in the size of the first."""
    below = Image.fromarray(layers[0])
    for pixels in layers[1:]:
        above = Image.fromarray(pixels)
        below = Image.alpha_composite(below, above if above.size == below.size else above.resize(below.size))
    return np.asarray(below)


def no_picture() -> Unavailable:
    """What came from the base map is none."""
    return Unavailable(Fault("basemap", "the base map's server sends something else than a picture", _REMEDY))


_REMEDY = "the operator should look at GISGRID_BASEMAP and its key"
