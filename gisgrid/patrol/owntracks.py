"""What OwnTracks says: one message, one position of a phone."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from gisgrid.json_text import finite, read_json
from gisgrid.patrol.pings import Ping

UNREADABLE = Ping(None, None, "wgs84", None)
"""A ping that says neither place nor time."""


@dataclass(frozen=True)
class Message:
    """What came: its number at the broker, whose it is, and the ping; None: it says something else."""

    number: int
    quality: int
    name: str
    ping: Ping | None


def read_message(number: int, quality: int, topic: str, body: bytes) -> Message:
    """A message of OwnTracks; only `location` is a ping, WGS 84, `tst` in seconds since 1970, `acc` in metres.

    What claims to be one and cannot be read is a ping without a place and time, which is counted as unreadable.
    """
    name = topic.split("/")[1] if "/" in topic else ""
    try:
        said = read_json(body)
    except ValueError:
        said = None
    if isinstance(said, dict) and said.get("_type") != "location":
        return Message(number, quality, name, None)
    facts = said if isinstance(said, dict) else {}
    at = finite(facts.get("tst"))
    accuracy = finite(facts.get("acc"))
    known = accuracy if accuracy is not None and 0 <= accuracy <= 100_000 else None
    return Message(
        number, quality, name, Ping(finite(facts.get("lon")), finite(facts.get("lat")), "wgs84", _instant(at), known)
    )


def _instant(seconds: float | None) -> datetime | None:
    with suppress(ValueError, OverflowError, OSError):
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    return None
