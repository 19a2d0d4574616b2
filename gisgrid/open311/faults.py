"""What went wrong, in the standard's words: 404 for what is not there, 403 for the api_key, 400 for nearly all else."""

from gisgrid import errors
from gisgrid.chinese import in_chinese
from gisgrid.errors import Fault, GisgridError

STATUS: dict[type[GisgridError], int] = {
    errors.NotFound: 404,
    errors.NotSignedIn: 403,
    errors.NotAllowed: 403,
    errors.TooLarge: 413,
    errors.TooMany: 429,
    errors.Unavailable: 503,
    errors.NoSpace: 507,
}
HEADERS = {429: {"Retry-After": "60"}, 503: {"Retry-After": "2"}, 507: {"Retry-After": "30"}}


class Fault311(Exception):
    """An error of the standard, or several: the status, and a description for people."""

    def __init__(self, status: int, *said: str | Fault) -> None:
        self.status, self.descriptions = status, tuple(map(_describe, said))
        super().__init__("; ".join(self.descriptions))


def translate(error: GisgridError) -> Fault311:
    """This error of the domain as one of the standard."""
    status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), 400)
    return Fault311(status, *error.faults)


def _describe(said: str | Fault) -> str:
    """In Chinese and in English, as far as there are both."""
    return str(said.in_both()) if isinstance(said, Fault) else " | ".join(filter(None, (in_chinese(said), said)))
