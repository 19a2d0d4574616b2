"""What comes out of a photo: upright, plain JPEG, nothing that was written into it; what is no photo is refused."""

import io
import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gisgrid.errors import Refused
from gisgrid.tickets import darkroom
from gisgrid.tickets.picture import SMALL_SIDE_PX, Unfit, develop
from tests.pictures import camera, encode, plain, taken_at

WHERE = {1: "N", 2: (27.0, 37.0, 26.4), 3: "E", 4: (113.0, 51.0, 36.0)}


def exif(gps: dict[int, Any]) -> Image.Exif:
    """A camera that says this of where it is."""
    held = camera()
    held.get_ifd(0x8825).update(gps)
    return held


def seen(jpeg: bytes) -> tuple[tuple[int, int], list[str]]:
    """Size, and which colour stands in the middle of the left, right, upper and lower edge."""
    image = Image.open(io.BytesIO(jpeg))
    assert (image.format, image.mode) == ("JPEG", "RGB")
    width, height = image.size
    spots = [(2, height // 2), (width - 3, height // 2), (width // 2, 2), (width // 2, height - 3)]
    names = []
    for spot in spots:
        pixel = image.getpixel(spot)
        assert isinstance(pixel, tuple)
        names.append("red" if pixel[0] > pixel[2] else "blue")
    return image.size, names


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_it_stands_upright_and_tells_where_the_camera_was(kind: str) -> None:
    facts, large, small = develop(encode(plain(), kind, exif=taken_at(113.86, 27.624, orientation=6)))
    assert (facts["width"], facts["height"]) == (40, 64)
    for jpeg in (large, small):
        size, colours = seen(jpeg)
        assert (size, colours[2:]) == ((40, 64), ["red", "blue"]), "turned a quarter to the right"
    assert facts["gps"] == {"lon": 113.86, "lat": 27.624}


def test_nothing_that_was_written_into_it_is_kept() -> None:
    profile = b"geheim" * 40
    sent = encode(
        plain(), "JPEG", exif=taken_at(113.86, 27.624), comment=b"geheim", xmp=b"<x>geheim</x>", icc_profile=profile
    )
    for attached in (b"PK\x03\x04geheim", b"<script>geheim</script>"):
        _, large, small = develop(sent + attached)
        for jpeg in (large, small):
            assert b"geheim" not in jpeg and b"Exif" not in jpeg
            image = Image.open(io.BytesIO(jpeg))
            assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def wide_grey() -> Image.Image:
    """16 bits a pixel: dark on the left, bright on the right."""
    return plain().convert("L").convert("I").point(lambda value: value * 257).convert("I;16")


ODD: dict[str, Callable[[], bytes]] = {
    "palette": lambda: encode(plain().quantize(8), "PNG"),
    "CMYK": lambda: encode(plain().convert("CMYK"), "JPEG"),
    "transparent": lambda: encode(plain().convert("RGBA"), "PNG"),
    "several pictures of a phone": lambda: encode(plain(), "MPO", save_all=True, append_images=[plain().rotate(90)]),
    "progressive": lambda: encode(plain(), "JPEG", progressive=True),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_pictures_look_as_they_did(name: str) -> None:
    _, large, _ = develop(ODD[name]())
    assert seen(large) == ((64, 40), ["red", "blue", "blue", "blue"])


def test_grey_of_16_bits_keeps_its_greys() -> None:
    _, large, _ = develop(encode(wide_grey(), "PNG"))
    ours, theirs = Image.open(io.BytesIO(large)).convert("L"), plain().convert("L")
    for spot in ((5, 20), (60, 20)):
        assert ours.getpixel(spot) == pytest.approx(theirs.getpixel(spot), abs=4)


def test_what_was_transparent_is_white() -> None:
    _, large, _ = develop(encode(Image.new("RGBA", (40, 40), (0, 0, 0, 0)), "PNG"))
    assert Image.open(io.BytesIO(large)).getpixel((20, 20)) == (255, 255, 255)


def test_a_large_one_is_made_smaller() -> None:
    facts, large, small = develop(encode(plain(4000, 500), "PNG"))
    assert (facts["width"], facts["height"]) == seen(large)[0] == (3000, 375)
    assert seen(small)[0] == (SMALL_SIDE_PX, 50)


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is so large."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = (
        struct.pack(">I", len(c)) + k + c + struct.pack(">I", zlib.crc32(k + c))
        for k, c in ((b"IHDR", header), (b"IDAT", b"x" * 9))
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


PHOTOS = Path(__file__).parents[1] / "fixtures" / "photos"
HEIC = (PHOTOS / "small.heic").read_bytes()
MEASURE = """import runpy, sys
try: runpy.run_path({script!r}, run_name='__main__')
finally: sys.stderr.write(next(line for line in open('/proc/self/status') if 'VmHWM' in line))
"""


def developed(photo: bytes) -> tuple[dict[str, Any], int]:
    """The facts of a photo, developed in a process of its own as the service does, and the MB that this took."""
    command = [sys.executable, "-I", "-c", MEASURE.format(script=str(darkroom.SCRIPT))]
    done = subprocess.run(command, input=photo, capture_output=True, check=True)  # noqa: S603  # our own script
    facts: dict[str, Any] = json.loads(done.stdout.partition(b"\n")[0])
    return facts, int(done.stderr.split()[1]) >> 10


def test_heic_of_an_iphone_is_a_photo_like_any_other() -> None:
    """HEVC, lying on its side, taken somewhere; invented."""
    facts, large, _ = develop(HEIC)
    assert facts == {"width": 48, "height": 64, "gps": {"lon": 113.86, "lat": 27.624}}
    image = Image.open(io.BytesIO(large))
    assert image.size == (48, 64) and not image.getexif()
    right, left = image.getpixel((40, 8)), image.getpixel((8, 56))
    assert isinstance(right, tuple) and isinstance(left, tuple)
    assert right[0] > 180 > right[1] and left[1] > 180 > left[0]  # red above on the right, green below on the left


def gradient(width: int, height: int, kind: str, mode: str = "RGB", **options: Any) -> bytes:
    return encode(Image.linear_gradient("L").resize((width, height)).convert(mode), kind, **options)


LARGE: dict[str, tuple[Callable[[], bytes], int]] = {
    "50 megapixels": (lambda: gradient(8192, 6144, "JPEG"), 250),
    "200 megapixels": (lambda: gradient(16320, 12240, "JPEG"), 250),
    "50 megapixels, progressive": (lambda: gradient(8192, 6144, "JPEG", progressive=True), 350),
    "50 megapixels in PNG": (lambda: gradient(8192, 6144, "PNG", "RGBA"), 900),
    "48 megapixels of an iPhone": ((PHOTOS / "large.heic").read_bytes, 600),
}


@pytest.mark.parametrize("name", LARGE)
def test_the_pixels_of_phones_are_taken_within_memory(name: str) -> None:
    make, most_mb = LARGE[name]
    facts, took_mb = developed(make())
    assert (facts["width"], facts["height"]) == (3000, 2250)
    assert took_mb < most_mb


UNFIT: dict[str, tuple[Callable[[], bytes], str]] = {
    "a page": (lambda: b"<html>", "no JPEG, PNG or WebP"),
    "GIF": (lambda: encode(plain(), "GIF"), "no JPEG, PNG or WebP"),
    "HEIC": (lambda: b"\0\0\0\x18ftypheic" + b"\0" * 100, "HEIC is broken"),
    "cut HEIC": (lambda: HEIC[:600], "cut short"),
    "cut JPEG": (lambda: encode(plain(), "JPEG")[:-60], "cut short"),
    "cut PNG": (lambda: encode(Image.effect_noise((90, 90), 60), "PNG")[:2000], "cut short"),
    "cut WebP": (lambda: encode(plain(), "WEBP")[:-30], "cut short"),
    "header only": (lambda: b"\xff\xd8\xff", "cut short"),
    "animated WebP": (lambda: encode(plain(), "WEBP", save_all=True, append_images=[plain().rotate(90)]), "moves"),
    "animated PNG": (lambda: encode(plain(), "PNG", save_all=True, append_images=[plain().rotate(90)]), "moves"),
    "a bomb": (lambda: claiming(30_000, 30_000), "30000 x 30000 pixels"),
    "no pixels": (lambda: claiming(0, 40), ""),
    "a spying dot": (lambda: encode(plain(2, 1), "PNG"), "2 x 1 pixels"),
}


@pytest.mark.parametrize("name", UNFIT)
def test_what_is_no_photo_is_refused_with_the_remedy(name: str) -> None:
    make, told = UNFIT[name]
    with pytest.raises(Unfit) as unfit:
        develop(make())
    message, remedy = unfit.value.args
    assert told in message
    assert remedy


@pytest.mark.parametrize(
    "gps",
    [
        {},
        {1: "N", 2: (27.0, 37.0), 3: "E", 4: (113.0, 51.0, 36.0)},
        {1: "N", 2: (97.0, 0.0, 0.0), 3: "E", 4: (113.0, 51.0, 36.0)},
        {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)},
    ],
)
def test_a_camera_that_does_not_know_where_it_was_gives_no_hint(gps: dict[int, Any]) -> None:
    facts, _, _ = develop(encode(plain(), "JPEG", exif=exif(gps)))
    assert facts["gps"] is None


def test_south_and_west_are_negative() -> None:
    facts, _, _ = develop(encode(plain(), "JPEG", exif=exif({**WHERE, 1: "S", 3: "W"})))
    assert facts["gps"] == {"lon": -113.86, "lat": -27.624}


GREEDY = {
    "memory": "x = bytearray(2 << 30)",
    "files": "open({place!r}, 'wb', buffering=0).write(b'x')",
    "a crash": "os.kill(os.getpid(), 11)",
    "time": "while True: pass",
    "lies": "print('[]')",
}


@pytest.mark.parametrize("name", GREEDY)
def test_a_decoder_that_is_taken_over_gets_nowhere(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script, place = tmp_path / "greedy.py", tmp_path / "written"
    load = f"import os, resource, runpy; runpy.run_path({str(darkroom.SCRIPT)!r})['bound_itself']()\n"
    script.write_text(load + GREEDY[name].format(place=str(place)))
    monkeypatch.setattr(darkroom, "SCRIPT", script)
    monkeypatch.setattr(darkroom, "TIMEOUT_S", 1 if name == "time" else 20)
    with pytest.raises(Refused) as refused:
        darkroom.develop(encode(plain()))
    assert "more time or memory" in refused.value.faults[0].message
    assert not place.exists() or place.stat().st_size == 0
