"""A certified provider of sign-ins, as a city has one: node-oidc-provider, installed where it is missing."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2 as httpx

from gisgrid.bootstrap import ensure_node
from tests.sql.servers import free_port

FOLDER = Path(__file__).parent
CLIENT, SECRET = "gisgrid", "invented-secret"


@dataclass
class City:
    """The provider that runs, and its people by name: what they are called, and their groups."""

    issuer: str
    file: Path

    def say(self, **people: dict[str, Any]) -> None:
        """Who is there, from now on."""
        self.file.write_text(json.dumps(people))


@contextmanager
def providing(callback: str, folder: Path) -> Iterator[City]:
    """The provider, which sends people back to this address."""
    node = ensure_node(print)
    if not (FOLDER / "node_modules" / "oidc-provider").is_dir():
        path = f"{node.bin_dir}{os.pathsep}{os.environ['PATH']}"
        install = [*node.npm, "ci", "--no-fund", "--no-audit"]
        subprocess.run(install, cwd=FOLDER, check=True, capture_output=True, env={**os.environ, "PATH": path})
    port, file = free_port(), folder / "people.json"
    file.write_text("{}")
    command = [str(node.bin_dir / "node"), str(FOLDER / "provider.mjs"), str(port), callback, str(file)]
    environ = {"PATH": os.environ["PATH"]}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environ) as child:
        assert child.stdout and child.stdout.readline() == b"ready\n"
        try:
            yield City(f"http://127.0.0.1:{port}", file)
        finally:
            child.terminate()


def go_through(there: httpx.Client, where: str, home: str, person: str) -> str:
    """Sign in at the provider's own pages, from this address on; the address of `home` that it leads back to."""
    for _ in range(12):
        answer = there.get(where)
        if answer.status_code in (302, 303):
            where = str(httpx.URL(where).join(answer.headers["location"]))
            if where.startswith(home):
                return where
            continue
        prompt = "login" if 'name="login"' in answer.text else "consent"
        sent = there.post(where, data={"prompt": prompt, "login": person, "password": "invented"})
        assert sent.status_code in (302, 303), sent.text
        where = str(httpx.URL(where).join(sent.headers["location"]))
    raise AssertionError("the provider leads nowhere")
