"""nginx and Caddy in front of a service, by the files of docs/examples and a certificate made for the test."""

import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from os import environ
from pathlib import Path

import pytest
import trustme

from gisgrid.webservers import find_webserver
from tests.house.tree import CHECKOUT
from tests.waiting import until

EXAMPLES = CHECKOUT / "docs" / "examples"
NGINX = """\
daemon off;
pid {place}/nginx.pid;
error_log {place}/error.log;
worker_processes 1;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {place}/body;
    proxy_temp_path {place}/proxy;
    fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi;
    scgi_temp_path {place}/scgi;
    {servers}
}}
"""
SITE = "server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {cert}; ssl_certificate_key {key}; {inner} }}"


def program(name: str) -> str:
    """The web server that the test command found, or the machine's; without one the test is skipped."""
    found = environ.get(f"GISGRID_TEST_{name.upper()}") or find_webserver(name, CHECKOUT / ".gisgrid" / "debs")
    if not found:
        pytest.skip(f"no {name} here: python3 -m gisgrid test brings it")
    return str(found)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def certificate(place: Path) -> tuple[Path, Path]:
    """A certificate for localhost and its key, as files; its maker is in `ca.pem`."""
    authority = trustme.CA()
    made = authority.issue_cert("localhost")
    authority.cert_pem.write_to_path(str(place / "ca.pem"))
    cert, key = place / "cert.pem", place / "key.pem"
    cert.write_bytes(b"".join(one.bytes() for one in made.cert_chain_pems))
    made.private_key_pem.write_to_path(str(key))
    return cert, key


def whole_site(upstream: str, plain: int, port: int, place: Path) -> str:
    """The example for a host of its own, with this test's ports, service and certificate."""
    cert, key = place / "cert.pem", place / "key.pem"
    text = (EXAMPLES / "nginx.conf").read_text()
    text = re.sub(r"^ *listen \[::\].*\n", "", text, flags=re.MULTILINE)
    for said, here in (
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{port} ssl http2;"),
        ("server_name grid.example;", "server_name localhost;"),
        ("/etc/ssl/grid.example/fullchain.pem", str(cert)),
        ("/etc/ssl/grid.example/privkey.pem", str(key)),
        ("http://127.0.0.1:8000", upstream),
    ):
        assert said in text, said
        text = text.replace(said, here)
    return text


def below_a_path(upstream: str, port: int, place: Path) -> str:
    """The example for a path of another site, within such a site."""
    inner = (EXAMPLES / "nginx-below-a-path.conf").read_text()
    assert "proxy_pass http://127.0.0.1:8000/;" in inner
    inner = inner.replace("http://127.0.0.1:8000/", f"{upstream}/")
    return SITE.format(port=port, cert=place / "cert.pem", key=place / "key.pem", inner=inner)


def caddyfile(upstream: str, port: int, place: Path) -> str:
    """Caddy's example, with this test's port, service and certificate."""
    text = (EXAMPLES / "Caddyfile").read_text()
    for said, here in (
        ("grid.example {", f"https://localhost:{port} {{\n\ttls {place / 'cert.pem'} {place / 'key.pem'}"),
        ("127.0.0.1:8000", upstream.removeprefix("http://")),
    ):
        assert said in text, said
        text = text.replace(said, here, 1)
    return "{\n\tadmin off\n\tauto_https off\n}\n" + text


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running(command: list[str], port: int, place: Path) -> Iterator[None]:
    """This web server, once it listens, until the block ends."""
    home = {"PATH": environ["PATH"], "HOME": str(place), "XDG_DATA_HOME": str(place), "XDG_CONFIG_HOME": str(place)}
    log = (place / "out.log").open("w")
    with log, subprocess.Popen(command, stdout=log, stderr=log, env=home) as process:
        try:
            until(lambda: _listens(port) or process.poll() is not None)
            assert process.poll() is None, (place / "out.log").read_text()
            yield
        finally:
            process.terminate()


@contextmanager
def nginx(servers: str, port: int, place: Path) -> Iterator[None]:
    """nginx with these servers."""
    shutil.rmtree(place / "run", ignore_errors=True)
    (place / "run").mkdir(mode=0o755)
    path = place / "nginx.conf"
    path.write_text(NGINX.format(place=place / "run", servers=servers))
    with running([program("nginx"), "-e", str(place / "run" / "error.log"), "-c", str(path)], port, place):
        yield


@contextmanager
def caddy(config: str, port: int, place: Path) -> Iterator[None]:
    """Caddy with this file."""
    path = place / "Caddyfile"
    path.write_text(config)
    with running([program("caddy"), "run", "--config", str(path), "--adapter", "caddyfile"], port, place):
        yield
