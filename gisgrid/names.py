"""Names and how they are said: does a word mean this name, by characters, code, pinyin or the initials of that?"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

MOST_SPOKEN = 200_000
_HAN = re.compile(r"[\u3400-\u9fff]")


def plain(words: str) -> str:
    """Words as they are compared: without spaces, width or case."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", words)).lower()


@dataclass(frozen=True)
class Spoken:
    """A name in plain characters, in pinyin without tones, and by the first letters of that."""

    name: str
    pinyin: str
    initials: str


@lru_cache(maxsize=MOST_SPOKEN)
def spoken(name: str) -> Spoken:
    """How this name is said; 凤凰街 is fenghuangjie and fhj. Takes some 20 microseconds, once a name."""
    written = plain(name)
    from pypinyin import lazy_pinyin  # its dictionaries take a while, and only a search asks them

    parts = lazy_pinyin(written)
    return Spoken(written, "".join(parts), "".join(part[:1] for part in parts))


def rank(words: str, name: Spoken, code: str) -> int | None:
    """How well plain words mean a name with this code: 0 is equal, more is less likely, None is not at all.

    All characters of the words in their order are enough for Chinese ones: 凤凰街道 means 凤凰街街道.
    """
    if words in (code, name.name):
        return 0
    if name.name.startswith(words) or code.startswith(words):
        return 1
    if words in name.name:
        return 2
    if words.isascii():
        return _rank_letters(words, name, code)
    return 6 if len(words) > 1 and _HAN.search(words) and _in_order(words, name.name) else None


def _rank_letters(words: str, name: Spoken, code: str) -> int | None:
    if words.isalpha() and len(words) > 1:
        if name.initials.startswith(words) or name.pinyin.startswith(words):
            return 3
        if words in name.initials or words in name.pinyin:
            return 4
    return 5 if len(words) > 2 and words in code else None


def _in_order(words: str, name: str) -> bool:
    rest = iter(name)
    return all(character in rest for character in words)
