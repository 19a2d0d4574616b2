"""Which columns of a boundary file hold code, name, level and kind, and what their cells say."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gisgrid.boundaries.reading import FileRows
from gisgrid.cells import AS_TEXT, MOST_DIGITS, TOO_LONG, BadCell, exact_code, exact_text
from gisgrid.errors import Fault, Refused

CODE_FIELDS = ("code", "CODE", "Code", "编码", "网格编码", "统一编码")
NAME_FIELDS = ("name", "NAME", "Name", "名称", "网格名称")
NOT_TEXT: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (dict, "an object"),
    ((list, tuple), "a list"),
    ((bytes, bytearray), "binary data"),
)
MOST_LETTERS = 200
"""Of a name, a code or a title, as app.plain_words has it."""
_WITH_POINT = re.compile(r"([0-9]{6,})\.0+")
_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Characters that turn the direction of what follows: a name would show otherwise than it is stored."""


@dataclass(frozen=True)
class Fields:
    """The columns of a boundary file, by meaning; an empty name is looked for under its usual names."""

    code: str = ""
    name: str = ""
    level: str = ""
    kind: str = ""


def find_columns(rows: FileRows, fields: Fields, level: str | None) -> dict[str, str]:
    """The column of each meaning that the file has: `code`, `name`, `kind`, `level`.

    Raises Refused where no column holds the codes, or nothing says the levels.
    """
    source, present = rows.source, list(rows.columns)
    shown = ", ".join(present) or "none"

    def find(given: str, usual: Sequence[str], option: str, *, needed: bool) -> str:
        found = next((name for wanted in ([given] if given else usual) for name in _called(wanted, rows)), "")
        if given and not found:
            raise Refused(Fault(source, f"no column is called {given!r}", f"choose {option} among: {shown}"))
        if needed and not found:
            raise Refused(Fault(source, "no column holds the code", f"name it with {option}, among: {shown}"))
        return found

    columns = {
        "code": find(fields.code, CODE_FIELDS, "--code-field", needed=True),
        "name": find(fields.name, NAME_FIELDS, "--name-field", needed=False),
        "kind": find(fields.kind, ("kind",), "--kind-field", needed=False),
    }
    if level is None or fields.level:
        columns["level"] = find(fields.level, ("level",), "--level-field", needed=False)
        if not columns["level"]:
            raise Refused(Fault(source, "nothing says the level of the areas", "give --level or --level-field"))
    return {key: column for key, column in columns.items() if column}


def _called(wanted: str, rows: FileRows) -> list[str]:
    """The columns of this name; else those whose name was cut by a Shapefile, which holds ten bytes of it."""
    if wanted in rows.columns:
        return [wanted]
    return [name for name in rows.cut_names if wanted.startswith(name)]


def read_cell(value: Any) -> str:
    """The text of this cell, without blanks around it. Raises BadCell for what is not text or not exact."""
    if isinstance(value, BadCell):
        raise value
    if held := next((name for kinds, name in NOT_TEXT if isinstance(value, kinds)), ""):
        raise BadCell(f"this is {held}, not text", "choose a column of text, or write text there")
    words = exact_text(value).strip()
    if len(words) > MOST_LETTERS:
        raise BadCell(f"{len(words)} characters are too many", f"at most {MOST_LETTERS}")
    return words


def read_code(value: Any) -> str:
    """The code in this cell. Raises BadCell for one that went through a number and lost digits there."""
    code = exact_code(read_cell(value))
    if not (number := _WITH_POINT.fullmatch(code)):
        return code
    if len(number[1]) > MOST_DIGITS:
        raise BadCell(f"{code[:40]} is too long: {TOO_LONG}", AS_TEXT)
    return number[1]


def read_name(value: Any) -> str:
    """The name in this cell. Raises BadCell for two lines and for characters that are not shown."""
    name = read_cell(value)
    for place, char in enumerate(name, 1):
        category = unicodedata.category(char)
        if char in "\n\r\v\f\x85" or category in ("Zl", "Zp"):
            raise BadCell(f"{name!r} has two lines", "write it in one line")
        if category == "Cs" or char == "\0":
            raise BadCell("the text has a character that cannot be stored (NUL, half of a surrogate pair)", "remove it")
        if category == "Cc" or char in _TURNING:
            raise BadCell(f"character {place} of {name!r} is U+{ord(char):04X}, a control character", "remove it")
    return name
