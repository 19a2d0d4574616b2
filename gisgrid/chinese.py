"""What is this sentence in Chinese? `chinese.toml` has every English template of the source with its Chinese.

A template is a sentence of an f-string: `{}` is a value, `{!r}` one in quotation marks.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from string import Formatter

CATALOGUE = Path(__file__).with_name("chinese.toml")
BETWEEN, BETWEEN_ZH = "; ", "；"
"""What divides sentences."""
MOST_SENTENCES = 8
WITHIN = "words"
"""The part of the catalogue with what is said within other sentences only."""


@dataclass(frozen=True)
class Template:
    """An English sentence, as the texts around its values, with its Chinese; `quoted` says which values are."""

    texts: tuple[str, ...]
    quoted: tuple[bool, ...]
    chinese: str
    is_within: bool
    """It is said within other sentences only."""
    mark: str
    """The longest of its texts: a sentence without it is another one."""

    @property
    def weight(self) -> int:
        """How many characters of a sentence does it fix? Of two that fit, the one that fixes more is meant."""
        return sum(map(len, self.texts)) + 2 * sum(self.quoted)

    def values_in(self, sentence: str) -> list[str] | None:
        """The values of this sentence; None: it is another one. Each ends where the next text first begins."""
        first, *middle = self.texts
        last = middle.pop() if middle else ""
        at, end = len(first), len(sentence) - len(last)
        if not sentence.startswith(first) or not sentence.endswith(last) or at > end:
            return None
        if not self.quoted:
            return [] if sentence == first else None
        values = []
        for text in middle:
            found = sentence.find(text, at, end)
            if found < 0:
                return None
            values.append(sentence[at:found])
            at = found + len(text)
        values.append(sentence[at:end])
        if not all(_is_quoted(value) for value, quoted in zip(values, self.quoted, strict=True) if quoted):
            return None
        return [value[1:-1] if quoted else value for value, quoted in zip(values, self.quoted, strict=True)]


class _Value(str):
    """A value, which as `{0:said}` is a sentence itself."""

    def __format__(self, how: str) -> str:
        return (how == "said" and _find(self, is_within=True)) or str(self)


def read_template(english: str, chinese: str, room: str = "") -> Template:
    """The template of this entry of the catalogue."""
    texts, quoted = [""], []
    for text, name, _, conversion in Formatter().parse(english):
        texts[-1] += text
        if name is not None:
            texts.append("")
            quoted.append(conversion == "r")
    return Template(tuple(texts), tuple(quoted), chinese, room == WITHIN, max(texts, key=len))


@cache
def templates() -> tuple[Template, ...]:
    """All of the catalogue, those that fix most of a sentence first. Read once, some 20 ms."""
    import tomllib  # here, because a program that shows no fault needs neither it nor the catalogue

    rooms = tomllib.loads(CATALOGUE.read_text("utf-8"))
    found = [read_template(said, chinese, room) for room, texts in rooms.items() for said, chinese in texts.items()]
    return tuple(sorted(found, key=lambda template: template.weight, reverse=True))


@lru_cache(maxsize=1024)
def in_chinese(english: str) -> str:
    """These sentences in Chinese, with the same values; empty where the catalogue lacks one."""
    sentences = [_find(sentence) for sentence in english.split(BETWEEN, MOST_SENTENCES)]
    return BETWEEN_ZH.join(sentences) if all(sentences) else _find(english)


def _find(english: str, *, is_within: bool = False) -> str:
    for template in templates():
        is_meant = template.mark in english and (is_within or not template.is_within)
        if is_meant and (values := template.values_in(english)) is not None:
            return template.chinese.format(*map(_Value, values))
    return ""


def _is_quoted(value: str) -> bool:
    """Is this text in quotation marks, as `repr` writes it? The Chinese has its own."""
    return len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
