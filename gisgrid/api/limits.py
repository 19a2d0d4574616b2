"""How many reports may one stranger send, how often guess a secret, how many streams hold open?

A stranger is an address; of IPv6 the network of 64 bits, all of which anybody has. Requests of the machine itself do
not count. All processes that serve together count as one (`api.counts`).
"""

import ipaddress

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from gisgrid.access import Caller
from gisgrid.api.counts import Counts
from gisgrid.errors import Fault, TooMany
from gisgrid.ways import KEY, Way, read_address

HOUR_S = 3600


class ReportLimits:
    """Reports an address in a moving window."""

    def __init__(self, per_hour: int, counts: Counts) -> None:
        self.most, self.counts = per_hour, counts

    async def admit(self, request: Request, caller: Caller) -> None:
        """As `check`; in a thread where other processes may be waited for."""
        if self.counts.is_shared:
            await run_in_threadpool(self.check, request, caller)
        else:
            self.check(request, caller)

    def check(self, request: Request, caller: Caller) -> None:
        """May this request go on? Raises TooMany."""
        if caller.signed_in or _is_of_the_machine(request):
            return
        if not self.counts.hit("reports", _address(request), most=self.most, window_s=HOUR_S):
            raise TooMany(Fault("client", f"more than {self.most} reports in an hour", "try again later"))


class AlarmLimits:
    """Alarms of a device in a moving window, by its token, wherever it sends them from."""

    def __init__(self, per_hour: int, counts: Counts) -> None:
        self.most, self.counts = per_hour, counts

    def check(self, device_id: int) -> None:
        """May this device raise another alarm? Raises TooMany."""
        if not self.counts.hit("alarms", str(device_id), most=self.most, window_s=HOUR_S):
            message = f"more than {self.most} alarms of this device in an hour"
            raise TooMany(Fault("Authorization", message, "try again later"))


class SecretLimits:
    """How often may one address be wrong about a secret? A moving window."""

    def __init__(self, per_hour: int, counts: Counts) -> None:
        self.most, self.counts = per_hour, counts

    def check(self, request: Request, field: str = "X-Report-Secret") -> None:
        """May this address try? Raises TooMany."""
        if self.counts.is_full("secrets", _address(request), most=self.most):
            raise TooMany(Fault(field, "too many wrong numbers and secrets", "try again later"))

    def count(self, request: Request) -> None:
        """Count a wrong secret of this address."""
        if not _is_of_the_machine(request):
            self.counts.hit("secrets", _address(request), most=self.most, window_s=HOUR_S)


class RefusalLimits:
    """How many refusals of one stranger are written down? A moving window, so that nobody fills the disk by asking."""

    def __init__(self, per_hour: int, counts: Counts) -> None:
        self.most, self.counts = per_hour, counts

    def admit(self, request: Request) -> bool:
        """Is this one to be written down?"""
        return _is_of_the_machine(request) or self.counts.hit(
            "refusals", _address(request), most=self.most, window_s=HOUR_S
        )


class BasemapLimits:
    """How many tiles of the base map may one stranger let us fetch? What is kept here does not count."""

    def __init__(self, per_hour: int, counts: Counts) -> None:
        self.most, self.counts = per_hour, counts

    def check(self, request: Request, caller: Caller) -> None:
        """May this tile be fetched? Raises TooMany."""
        if caller.signed_in or _is_of_the_machine(request):
            return
        if not self.counts.hit("basemap", _address(request), most=self.most, window_s=HOUR_S):
            raise TooMany(Fault("client", f"more than {self.most} tiles of the base map in an hour", "try again later"))


class StreamLimits:
    """How many streams of events may one address hold open at once?"""

    def __init__(self, most: int, counts: Counts) -> None:
        self.most, self.counts = most, counts

    def take(self, request: Request) -> str | None:
        """Hold one more open, until `give_back` of the answer; None: nobody counts this one. Raises TooMany."""
        if _is_of_the_machine(request):
            return None
        who = _address(request)
        if not self.counts.take("streams", who, most=self.most):
            message = f"more than {self.most} open maps of one address"
            raise TooMany(Fault("client", message, "close some, or let the operator raise GISGRID_STREAMS_PER_ADDRESS"))
        return who

    def give_back(self, who: str | None) -> None:
        """One is closed."""
        if who is not None:
            self.counts.give_back("streams", who)


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
