"""Photos are decoded and encoded again in a separate process, a few at a time."""

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from gisgrid.errors import Fault, Refused, Unavailable

SCRIPT = Path(__file__).with_name("picture.py")
TIMEOUT_S = 20
AT_ONCE = 2
WAITING = 3
"""How many requests may wait here at once; more would take all threads of the service."""
TOO_MUCH = Fault(
    "body", "it takes more time or memory than there is for a photo", "make the photo smaller, or take another one"
)
_places = threading.BoundedSemaphore(WAITING)
_tables = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Picture:
    """A photo to keep: JPEG, upright, without metadata. `gps`: lon, lat of the camera, if the photo had them."""

    large: bytes
    small: bytes
    width: int
    height: int
    gps: tuple[float, float] | None

    @property
    def sha256(self) -> str:
        """The SHA-256 of the large picture, hexadecimal."""
        return sha256(self.large).hexdigest()


def develop(photo: bytes) -> Picture:
    """Decode a photo: JPEG, PNG or WebP by its content, within bounds of pixels, memory and time.

    Raises Refused (not such a picture), Unavailable (too many at once). Costs 0.2 s and more.
    """
    if not photo:
        raise Refused(Fault("body", "there is no photo in it", "send the photo's bytes as the body"))
    if not _places.acquire(blocking=False):
        raise Unavailable(Fault("body", "too many photos come in at once", "try again in a moment"))
    try:
        with _tables:
            answer = _run(photo)
    finally:
        _places.release()
    line, _, pictures = answer.partition(b"\n")
    try:
        return _read(json.loads(line), pictures)
    except (ValueError, LookupError, TypeError) as error:  # a hostile photo has taken over the script
        raise Refused(TOO_MUCH) from error


def _read(facts: dict[str, Any], pictures: bytes) -> Picture:
    if "unfit" in facts:
        message, remedy = facts["unfit"]
        raise Refused(Fault("body", message, remedy))
    gps = facts["gps"]
    return Picture(
        large=pictures[: facts["bytes"]],
        small=pictures[facts["bytes"] :],
        width=facts["width"],
        height=facts["height"],
        gps=(gps["lon"], gps["lat"]) if gps else None,
    )


def _run(photo: bytes) -> bytes:
    """Run the script; returns its output. The script sees neither our environment nor our open files."""
    command = [sys.executable, "-I", str(SCRIPT)]
    try:
        done = subprocess.run(command, input=photo, capture_output=True, check=True, timeout=TIMEOUT_S, env={})
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise Refused(TOO_MUCH) from error
    return done.stdout
