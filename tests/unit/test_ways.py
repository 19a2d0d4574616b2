"""From where a request comes and what this service is called: only trusted proxies say it."""

from typing import Any

import pytest

from gisgrid.errors import Refused
from gisgrid.ways import Wayfinder, read_address, read_networks

TRUSTED = read_networks("127.0.0.1, 10.0.0.0/8, ::1")


def way(headers: dict[str, str], peer: str = "127.0.0.1", public_url: str = "", **scope: Any) -> tuple[str, str, bool]:
    """Address, home and whether a proxy asks."""
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    asked = {"client": (peer, 1), "server": ("127.0.0.1", 8000), "scheme": "http", "http_version": "1.1"}
    found = Wayfinder(TRUSTED, public_url).find({**asked, "headers": raw, **scope})
    return found.address, found.home, found.is_proxied


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ({"X-Forwarded-For": "203.0.113.7"}, "203.0.113.7"),
        ({"X-Forwarded-For": "6.6.6.6, 203.0.113.7"}, "203.0.113.7"),
        ({"X-Forwarded-For": "203.0.113.7, 10.1.1.1"}, "203.0.113.7"),
        ({"X-Forwarded-For": "10.1.1.2, 10.1.1.1"}, "10.1.1.2"),
        ({"X-Forwarded-For": "203.0.113.7:4711"}, "203.0.113.7"),
        ({"X-Forwarded-For": "::ffff:203.0.113.7"}, "203.0.113.7"),
        ({"X-Forwarded-For": "6.6.6.6, unknown"}, "127.0.0.1"),
        ({"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1"),
        ({"Forwarded": 'for="[2001:db8::7]:4711";proto=https'}, "2001:db8::7"),
        ({"Forwarded": "for=6.6.6.6, for=203.0.113.7;host=a.example"}, "203.0.113.7"),
        ({"Forwarded": "for=6.6.6.6", "X-Forwarded-For": "203.0.113.7"}, "203.0.113.7"),
        ({"Forwarded": "for=_hidden"}, "127.0.0.1"),
        ({"Forwarded": '"'}, "127.0.0.1"),
        ({}, "127.0.0.1"),
    ],
)
def test_a_trusted_proxy_says_for_whom_it_asks(headers: dict[str, str], address: str) -> None:
    assert way(headers)[::2] == (address, True)


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"])
def test_what_others_say_is_ignored_but_they_are_not_the_machine(name: str) -> None:
    untrusted = Wayfinder(())
    asked = {"client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000), "scheme": "http", "http_version": "1.1"}
    found = untrusted.find({**asked, "headers": [(name.lower().encode(), b"203.0.113.7")]})
    assert (found.address, found.is_proxied) == ("127.0.0.1", True)
    assert not untrusted.find({**asked, "headers": []}).is_proxied
    assert untrusted.find({**asked, "headers": [], "http_version": "1.0"}).is_proxied, "nginx, told nothing"


LAN = "192.168.1.5:8000"
FORGED = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/x"}


@pytest.mark.parametrize(
    ("headers", "peer", "home"),
    [
        ({"Host": "grid.example", "X-Forwarded-Proto": "https"}, "127.0.0.1", "https://grid.example"),
        ({"Host": "a", "X-Forwarded-Host": "grid.example:8443"}, "127.0.0.1", "http://grid.example:8443"),
        ({"Host": "grid.example", "X-Forwarded-Prefix": "/gis/"}, "127.0.0.1", "http://grid.example/gis"),
        ({"Host": "grid.example", "X-Forwarded-Prefix": "//evil.example"}, "127.0.0.1", "http://grid.example"),
        ({"Host": "grid.example", "X-Forwarded-Proto": "javascript"}, "127.0.0.1", "http://grid.example"),
        ({"Forwarded": "for=1.2.3.4;proto=https;host=grid.example"}, "127.0.0.1", "https://grid.example"),
        ({"Host": "evil.example/x"}, "127.0.0.1", "http://127.0.0.1:8000"),
        ({"Host": LAN, **FORGED}, "192.168.1.9", f"http://{LAN}"),
        ({"Host": "evil.example"}, "192.168.1.9", "http://127.0.0.1:8000"),
        ({"Host": "8.8.8.8"}, "192.168.1.9", "http://127.0.0.1:8000"),
        ({"Host": "localhost:9000"}, "192.168.1.9", "http://localhost:9000"),
        ({"Host": "[::1]:8000"}, "192.168.1.9", "http://[::1]:8000"),
        ({}, "192.168.1.9", "http://127.0.0.1:8000"),
    ],
)
def test_what_this_service_is_called(headers: dict[str, str], peer: str, home: str) -> None:
    assert way(headers, peer)[1] == home


def test_the_address_that_is_set_wins() -> None:
    for headers, peer in (({"Host": "evil.example"}, "192.168.1.9"), (FORGED, "127.0.0.1")):
        assert way(headers, peer, "https://grid.example/gis/")[1] == "https://grid.example/gis"


@pytest.mark.parametrize("text", ["localhost", "10.0.0.0/40", "1.2.3.4;5.6.7.8"])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        read_networks(text)
    assert refused.value.faults[0].field == "GISGRID_TRUSTED_PROXIES"


def test_addresses_are_read_with_and_without_ports() -> None:
    found = [str(read_address(text)) for text in ("1.2.3.4", "1.2.3.4:5", "[::1]:5", "::1", '"[::1]"', "x", "")]
    assert found == ["1.2.3.4", "1.2.3.4", "::1", "::1", "::1", "None", "None"]
