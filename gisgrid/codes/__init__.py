"""Code schemes as data: parse, check, parent and level of a code, and the next free ones.

A scheme is a file of segments, shipped in `gisgrid/schemes` or a city's own (docs/codes.md).
"""

from gisgrid.codes.files import load_scheme, scheme_names
from gisgrid.codes.reading_order import reading_order
from gisgrid.codes.scheme import LEVELS, ParsedCode, Scheme
from gisgrid.codes.segments import Segment
from gisgrid.terms import Level

__all__ = [
    "LEVELS",
    "Level",
    "ParsedCode",
    "Scheme",
    "Segment",
    "load_scheme",
    "reading_order",
    "scheme_names",
]
