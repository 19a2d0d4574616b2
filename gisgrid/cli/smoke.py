"""`up --smoke`: does what was started answer? Asked over real HTTP."""

import json
import threading
import urllib.request
from collections.abc import Callable

from gisgrid.bootstrap import say
from gisgrid.errors import Fault, Unavailable

PATHS = ("/readyz", "/", "/tiles/area.json", "/style/day.json", "/openapi.json")


def check_service(where: str, *, done: Callable[[BaseException | None], None]) -> None:
    """Ask every door from a thread of its own; `done` gets what went wrong, or None."""

    def run() -> None:
        try:
            _check(where)
        except Exception as error:  # the caller's thread raises it
            done(error)
        else:
            say("smoke: every door answers")
            done(None)

    threading.Thread(target=run, name="smoke", daemon=True).start()


def _check(where: str) -> None:
    for path in PATHS:
        _get(where + path)
    if not json.loads(_get(f"{where}/api/v1/networks")):
        say("smoke: no boundaries here yet; `gisgrid import FILE` brings them")
        return
    point = _first_point(json.loads(_get(f"{where}/api/v1/areas?level=district")))
    if point:
        _get(f"{where}/api/v1/locate?lon={point[0]}&lat={point[1]}&system=wgs84")


def _first_point(collection: dict[str, list[dict[str, dict[str, list[list[list[list[float]]]]]]]]) -> list[float]:
    features = collection["features"]
    return features[0]["geometry"]["coordinates"][0][0][0] if features else []


def _get(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310  # our own address
            body: bytes = answer.read()
            return body
    except OSError as error:
        raise Unavailable(Fault(url, f"this door does not answer: {error}", "see the lines above")) from error
