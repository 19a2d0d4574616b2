"""The viewer's files: how long a browser keeps each, how they travel, and what stays of the build before."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from gisgrid.api.viewer import add_viewer
from gisgrid.viewer_build import last_kept


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    (tmp_path / "assets").mkdir()
    for name, content in {
        "index.html": b"<!doctype html>",
        "sw.js": b"// worker",
        "assets/start-1.js": b"long code",
        "assets/start-1.js.br": b"br",
        "assets/start-1.js.gz": b"gz",
        "assets/old-0.js": b"as it is",
    }.items():
        (tmp_path / name).write_bytes(content)
    app = FastAPI()
    add_viewer(app, tmp_path)
    return TestClient(app)


@pytest.mark.parametrize("path", ["/", "/index.html", "/sw.js"])
def test_the_page_is_asked_for_again(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    again = client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert again.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(("accepted", "coding", "body"), [("gzip, br", "br", b"br"), ("br;q=1", "br", b"br")])
def test_a_file_travels_as_it_was_compressed(client: TestClient, accepted: str, coding: str, body: bytes) -> None:
    with client.stream("GET", "/assets/start-1.js", headers={"Accept-Encoding": accepted}) as answer:
        assert answer.headers["content-encoding"] == coding
        assert b"".join(answer.iter_raw()) == body
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["vary"] == "Accept-Encoding"


def test_a_client_of_plain_gzip_gets_gzip_and_one_of_neither_the_file(client: TestClient) -> None:
    with client.stream("GET", "/assets/start-1.js", headers={"Accept-Encoding": "gzip"}) as answer:
        assert (answer.headers["content-encoding"], b"".join(answer.iter_raw())) == ("gzip", b"gz")
    plain = client.get("/assets/start-1.js", headers={"Accept-Encoding": "identity"})
    assert (plain.content, "content-encoding" in plain.headers) == (b"long code", False)
    assert client.get("/assets/old-0.js").content == b"as it is"
    assert client.get("/assets/none.js").status_code == 404


def test_files_of_the_build_before_stay_and_older_ones_go(tmp_path: Path) -> None:
    assets, own = tmp_path / "assets", tmp_path / "own"

    def build(*names: str) -> set[str]:
        with last_kept(assets, own):
            assets.mkdir(exist_ok=True)
            for file in assets.iterdir():
                file.unlink()
            for name in names:
                (assets / name).write_text(name)
        return {file.name for file in assets.iterdir()}

    assert build("a-1.js", "same.js") == {"a-1.js", "same.js"}
    assert build("a-2.js", "same.js") == {"a-1.js", "a-2.js", "same.js"}
    assert build("a-3.js", "same.js") == {"a-2.js", "a-3.js", "same.js"}
