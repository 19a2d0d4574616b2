"""`gisgrid version`: imports nothing, so that a script may ask it often."""

import sys

from gisgrid import __version__


def version() -> None:
    """Which version is this?"""
    sys.stdout.write(f"gisgrid {__version__}\n")
