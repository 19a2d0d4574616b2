"""What the service logs: lines for people, or JSON for programs; with the request's id, never with a private value.

Of an exception its type and places are logged, not its words, which may quote what somebody sent.
"""

import json
import logging
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from gisgrid.instants import write_instant
from gisgrid.settings import Settings

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that is being answered; "" outside of any."""
FACTS = ("method", "route", "status", "ms", "actor")
"""What a line about a request says besides: the route's template, never the path that was asked for."""
HOUSE = ("gisgrid", "uvicorn", "uvicorn.error")


class Lines(logging.Formatter):
    """For people: time, level, words, the request's id."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the places of an exception."""
        tail = f" [{REQUEST_ID.get()}]" if REQUEST_ID.get() else ""
        words = f"{_at(record)} {record.levelname.lower()} {record.getMessage()}{tail}"
        return "\n".join([words, *_places(record)])


class Json(logging.Formatter):
    """For programs: one object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        said: dict[str, Any] = {
            "ts": _at(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            "request_id": REQUEST_ID.get(),
            **{name: getattr(record, name) for name in FACTS if hasattr(record, name)},
        }
        if places := _places(record):
            said["exception"] = places
        return json.dumps({name: value for name, value in said.items() if value != ""}, ensure_ascii=False)


def configure_logs(settings: Settings) -> None:
    """Log as the settings say, on stderr; uvicorn's own lines too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json() if settings.log_format == "json" else Lines())
    for name in HOUSE:
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler] if name in ("gisgrid", "uvicorn") else []
        logger.propagate = name == "uvicorn.error"
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    logging.getLogger("gisgrid").setLevel(logging.INFO if settings.log_format == "json" else logging.WARNING)


def _at(record: logging.LogRecord) -> str:
    return write_instant(datetime.fromtimestamp(record.created, UTC), to="milliseconds")


def _places(record: logging.LogRecord) -> list[str]:
    """The types and places of an exception and of what caused it, without its words."""
    error = record.exc_info[1] if record.exc_info else None
    places = []
    while error is not None:
        places += [type(error).__name__, *_frames(error.__traceback__)]
        error = error.__cause__ or error.__context__
    return places


def _frames(trace: TracebackType | None) -> list[str]:
    return [f"  {one.filename}:{one.lineno} {one.name}" for one in traceback.extract_tb(trace)]
