"""The outcome of an attempt to send a notice."""

from dataclasses import dataclass
from typing import Literal

Blame = Literal["target", "notice", "gone"]
"""Whose fault a failure is: the target's (its other notices wait with this one), this notice's, or nobody's who
could mend it (the target says that it is gone)."""


@dataclass(frozen=True)
class Answer:
    """A server's answer: its status, the first 64 KB of its body if read, when to try again."""

    status: int
    body: bytes = b""
    retry_after_s: float = 0.0


class Undelivered(Exception):
    """The notice did not arrive, as far as we know. `retry_after_s`: the target wants no attempt for so long."""

    def __init__(self, said: str, blame: Blame = "target", retry_after_s: float = 0.0) -> None:
        super().__init__(said)
        self.blame: Blame = blame
        self.retry_after_s = retry_after_s


def judge(answer: Answer) -> None:
    """Check that this status means arrived. Raises Undelivered with whose fault it is."""
    status = answer.status
    if 200 <= status < 300:
        return
    said = f"answered {status}"
    if 300 <= status < 400:
        raise Undelivered(f"{said}: redirects are not followed")
    if words := excerpt(answer.body):
        said = f"{said}: {words}"
    if status == 410:
        raise Undelivered(said, "gone")
    mine = 400 <= status < 500 and status not in (401, 403, 404, 407, 408, 429)
    raise Undelivered(said, "notice" if mine else "target", answer.retry_after_s)


def excerpt(body: bytes, length: int = 120) -> str:
    """The beginning of a server's answer on one line, fit for a list."""
    text = body[: 4 * length].decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:length]
