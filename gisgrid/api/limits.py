"""How many reports may one stranger send, how often guess a secret? Requests of the machine itself do not count.

A stranger is an address; of IPv6 the network of 64 bits, all of which anybody has.
"""

import ipaddress

from fastapi import Request
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from gisgrid.access import Caller
from gisgrid.errors import Fault, TooMany
from gisgrid.ways import KEY, Way, read_address


class ReportLimits:
    """Reports an address in a moving window, counted in this process."""

    def __init__(self, per_hour: int) -> None:
        self.limit = parse(f"{per_hour}/hour")
        self.limiter = MovingWindowRateLimiter(MemoryStorage())

    def check(self, request: Request, caller: Caller) -> None:
        """May this request go on? Raises TooMany."""
        if caller.signed_in or _is_of_the_machine(request):
            return
        if not self.limiter.hit(self.limit, "reports", _address(request)):
            raise TooMany(Fault("client", f"more than {self.limit.amount} reports in an hour", "try again later"))


class AlarmLimits:
    """Alarms of a device in a moving window, by its token, wherever it sends them from."""

    def __init__(self, per_hour: int) -> None:
        self.limit = parse(f"{per_hour}/hour")
        self.limiter = MovingWindowRateLimiter(MemoryStorage())

    def check(self, device_id: int) -> None:
        """May this device raise another alarm? Raises TooMany."""
        if not self.limiter.hit(self.limit, "alarms", str(device_id)):
            message = f"more than {self.limit.amount} alarms of this device in an hour"
            raise TooMany(Fault("Authorization", message, "try again later"))


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
        if not _is_of_the_machine(request):
            self.limiter.hit(self.limit, "secrets", _address(request))


class RefusalLimits:
    """How many refusals of one stranger are written down? A moving window, so that nobody fills the disk by asking."""

    def __init__(self, per_hour: int) -> None:
        self.limit = parse(f"{per_hour}/hour")
        self.limiter = MovingWindowRateLimiter(MemoryStorage())

    def admit(self, request: Request) -> bool:
        """Is this one to be written down?"""
        return _is_of_the_machine(request) or self.limiter.hit(self.limit, "refusals", _address(request))


def _address(request: Request) -> str:
    """Whose requests are counted together."""
    address = request.client.host if request.client else ""
    found = read_address(address)
    return str(ipaddress.ip_network((found, 64), strict=False)) if found and found.version == 6 else address


def _is_of_the_machine(request: Request) -> bool:
    """Does a program on this machine ask by itself? Not where a proxy on it asks for somebody else."""
    way: Way = request.scope[KEY]
    found = read_address(way.address)
    return not way.is_proxied and (found.is_loopback if found else way.address in ("", "testclient"))
