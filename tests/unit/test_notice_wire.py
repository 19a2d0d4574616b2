"""One request to an end point that wants harm: inner networks, redirects, floods, drips, wrong certificates."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import trustme

from gisgrid.errors import Refused
from gisgrid.notices import addresses
from gisgrid.notices.addresses import is_inside, read_address
from gisgrid.notices.mail import read_mailboxes
from gisgrid.notices.outcome import Answer, Undelivered, judge
from gisgrid.notices.signing import check_secret, make_secret, sign
from gisgrid.notices.wire import ANSWER_BYTES, post
from tests.sql.endpoints import EndPoint, answer, cut, drip, flood, hang, listening
from tests.waiting import PATIENCE_S

OK = answer(200, b"fine")
TLS = ssl.create_default_context()


def ask(url: str, *, private: bool = True, tls: ssl.SSLContext = TLS, timeout_s: float = PATIENCE_S) -> Answer:
    address = read_address(url, may_be_http=True)
    return post(address, b"{}", {}, tls=tls, may_be_private=private, timeout_s=timeout_s)


def test_a_good_answer_is_read_and_the_host_is_named() -> None:
    with listening(OK) as hook:
        assert ask(hook.url) == Answer(200, b"fine")
        assert ask(f"http://localhost:{hook.port}/a?b=c").status == 200
    assert [request.headers["host"] for request in hook.requests] == [
        f"127.0.0.1:{hook.port}",
        f"localhost:{hook.port}",
    ]
    assert hook.requests[1].path == "/a?b=c"


def test_a_redirect_is_not_followed() -> None:
    with listening(OK) as inner, listening(answer(302, Location=inner.url)) as hook:
        with pytest.raises(Undelivered, match="redirects are not followed"):
            judge(ask(hook.url))
        assert inner.connections == 0


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0"],
)
def test_no_form_of_this_machines_address_is_connected_to(host: str) -> None:
    with listening(OK) as hook:
        with pytest.raises(Undelivered, match="private network"):
            ask(f"http://{host}:{hook.port}/", private=False)
        assert hook.connections == 0


INSIDE = (
    "10.1.2.3 172.16.0.1 192.168.1.1 127.0.0.1 169.254.169.254 100.64.0.1 100.100.100.200 168.63.129.16 0.0.0.0 0.1.2.3"
    " 192.0.0.1 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1"
    " ::ffff:10.0.0.1 ::ffff:0:10.0.0.1 64:ff9b::10.0.0.1 64:ff9b:1::1 2002:7f00:1::1 2001::1 2001:db8::1 fc00::1"
    " fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1 100::1"
).split()
OUTSIDE = "1.1.1.1 9.255.255.255 11.0.0.0 172.32.0.1 2400:3200::1 ::ffff:1.1.1.1 64:ff9b::1.1.1.1".split()


def test_what_lies_inside_is_known_in_every_form() -> None:
    assert [text for text in INSIDE if not is_inside(text)] == []
    assert [text for text in OUTSIDE if is_inside(text)] == []


@contextmanager
def resolver(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> Iterator[list[str]]:
    """The name server says this, then that; which names were asked for."""
    asked: list[str] = []

    def look_up(host: str, port: int, **_: Any) -> Any:
        texts = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, port)) for text in texts]

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", look_up)
        yield asked


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "is_inside", lambda text: text != "127.0.0.1")
    with listening(OK) as hook, socket.create_server(("127.0.0.2", hook.port)) as inner:
        inner.settimeout(0.05)
        with resolver(monkeypatch, ["127.0.0.1"], ["127.0.0.2"]) as asked:
            assert ask(f"http://rebound.example:{hook.port}/", private=False).status == 200
        assert asked == ["rebound.example"]
        assert hook.requests[0].headers["host"] == f"rebound.example:{hook.port}"
        with pytest.raises(TimeoutError):
            inner.accept()


def test_one_inner_address_among_others_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(OK) as hook, resolver(monkeypatch, ["1.1.1.1", "127.0.0.1"]):
        with pytest.raises(Undelivered, match="127.0.0.1, in a private network"):
            ask(f"http://mixed.example:{hook.port}/", private=False)
        assert hook.connections == 0


def test_a_host_without_an_address_and_a_port_without_a_listener_are_said() -> None:
    gone = EndPoint(OK)
    gone.close()
    with pytest.raises(Undelivered, match="cannot be reached"):
        ask(gone.url)
    with pytest.raises(Undelivered, match="has no address"):
        ask("http://nobody.invalid/", timeout_s=PATIENCE_S)


@pytest.mark.parametrize("behave", [cut, answer(1000), flood(b"HTTP/1.1 200 OK\r\n"), flood(b"")])
def test_what_is_no_answer_is_a_failure(behave: Any) -> None:
    with listening(behave) as hook, pytest.raises(Undelivered):
        judge(ask(hook.url))


@pytest.mark.parametrize("behave", [hang, drip])
def test_what_does_not_answer_in_time_is_a_failure(behave: Any) -> None:
    """Neither gives up by itself."""
    with listening(behave) as hook, pytest.raises(Undelivered, match="timed out"):
        ask(hook.url, timeout_s=0.3)


def test_of_a_huge_answer_the_beginning_is_read() -> None:
    with listening(flood(b"HTTP/1.1 200 OK\r\nContent-Length: 90000000\r\n\r\n")) as hook:
        whole = ask(hook.url)
        assert (whole.status, len(whole.body) <= ANSWER_BYTES) == (200, True)


@contextmanager
def secured(*names: str) -> Iterator[tuple[EndPoint, ssl.SSLContext, list[str]]]:
    """An end point with a certificate for these names, a client that knows its authority, and the names asked for."""
    authority = trustme.CA()
    server, client, asked = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(), list[str]()
    authority.issue_cert(*names).configure_cert(server)
    authority.configure_trust(client)
    server.sni_callback = lambda _socket, name, _context: asked.append(name)
    with listening(OK, server) as hook:
        yield hook, client, asked


def test_tls_is_checked_against_the_name_that_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    with secured("hook.example") as (hook, client, asked), resolver(monkeypatch, ["127.0.0.1"]):
        assert ask(f"https://hook.example:{hook.port}/", tls=client, timeout_s=PATIENCE_S).status == 200
        assert asked == ["hook.example"]
        for url, tls in ((f"https://other.example:{hook.port}/", client), (f"https://hook.example:{hook.port}/", TLS)):
            with pytest.raises(Undelivered, match="certificate"):
                ask(url, tls=tls, timeout_s=PATIENCE_S)
        assert len(hook.requests) == 1
    with listening(OK) as plain, pytest.raises(Undelivered):
        ask(plain.url.replace("http", "https"), timeout_s=0.3)


@pytest.mark.parametrize(
    "url",
    ["http://a.example/", "ftp://a.example/", "https://", "https:///x", "a.example", "https://u:p@a.example/",
     "https://a b/", "https://a.example/\r\nX: y", "https://a.example:99999/", "https://[::1/", "https://[网/",
     "file:///etc/passwd", "https://a.example/\x00"],
)  # fmt: skip
def test_what_is_no_address_of_an_end_point_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        read_address(url, may_be_http=False)


def test_an_address_in_chinese_is_asked_for_as_the_name_server_knows_it() -> None:
    address = read_address("https://网格.example/a?b=1", may_be_http=False)
    assert (address.host, address.port, address.path) == ("xn--0xvs72c.example", 443, "/a?b=1")


def test_a_signature_is_the_one_of_the_specification() -> None:
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    made = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_secrets_are_long_enough_and_different() -> None:
    assert check_secret(make_secret()) != make_secret()
    for bad in ("", "whsec_", "whsec_c2hvcnQ=", "whsec_!!", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_网格"):
        with pytest.raises(Refused):
            check_secret(bad)


@pytest.mark.parametrize(
    ("text", "boxes"),
    [
        ("a@b.example", ["a@b.example"]),
        ("a.b+c@d.example, e@f", ["a.b+c@d.example", "e@f"]),
        ("值班室 <duty@b.example>,a@b.example", ["duty@b.example", "a@b.example"]),
    ],
)
def test_mailboxes_are_read(text: str, boxes: list[str]) -> None:
    assert read_mailboxes("address", text) == boxes


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "nobody",
        "a@",
        "@b.example",
        "a@b.example,",
        "a@b.example, , c@d.example",
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example\nBcc: c@d.example",
        "a@b.example\r\n Bcc: c@d.example",
        "a@b.example\r\n",
        "a@b.example\x00",
        "a@b.example\u2028c@d.example",
        "a@b.example c@d.example",
        "a@b.example)<c@d.example>",
        "a@evil.example,@b.example:c@d.example",
        "a..b@c.example",
        "a@b.example>",
        "<a@b.example> <c@d.example>",
        "\ud800@b.example",
        "值班@b.example",
    ],
)
def test_what_is_not_exactly_mailboxes_is_refused_by_every_python(text: str) -> None:
    with pytest.raises(Refused) as refused:
        read_mailboxes("address", text)
    assert refused.value.faults[0].field == "address"
