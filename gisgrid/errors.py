"""Errors of the domain: no HTTP, no SQL."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gisgrid.chinese import in_chinese

MOST_SHOWN = 20
_OF_EACH_KIND = 3
_VALUE = re.compile(r"'[^']*'|\"[^\"]*\"|[+-]?[0-9][0-9.,:+-]*")


@dataclass(frozen=True)
class Fault:
    """One fault: where it is, what is wrong, what to do.

    The Chinese is given where SQL says it; else `chinese.toml` has it, with what values are called in it (`names`).
    """

    field: str
    message: str
    remedy: str = ""
    message_zh: str = ""
    remedy_zh: str = ""
    names: tuple[tuple[str, str], ...] = ()
    """Values of the English sentences that have a name of their own in Chinese, with that."""

    def in_both(self) -> "Fault":
        """The fault with its Chinese; a remedy that has none, as a name or an address, stays as it is."""
        if self.message_zh or not (message_zh := in_chinese(self.message)):
            return self
        remedy_zh = in_chinese(self.remedy) or self.remedy
        for english, chinese in self.names:
            message_zh, remedy_zh = message_zh.replace(english, chinese), remedy_zh.replace(english, chinese)
        return replace(self, message_zh=message_zh, remedy_zh=remedy_zh)

    def __str__(self) -> str:
        english = " -> ".join(filter(None, (self.message, self.remedy)))
        chinese = " -> ".join(filter(None, (self.message_zh, self.remedy_zh)))
        return f"{self.field}: " + " | ".join(filter(None, (chinese, english)))


def kind_of(message: str) -> str:
    """The message without the values in it: faults of one kind differ in these alone."""
    return _VALUE.sub("…", message)


def summarise(faults: Sequence[Fault], shown: int = MOST_SHOWN) -> list[str]:
    """The lines for people: all faults if they are few; else some of each kind in full, and how many there are.

    The Chinese of a fault comes below it.
    """
    if len(faults) <= shown:
        return [line for fault in faults for line in _lines(fault)]
    kinds: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        kinds.setdefault((kind_of(fault.field.rpartition(", ")[2]), kind_of(fault.message)), []).append(fault)
    of_each = max(1, min(_OF_EACH_KIND, shown // len(kinds)))
    first = [fault for same in list(kinds.values())[:shown] for fault in same[:of_each]]
    lines = [line for fault in faults if any(fault is one for one in first) for line in _lines(fault)]
    lines.append(f"and {len(faults) - len(first):,} more (--json has all of them):")
    counts = sorted(((len(same), *kind) for kind, same in kinds.items()), reverse=True)
    return lines + [f"  {count:,} x {where}: {kind}" for count, where, kind in counts[:shown] if count > of_each]


def _lines(fault: Fault) -> list[str]:
    said = fault.in_both()
    if fault.message_zh or not said.message_zh:
        return [_shorten(str(fault))]
    return [_shorten(str(fault)), _shorten("  " + " -> ".join(filter(None, (said.message_zh, said.remedy_zh))))]


def _shorten(line: str, longest: int = 2_000) -> str:
    return line if len(line) <= longest else f"{line[: longest // 2]} … {line[-longest // 2 :]}"


class GisgridError(Exception):
    """Why could this not be done? `faults` names each place with its remedy; never empty."""

    title = "Refused"

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__(*faults)

    def __str__(self) -> str:
        return "; ".join(map(str, self.faults))

    def said_of(self, field: str) -> "GisgridError":
        """The error with other places: for example the file whose row the database refused."""
        return type(self)(*(replace(fault, field=field) for fault in self.faults))


class Unreadable(GisgridError):
    """The input cannot be read at all (not JSON, not a boundary file, wrong encoding)."""

    title = "Unreadable"


class Refused(GisgridError):
    """The input can be read but is wrong; nothing was changed."""


class NotSignedIn(GisgridError):
    """The caller has to sign in for this."""

    title = "Not signed in"


class NotAllowed(GisgridError):
    """The caller is signed in, but may not do this here."""

    title = "Not allowed"


class NotFound(GisgridError):
    """There is no such thing, or not at that date."""

    title = "Not found"


class Conflict(GisgridError):
    """The request contradicts the present state (a key used for another body, a step that was taken)."""

    title = "Conflict"


class TooLarge(GisgridError):
    """The body is larger than the limit."""

    title = "Too large"


class NoSpace(GisgridError):
    """A disk is full; what was already acknowledged is safe, nothing new is taken until there is room."""

    title = "No space left"


class TooMany(GisgridError):
    """More requests than this caller may send; try again later."""

    title = "Too many requests"


class Unavailable(GisgridError):
    """A part that this needs is not available now (database starting, pool exhausted); try again."""

    title = "Unavailable"
