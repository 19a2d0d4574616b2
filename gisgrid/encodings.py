"""In which encoding is this text really? GBK is written far more often than it is declared."""

import codecs
import re
from collections.abc import Iterable, Sequence

from gisgrid.errors import Fault, Refused

GBK = "gb18030"
"""The superset of GB 2312 and GBK."""
CHINESE_SHARE = 0.7
WIDE = ("utf-16", "utf-32")
"""No table is written in these."""
_SINGLE_BYTE = re.compile(r"iso8859|cp125|cp437|cp85|latin|koi8|mac")
_NAMES = {"88591": "iso8859-1", "65001": "utf-8", "system": "", "ansi": "", "oem": ""}


def known_encoding(name: str) -> str:
    """Python's name of this encoding, GBK's superset for GBK. Raises Refused for an unknown one."""
    found = declared_encoding(name)
    if not found:
        raise Refused(Fault("--encoding", f"{name[:40]!r} is not a known encoding", "gbk, utf-8, big5 ..."))
    return found


def declared_encoding(name: str) -> str:
    """The encoding that a .cpg names in one of many ways (`UTF-8`, `936`, `ANSI 936`, `GB2312`); empty: none."""
    word = name.strip().strip("\ufeff\0").lower().removeprefix("ansi ").removeprefix("oem ")
    word = _NAMES.get(word, f"cp{word}" if word.isdigit() else word)
    try:
        found = codecs.lookup(word).name if word else ""
        "a".encode(found or "ascii")  # hex and the like are codecs, but not of text
    except (LookupError, ValueError):
        return ""
    return GBK if found in ("gbk", "gb2312", "gb18030", "cp936") else found


def find_encoding(texts: Iterable[bytes], declared: str = "") -> str:
    """In which encoding are these texts? `declared` is what the file says; empty where nothing fits.

    A declaration is believed where it fits, but Latin never where the text is Chinese in another encoding.
    """
    high = [text for text in texts if not text.isascii()]
    if not high:
        return declared or "utf-8"
    in_utf8 = _decoded(high, "utf-8")
    if in_utf8 and any(map(_is_wide, high)):
        return "utf-8"
    high = [text for text in high if not _is_wide(text)]
    is_latin = bool(_SINGLE_BYTE.match(declared))
    if declared and not is_latin and not declared.startswith(WIDE) and _decoded(high, declared):
        return declared
    if in_utf8:
        return "utf-8"
    if _share(high, GBK, ((0xB0, 0xD7), (0xA1, 0xA3))) >= CHINESE_SHARE:
        return GBK
    if _share(high, "big5", ((0xA4, 0xC6), (0xA1, 0xA3))) >= CHINESE_SHARE:
        return "big5"
    return declared if is_latin and _decoded(high, declared) else ""


def decode_cell(cell: bytes, encoding: str) -> tuple[str, bool]:
    """The text of a cell, and whether it was cut in the middle of its last character. Raises UnicodeDecodeError.

    A cell of Chinese in UTF-8 is that in a table of another encoding too: tables are joined from several sources.
    """
    if not cell.isascii() and encoding != "utf-8" and _is_wide(cell):
        return cell.decode(), False
    try:
        return cell.decode(encoding), False
    except UnicodeDecodeError as error:
        if error.end < len(cell) or error.reason not in ("unexpected end of data", "incomplete multibyte sequence"):
            raise
        return cell[: error.start].decode(encoding), True


def _is_wide(text: bytes) -> bool:
    """Is this UTF-8 with a character of three bytes, as Chinese has? What is not UTF-8 hardly ever looks so."""
    try:
        return any(char >= "\u0800" for char in text.decode())
    except UnicodeDecodeError:
        return False


def misread_encoding(texts: Sequence[str]) -> str:
    """The encoding of texts that some program took for Latin-1; empty: they are what they look like."""
    held = [text for text in texts if not text.isascii()]
    raw = [as_latin(text) for text in held]
    known = [text for text in raw if text]
    if not known:
        return ""
    found = find_encoding(known, "iso8859-1")
    return "" if found == "iso8859-1" else found


def as_latin(text: str) -> bytes:
    """The bytes of a text that was decoded as Latin-1 or Windows-1252; empty where it cannot have been."""
    raw = bytearray()
    for char in text:
        try:
            raw += char.encode("latin-1" if char < "\u0100" else "cp1252")
        except UnicodeEncodeError:
            return b""
    return bytes(raw)


def _decoded(texts: list[bytes], encoding: str) -> str:
    try:
        return "".join(decode_cell(text, encoding)[0] for text in texts)
    except (UnicodeDecodeError, LookupError):
        return ""


def _share(texts: list[bytes], encoding: str, leads: tuple[tuple[int, int], ...]) -> float:
    """Which share of the characters beyond ASCII are the encoding's common ones, by their first byte?"""
    wide = [char.encode(encoding) for char in _decoded(texts, encoding) if not char.isascii()]
    common = [pair for pair in wide if len(pair) == 2 and pair[1] >= 0x40 and any(a <= pair[0] <= b for a, b in leads)]
    if encoding == GBK:
        common = [pair for pair in common if pair[1] >= 0xA1]
    return len(common) / len(wide) if wide else 0.0
