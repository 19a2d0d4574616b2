"""How did a request come: from which address, and under which address of this service? Proxies say it, if trusted."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.types import Scope

from gisgrid.errors import Fault, Refused

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
KEY = "gisgrid.way"
"""Where a request's scope holds its Way."""
LINE = "gisgrid.line"
"""Where it holds the server's own `send`, for the parts of a stream."""
LONGEST = 64
"""No address is longer, with its zone."""
OF_PROXIES = re.compile(r"x-forwarded-[a-z]+|forwarded|via|x-real-ip")
_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)*/?")
_PAIR = re.compile(r'\s*([A-Za-z]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;,\s]*)\s*(;|,|$)')


@dataclass(frozen=True)
class Way:
    """Who asks, and under which address he reached this service."""

    address: str
    """Of the client; of the nearest proxy where nobody says more."""
    is_proxied: bool
    scheme: str
    host: str
    """As in a URL: with its port."""
    prefix: str
    """The path below which a proxy serves this service: "" or as `/gis`."""

    @property
    def home(self) -> str:
        """The URL under which people reach this service, without a slash at its end."""
        return f"{self.scheme}://{self.host}{self.prefix}"


def home_of(scope: Scope) -> str:
    """The URL under which this request's caller reaches this service, without a slash at its end."""
    way: Way = scope[KEY]
    return way.home


def read_networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks, separated by commas. Raises Refused naming the one that is neither."""
    try:
        return tuple(ipaddress.ip_network(word.strip(), strict=False) for word in text.split(",") if word.strip())
    except ValueError as error:
        remedy = "addresses or networks with commas between, as 127.0.0.1,10.0.0.0/8"
        raise Refused(Fault("GISGRID_TRUSTED_PROXIES", f"{text!r} is not a list of networks", remedy)) from error


@dataclass(frozen=True)
class Wayfinder:
    """Reads the way of a request, from these proxies' headers only; `public_url` wins over what anybody says."""

    trusted: tuple[Network, ...] = ()
    public_url: str = ""
    names: frozenset[str] = frozenset()
    """This machine's own names, which a Host may say."""

    def find(self, scope: Scope) -> Way:
        """The way of this request (an ASGI scope)."""
        headers = _Headers(scope["headers"])
        peer = scope["client"][0] if scope.get("client") else ""
        said = headers.last("host")
        if self._trusts(peer):
            way = self._through_proxies(headers, peer, scope["scheme"], said)
        else:
            is_proxied = headers.name_proxies or (scope.get("http_version") == "1.0" and _is_loopback(peer))
            way = Way(peer, is_proxied, scope["scheme"], said, "")
        if not _HOST.fullmatch(way.host) or (not self._trusts(peer) and not self._is_own(way.host)):
            way = replace(way, host=_listening(scope))
        return self._in_public(way, said)

    def _through_proxies(self, headers: "_Headers", peer: str, scheme: str, said: str) -> Way:
        """What trusted proxies say. The nearest speaks last; who is not trusted was spoken for by the next."""
        hops = headers.hops()
        address = peer
        for hop in reversed(hops):
            found = read_address(hop.get("for", ""))
            if found is None:
                break
            address = str(found)
            if not self._trusts(address):
                break
        last = hops[-1] if hops else {}
        scheme = last["proto"] if last.get("proto") in ("http", "https") else scheme
        host, prefix = last.get("host") or said, last.get("prefix", "")
        return Way(address, True, scheme, host, prefix.rstrip("/") if _PREFIX.fullmatch(prefix) else "")

    def _in_public(self, way: Way, said: str) -> Way:
        if not self.public_url:
            return way
        public = urlsplit(self.public_url)
        is_there = said.lower() == public.netloc.lower()
        scheme = "https" if is_there and public.scheme == "https" else way.scheme
        prefix = public.path.rstrip("/")
        return PublicWay(way.address, way.is_proxied, scheme, way.host, prefix, self.public_url.rstrip("/"))

    def _trusts(self, address: str) -> bool:
        found = read_address(address)
        return found is not None and any(found in network for network in self.trusted)

    def _is_own(self, host: str) -> bool:
        """May a stranger call us so? By an address of this net or a name that no other net knows; else it is forged."""
        name = re.sub(r":[0-9]+$", "", host).strip("[]").lower()
        found = _read_ip(name) if len(name) <= LONGEST else None
        if found is None:
            return "." not in name or name.endswith(".local") or name in self.names
        return found.is_private or found.is_loopback


@dataclass(frozen=True)
class PublicWay(Way):
    """A way to a service whose address is set."""

    public_url: str = ""

    @property
    def home(self) -> str:
        """The address that is set."""
        return self.public_url


def read_address(text: str) -> IP | None:
    """An IP address, with or without port and brackets; one of IPv4 within IPv6 is of IPv4. None: it is none."""
    word = text.strip().strip('"')
    word = word[1:].partition("]")[0] if word.startswith("[") else word
    if word.count(":") == 1:
        word = word.partition(":")[0]
    return _read_ip(word) if len(word) <= LONGEST else None


@lru_cache(maxsize=1024)
def _read_ip(word: str) -> IP | None:
    """Remembered, because each request asks it of the same few words."""
    try:
        found = ipaddress.ip_address(word)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found


def _is_loopback(address: str) -> bool:
    found = read_address(address)
    return found is not None and found.is_loopback


def _listening(scope: Scope) -> str:
    """Host and port at which this request reached the service itself."""
    host, port = scope.get("server") or ("127.0.0.1", None)
    host = f"[{host}]" if ":" in host else host
    return f"{host}:{port}" if port and port != {"http": 80, "https": 443}.get(scope["scheme"]) else host


class _Headers:
    """The headers of a request, as proxies write them."""

    def __init__(self, raw: Sequence[tuple[bytes, bytes]]) -> None:
        self._all: dict[str, list[str]] = {}
        for name, value in raw:
            self._all.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
        self.name_proxies = any(OF_PROXIES.fullmatch(name) for name in self._all)

    def last(self, name: str) -> str:
        """The last value: what the nearest proxy wrote."""
        return self.all_of(name)[-1] if self.all_of(name) else ""

    def all_of(self, name: str) -> list[str]:
        """All values of a header, from the farthest proxy to the nearest."""
        return [word.strip() for line in self._all.get(name, ()) for word in line.split(",")]

    def hops(self) -> list[dict[str, str]]:
        """What each proxy said, the nearest last. `Forwarded` counts where nobody wrote `X-Forwarded-For`."""
        if "forwarded" in self._all and "x-forwarded-for" not in self._all:
            return _read_forwarded(",".join(self._all["forwarded"]))
        hops = [{"for": address} for address in self.all_of("x-forwarded-for") or [""]]
        for part in ("proto", "host", "prefix"):
            hops[-1][part] = self.last(f"x-forwarded-{part}")
        return hops


def _read_forwarded(text: str) -> list[dict[str, str]]:
    """The elements of a `Forwarded` header (RFC 7239); what cannot be read ends them."""
    hops: list[dict[str, str]] = [{}]
    place = 0
    while place < len(text) and (found := _PAIR.match(text, place)):
        hops[-1][found[1].lower()] = re.sub(r"\\(.)", r"\1", found[2].strip('"'))
        place = found.end()
        if found[3] == ",":
            hops.append({})
    return hops
