"""Encode a photo again, in a process of its own: a script, photo on stdin, a line of JSON and JPEGs on stdout.

A hostile file can harm only this process, which has bounds on memory and time, no files, nobody's secrets.
Nothing of gisgrid is imported.
"""

import io
import json
import math
import resource
import sys
from typing import Any

MEMORY_BYTES = 1 << 30
CPU_S = 15
MAX_PIXELS = {"JPEG": 250_000_000, "MPO": 250_000_000}
"""By format: a JPEG is decoded at a half, a quarter or an eighth of its size, so that it needs no more memory than a
small one; what has to be decoded whole is bounded by what that takes."""
MAX_WHOLE_PIXELS = 66_000_000
MIN_SIDE_PX = 16
SIDE_PX = 3000
"""The longest side of a kept picture."""
SMALL_SIDE_PX = 400
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP")
PHONE = "send JPEG, PNG, WebP or HEIC; an iPhone takes JPEG under Settings, Camera, Formats, Most Compatible"
AGAIN = "send the photo again, or take another one"
BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"RIFF")
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


class Unfit(Exception):
    """A photo that cannot be kept: message and remedy."""


def bound_itself() -> None:
    """Bound this process's memory and time, and forbid writing files."""
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def develop(photo: bytes) -> tuple[dict[str, Any], bytes, bytes]:
    """Width, height and the camera's location (WGS 84, or null) of a photo, and its JPEGs, large and small.

    Upright, RGB, without metadata. Raises Unfit with message and remedy.
    """
    from PIL import Image  # after the bounds are set

    Image.MAX_IMAGE_PIXELS = None  # counted here, for every format alike
    image = _open(Image, photo)
    gps = _gps(image)
    try:
        upright = _upright(_in_memory(Image, image))
    except MemoryError as error:
        raise Unfit("it takes more memory than there is for a photo", "make it smaller") from error
    except Exception as error:
        raise Unfit(f"it is broken or cut short ({str(error)[:80]})", AGAIN) from error
    width, height = upright.size
    large = _encode(upright)
    upright.thumbnail((SMALL_SIDE_PX, SMALL_SIDE_PX))
    return {"width": width, "height": height, "gps": gps}, large, _encode(upright)


def _open(images: Any, photo: bytes) -> Any:
    is_heif = photo[4:8] == b"ftyp" and photo[8:12] in HEIF_BRANDS
    if is_heif:
        _read_heif()
    try:
        image = images.open(io.BytesIO(photo), formats=("HEIF",) if is_heif else FORMATS)
    except Exception as error:
        if is_heif:
            raise Unfit("this HEIC is broken or cut short", PHONE) from error
        if photo.startswith(BEGINNINGS):
            raise Unfit("it is broken or cut short", AGAIN) from error
        raise Unfit("this is no JPEG, PNG or WebP, nor HEIC, whatever its name says", PHONE) from error
    width, height = image.size
    most = MAX_PIXELS.get(image.format, MAX_WHOLE_PIXELS)
    if width * height > most:
        raise Unfit(f"it has {width} x {height} pixels", f"at most {most // 1_000_000} million: make it smaller")
    if min(width, height) < MIN_SIDE_PX:
        raise Unfit(f"it has {width} x {height} pixels", f"at least {MIN_SIDE_PX} on each side")
    # A JPEG of several pictures (MPO) is how phones keep depth and brightness: the first is the photo.
    # So it is with HEIC, whose further pictures are depth, brightness or a burst.
    if image.format not in ("MPO", "HEIF") and getattr(image, "is_animated", False):
        raise Unfit("it moves", "send one picture")
    return image


def _read_heif() -> None:
    """Let Pillow read HEIF, in this thread alone: each further one costs memory."""
    import pi_heif  # only for those who need it, after the bounds are set

    pi_heif.options.DECODE_THREADS = 1
    pi_heif.register_heif_opener(thumbnails=False)


def _in_memory(images: Any, image: Any) -> Any:
    """The decoded photo, no larger than a kept picture, transparent parts on white; not turned upright yet."""
    orientation = image.getexif()
    if image.format in ("JPEG", "MPO"):
        image.draft("RGB", (SIDE_PX, SIDE_PX))  # decodes a large one at half, a quarter, an eighth of its size
    image.load()
    if image.mode.startswith("I") or image.mode == "F":  # 16 bits of grey
        image = image.convert("F").point(lambda value: value * (1 / 257)).convert("L")
    elif image.mode == "P":
        image = image.convert("RGBA")
    elif image.mode not in ("RGB", "RGBA", "L"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.thumbnail((SIDE_PX, SIDE_PX))
    if image.mode == "RGBA":
        ground = images.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    image = image.convert("RGB")
    image.info = {"exif": orientation.tobytes()} if orientation else {}
    image.getexif().update(orientation)
    return image


def _upright(image: Any) -> Any:
    from PIL import ImageOps

    turned = ImageOps.exif_transpose(image)
    turned.info = {}  # else comments and the like would be written again
    return turned


def _encode(image: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _gps(image: Any) -> dict[str, float] | None:
    """The camera's location, if the photo has it and it can be read; never an error."""
    try:
        held = image.getexif().get_ifd(0x8825)
        lat = _degrees(held[2]) * (-1 if str(held[1]).upper().startswith("S") else 1)
        lon = _degrees(held[4]) * (-1 if str(held[3]).upper().startswith("W") else 1)
    except Exception:
        return None
    if not (math.isfinite(lon) and math.isfinite(lat)) or abs(lon) > 180 or abs(lat) > 90 or (lon, lat) == (0, 0):
        return None
    return {"lon": round(lon, 7), "lat": round(lat, 7)}


def _degrees(parts: Any) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    return degrees + minutes / 60 + seconds / 3600


def main() -> None:
    """Read, answer, end."""
    bound_itself()
    try:
        facts, large, small = develop(sys.stdin.buffer.read())
    except Unfit as unfit:
        facts, large, small = {"unfit": unfit.args}, b"", b""
    facts |= {"bytes": len(large)}
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n" + large + small)


if __name__ == "__main__":
    main()
