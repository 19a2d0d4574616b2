"""What a cell of somebody's file says, exactly: codes and numbers of other programs as text, or why not.

Identifiers never pass through a float unseen: a spreadsheet, a DBF column or JSON keeps 15 digits of a number.
"""

import re

MOST_DIGITS = 15
"""So many digits of a whole number come through a 64-bit float, and through a spreadsheet."""
TOO_LONG = f"a number of more than {MOST_DIGITS} digits cannot be read exactly here"
AS_TEXT = "save the column as text"
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?[eE]\+[0-9]+")
_TEXT_FORMULA = re.compile(r'="((?:[^"]|"")*)"')


class BadCell(ValueError):
    """A cell that the column cannot hold: why, and what to write instead."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def exact_text(value: object) -> str:
    """This value as the text that its file shows: a whole number without a point, None and NaN as "".

    A string is returned unchanged, a Python int of any length too. Raises BadCell for a float of more than 15 digits
    before its point, because what its last digits were cannot be known.
    """
    value = value.item() if hasattr(value, "item") else value  # a number of numpy
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        if abs(value) >= 10**MOST_DIGITS:
            raise BadCell(f"{value:.15g}: {TOO_LONG}", AS_TEXT)
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def exact_code(text: str) -> str:
    """The code in this cell of text: without the marks by which spreadsheets keep text (`="..."`, a tab).

    Raises BadCell for what a spreadsheet made of a long number: 3.60302E+14.
    """
    text = text.strip()
    if wrapped := _TEXT_FORMULA.fullmatch(text):
        text = wrapped[1].replace('""', '"').strip()
    if _SCIENTIFIC.fullmatch(text):
        raise BadCell(f"{text[:40]!r} is a number that a spreadsheet shortened", f"write it out, {AS_TEXT}")
    return text
