"""JSON that others wrote: read, or refused by one kind of error."""

import json
import math
from typing import Any


def read_json(text: str | bytes) -> Any:
    """What this text says. Raises ValueError, for other than JSON and for what nobody means to say.

    As lists in lists in lists, which end Python's own reader with an error of another kind, and numbers of thousands
    of digits.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("lists or objects lie too deep in one another") from None
    except (json.JSONDecodeError, UnicodeError):
        raise
    except ValueError:
        raise ValueError("a number has too many digits") from None


def finite(value: object) -> float | None:
    """A number of JSON as a float; None for what is none, not finite, or larger than a float can be."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
