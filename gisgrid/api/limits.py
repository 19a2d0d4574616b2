"""How many reports may one stranger send, how often guess a secret? Requests of the machine itself do not count."""

import ipaddress

from fastapi import Request
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from gisgrid.access import Caller
from gisgrid.errors import Fault, TooMany


class ReportLimits:
    """Reports an address in a moving window, counted in this process."""

    def __init__(self, per_hour: int) -> None:
        self.limit = parse(f"{per_hour}/hour")
        self.limiter = MovingWindowRateLimiter(MemoryStorage())

    def check(self, request: Request, caller: Caller) -> None:
        """May this request go on? Raises TooMany."""
        address = _address(request)
        if caller.signed_in or _is_loopback(address):
            return
        if not self.limiter.hit(self.limit, "reports", address):
            raise TooMany(Fault("client", f"more than {self.limit.amount} reports in an hour", "try again later"))


class SecretLimits:
    """How often may one address be wrong about a secret? A moving window, counted in this process."""

    def __init__(self, per_hour: int) -> None:
        self.limit = parse(f"{per_hour}/hour")
        self.limiter = MovingWindowRateLimiter(MemoryStorage())

    def check(self, request: Request, field: str = "X-Report-Secret") -> None:
        """May this address try? Raises TooMany."""
        if not self.limiter.test(self.limit, "secrets", _address(request)):
            raise TooMany(Fault(field, "too many wrong numbers and secrets", "try again later"))

    def count(self, request: Request) -> None:
        """Count a wrong secret of this address."""
        if not _is_loopback(_address(request)):
            self.limiter.hit(self.limit, "secrets", _address(request))


class RefusalLimits:
    """How many refusals of one stranger are written down? A moving window, so that nobody fills the disk by asking."""

    def __init__(self, per_hour: int) -> None:
        self.limit = parse(f"{per_hour}/hour")
        self.limiter = MovingWindowRateLimiter(MemoryStorage())

    def admit(self, request: Request) -> bool:
        """Is this one to be written down?"""
        address = _address(request)
        return _is_loopback(address) or self.limiter.hit(self.limit, "refusals", address)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address in ("", "testclient")
