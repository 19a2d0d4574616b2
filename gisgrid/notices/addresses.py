"""Where a notice may go: an address is read once, its host resolved once, and private addresses refused.

A target must not reach, through this server, what only this server can reach: its own ports, the
district's network, a cloud's metadata. So names are resolved here, every address that comes back is checked, and the
connection goes to the checked address itself, even if the name resolves to another address later.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from gisgrid.errors import Fault, Refused
from gisgrid.notices.outcome import Undelivered

DEFAULT_PORTS = {"https": 443, "http": 80}
# What Python (3.11 to 3.14, each a little differently) does not call private: carrier and benchmark networks, relays
# and translators that lead back to IPv4, and the one public address behind which a cloud keeps its metadata.
INSIDE = [
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15",
        "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16",
        "fc00::/7", "fe80::/10", "fec0::/10",
    )
]  # fmt: skip
CARRIERS = [ipaddress.IPv6Network(text) for text in ("::ffff:0:0/96", "64:ff9b::/96", "::ffff:0:0:0/96")]
"""Networks whose addresses are IPv4 addresses in another form: mapped, or translated on the way."""
KEY_LENGTH = 16
"""A part of a path that is as long may be a key."""
SHORT_KEY = 6
"""A value of a query that is as long may be a key."""


@dataclass(frozen=True)
class Address:
    """A URL taken apart: `host` in ASCII, `path` with its query."""

    scheme: str
    host: str
    port: int
    path: str


def read_address(url: str, *, may_be_http: bool) -> Address:
    """The parts of this URL. Raises Refused: not https (unless a setting allows http), no host, a password in it."""
    remedy = "an address as https://host.example/path"
    try:
        if not url.isascii() and url.isprintable():
            url = _ascii_host(url)
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused(Fault("address", f"this is not an address: {error}", remedy)) from error
    if any(c.isspace() or not c.isprintable() or not c.isascii() for c in url) or not parts.hostname:
        raise Refused(Fault("address", "this is not the address of a host", remedy))
    if parts.scheme not in (("https", "http") if may_be_http else ("https",)):
        raise Refused(Fault("address", f"{parts.scheme!r} is not https", f"{remedy}; or set GISGRID_WEBHOOK_HTTP"))
    if parts.username is not None or parts.password is not None:
        raise Refused(Fault("address", "it holds a name or password", "leave it out: what is sent is signed"))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Address(parts.scheme, parts.hostname, port or DEFAULT_PORTS[parts.scheme], path)


def hide_address(address: str) -> str:
    """An address as it may be shown: what in it may be a key (query values, long parts of the path) is cut short.

    Who has the address of a group's robot, or of a chat's hook, writes to the group.
    """
    return hide_keys(address, address)


def hide_keys(text: str, address: str) -> str:
    """The same text with each key of this address cut short to its last three characters."""
    for key in sorted(_keys_of(address), key=len, reverse=True):
        text = text.replace(key, f"…{key[-3:]}" if len(key) >= KEY_LENGTH else "…")
    return text


def _keys_of(address: str) -> set[str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        return {address}
    if not parts.scheme or not parts.netloc:
        return set()
    values = {piece.partition("=")[2] or piece for piece in parts.query.split("&")}
    pieces = {piece for piece in parts.path.split("/") if len(piece) >= KEY_LENGTH}
    return {key for held in values | pieces for key in (held, unquote(held)) if len(key) >= SHORT_KEY}


def _ascii_host(url: str) -> str:
    host = urlsplit(url).hostname or ""
    try:
        return url.replace(host, host.encode("idna").decode("ascii"), 1)
    except UnicodeError:
        return url


def find_sockets(host: str, port: int, *, may_be_private: bool) -> list[tuple[socket.AddressFamily, tuple[str, int]]]:
    """The addresses of this host now: family and socket address, in the resolver's order.

    Raises Undelivered if there are none, or if one of them is private and private ones are not allowed.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Undelivered(f"{host} has no address: {error}") from error
    places: list[tuple[socket.AddressFamily, tuple[str, int]]] = []
    for family, _, _, _, place in found:
        text = str(place[0])
        if not may_be_private and is_inside(text):
            raise Undelivered(f"{host} is at {text}, in a private network, which is not allowed for this target")
        if (family, (text, port)) not in places:
            places.append((family, (text, port)))
    return places


def is_inside(text: str) -> bool:
    """Is this an address of this machine, of a private network, or of no single host?"""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if any(address in carrier for carrier in CARRIERS):
            return is_inside(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
    outside = address.is_global and not address.is_multicast and not address.is_reserved
    return not outside or any(address in network for network in INSIDE)
