"""A number as its file writes it: exactly, or not at all."""

import re
from decimal import Decimal, InvalidOperation

from gisgrid.cells import AS_TEXT, MOST_DIGITS, TOO_LONG, BadCell

_WHOLE = re.compile(r"([+-]?[0-9]+)(?:\.0*)?")


class Numeral(str):
    """The text of a number in a file that knows numbers from texts."""

    __slots__ = ()


def exact_numeral(text: str, *, is_rounded: bool) -> str | BadCell:
    """What this number is, a whole one without a point; BadCell where it lost digits before it was written.

    `is_rounded`: its writer kept it as floating point, so that more than 15 digits are not its own.
    """
    if match := _WHOLE.fullmatch(text):
        is_long = is_rounded and len(match[1].lstrip("+-0")) > MOST_DIGITS
        return BadCell(f"{text[:40]} is too long: {TOO_LONG}", AS_TEXT) if is_long else match[1]
    try:
        value = Decimal(text)
    except InvalidOperation:
        return BadCell(f"{text[:40]!r} is not a number", AS_TEXT)
    if "e" not in text.lower() or not value.is_finite():
        return text
    if value != value.to_integral_value() or len(value.as_tuple().digits) < value.adjusted() + 1:
        return BadCell(f"{text[:40]} is a number that was shortened", f"write it out, {AS_TEXT}")
    return exact_numeral(str(int(value)), is_rounded=True)
