"""How many reports may one stranger send? The machine itself and whoever is signed in are not counted."""

import ipaddress

from fastapi import Request
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from gisgrid.access import Caller
from gisgrid.errors import Fault, TooMany


class ReportLimits:
    """A moving window an address, counted in this process."""

    def __init__(self, per_hour: int) -> None:
        self.limit = parse(f"{per_hour}/hour")
        self.limiter = MovingWindowRateLimiter(MemoryStorage())

    def check(self, request: Request, caller: Caller) -> None:
        """May this request go on? Raises TooMany."""
        address = request.client.host if request.client else ""
        if caller.signed_in or _is_loopback(address):
            return
        if not self.limiter.hit(self.limit, "reports", address):
            raise TooMany(Fault("client", f"more than {self.limit.amount} reports in an hour", "try again later"))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address in ("", "testclient")
