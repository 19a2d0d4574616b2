"""What a cell of somebody's file says, exactly: codes and numbers of other programs as text, or why not.

Identifiers never pass through a float unseen: a spreadsheet, a DBF column or JSON keeps 15 digits of a number.
"""

import re
from typing import Literal

MOST_DIGITS = 15
"""So many digits of a whole number come through a 64-bit float, and through a spreadsheet."""
TOO_LONG = f"a number of more than {MOST_DIGITS} digits cannot be read exactly here"
AS_TEXT = "save the column as text"
Program = Literal["programs", "excel"]
"""Who opens a CSV: programs read it as it is; for Excel codes are text and times are plain."""
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""What a text begins with that a spreadsheet takes for a formula."""
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?[eE]\+([0-9]+)")
_TEXT_FORMULA = re.compile(r'="((?:[^"]|"")*)"')
_LOOKS_LIKE_A_VALUE = re.compile(r"(?i)[+-]?[0-9][0-9\s.,:/年月日%-]*(e[+-]?[0-9]+)?|true|false")
ERRORS = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!")
"""What a spreadsheet shows where it could not work a formula out."""
_LONGEST_IN_A_FORMULA = 255
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"


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
            raise BadCell(f"{value:.15g} is too long: {TOO_LONG}", AS_TEXT)
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def shown_text(value: object) -> str:
    """This value as `exact_text` has it; a float that is too long as a spreadsheet shows it (3.60302001001001E+19).

    `exact_code` refuses that text, so the fault is found where the cell is read as a code.
    """
    try:
        return exact_text(value)
    except BadCell:
        return f"{value:.14E}"


def exact_code(text: str) -> str:
    """The code in this cell of text, without the marks by which people and spreadsheets keep a code as text.

    Raises BadCell for what a spreadsheet made of a long number: 3.60302E+14.
    """
    text = unmarked(text)
    if text.startswith("'") and text[1:2].isdigit():
        text = text[1:]
    if found := _SCIENTIFIC.fullmatch(text):
        if int(found[2]) >= MOST_DIGITS:
            raise BadCell(f"{text[:40]} is too long: {TOO_LONG}", AS_TEXT)
        raise BadCell(f"{text[:40]!r} is a number that a spreadsheet shortened", f"write it out, {AS_TEXT}")
    return text


def unmarked(text: str) -> str:
    """The text of a cell without blanks and invisible characters around it, and without the marks of spreadsheets:
    `="..."`, and the apostrophe that keeps a text from being a formula.
    """
    text = text.strip().strip(_INVISIBLE).strip()
    if wrapped := _TEXT_FORMULA.fullmatch(text):
        text = wrapped[1].replace('""', '"').strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def harmless(text: str) -> str:
    """The text for a cell of CSV: with an apostrophe in front where a spreadsheet would take it for a formula."""
    return "'" + text if text.startswith(FORMULA) else text


def for_excel(text: str) -> str:
    """The text for a cell of a CSV that Excel opens: what Excel would take for a number or a date as `="..."`.

    So codes keep their zeros and their digits beyond the 15th. Other programs read the formula: this is for Excel.
    """
    if len(text) <= _LONGEST_IN_A_FORMULA and _LOOKS_LIKE_A_VALUE.fullmatch(text):
        return f'="{text}"'
    return harmless(text)
