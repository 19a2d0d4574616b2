"""The viewer's types and lint are clean, its client knows every door; an offender planted in a small tree is caught."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gisgrid import viewer_build
from gisgrid.api.app import create_app
from gisgrid.bootstrap import ENVIRONMENT
from gisgrid.settings import read_settings
from tests.house.tree import CHECKOUT, plant

VIEWER = CHECKOUT / "viewer"
TOOLS = {"types": ["tsc", "--noEmit"], "lint": ["oxlint", "--deny-warnings", "src"]}
OFFENDERS = [
    ("types", "const x: number = 'one';\nexport default x;\n", "TS2322"),
    ("types", "export function f(a: string[]): string { return a[0]; }\n", "TS2322"),
    ("types", "export function f() { const unused = 1; }\n", "TS6133"),
    ("lint", "export function f() { debugger; }\n", "no-debugger"),
]
PATHS = re.compile(r'^    "(/[^"]*)": \{(.*?)^    \};', re.MULTILINE | re.DOTALL)
SCHEMAS = re.compile(r"^        (\w+): \{(.*?)^        \};", re.MULTILINE | re.DOTALL)
FIELDS = re.compile(r'^            "?([^\s"?:*/]+)"?(\??): ', re.MULTILINE)
METHODS = re.compile(r"^        (get|put|post|delete|patch): (?!\?|never)", re.MULTILINE)


def run(tool: str, root: Path) -> tuple[int, str]:
    """Exit code and words of a tool of the viewer, started in a folder with its packages."""
    node = viewer_build.machine_node() or viewer_build.packed_node(ENVIRONMENT / "node")
    if node is None or not (VIEWER / "node_modules").exists():
        pytest.skip("no Node or no packages of the viewer here: python3 -m gisgrid test brings them")
    program, *arguments = TOOLS[tool]
    env = {**os.environ, "PATH": f"{node.bin_dir}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [str(node.bin_dir / "node"), str(VIEWER / "node_modules" / ".bin" / program), *arguments]
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("tool", TOOLS)
def test_the_viewer_passes(tool: str) -> None:
    code, words = run(tool, VIEWER)
    assert code == 0, words


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A viewer with one empty file, the same settings and the same packages."""
    for name in ("tsconfig.json", "package.json"):
        shutil.copy(VIEWER / name, tmp_path)
    (tmp_path / "node_modules").symlink_to(VIEWER / "node_modules")
    return plant(tmp_path, {"src/empty.ts": "export {};\n", "vite.config.ts": "export default {};\n"})


@pytest.mark.parametrize("tool", TOOLS)
def test_a_small_viewer_passes(tool: str, small: Path) -> None:
    code, words = run(tool, small)
    assert code == 0, words


@pytest.mark.parametrize(("tool", "text", "told"), OFFENDERS)
def test_an_offender_is_caught(tool: str, text: str, told: str, small: Path) -> None:
    code, words = run(tool, plant(small, {"src/rogue.ts": text}))
    assert code != 0
    assert told in words


def promise_of_the_service() -> dict[str, Any]:
    """The service's OpenAPI."""
    app = create_app(read_settings({}), "postgresql+psycopg2://nobody@/nowhere")
    app.state.database.close()
    return app.openapi()


def doors_of_the_service() -> set[str]:
    """Every method and path that the service promises in its OpenAPI."""
    return {f"{method} {path}" for path, methods in promise_of_the_service()["paths"].items() for method in methods}


def fields_of_the_service() -> set[str]:
    """Every field of every body and answer; with a question mark where it may be absent."""
    schemas = promise_of_the_service()["components"]["schemas"]
    return {
        f"{name}.{field}{'' if field in schema.get('required', ()) or 'default' in told else '?'}"
        for name, schema in schemas.items()
        for field, told in schema.get("properties", {}).items()
    }


def fields_of_the_client(schema: str) -> set[str]:
    """Every field that the viewer's generated types know."""
    components = schema.partition("export interface components")[2].partition("export type $defs")[0]
    return {
        f"{name}.{field}{mark}" for name, body in SCHEMAS.findall(components) for field, mark in FIELDS.findall(body)
    }


def doors_of_the_client(schema: str) -> set[str]:
    """Every method and path that the viewer's generated types know."""
    return {f"{method} {path}" for path, body in PATHS.findall(schema) for method in METHODS.findall(body)}


def test_the_client_knows_every_door() -> None:
    schema = (VIEWER / "src" / "api" / "schema.ts").read_text(encoding="utf-8")
    assert doors_of_the_client(schema) == doors_of_the_service(), "renew it: npm run types, in viewer/"
    assert fields_of_the_client(schema) == fields_of_the_service(), "renew it: npm run types, in viewer/"


def test_a_door_that_the_client_lacks_is_caught() -> None:
    schema = (VIEWER / "src" / "api" / "schema.ts").read_text(encoding="utf-8")
    assert doors_of_the_service() - doors_of_the_client(schema.replace('"/api/v1/locate"', '"/api/v1/find"')) == {
        "get /api/v1/locate"
    }


def test_a_field_that_the_client_lacks_is_caught() -> None:
    schema = (VIEWER / "src" / "api" / "schema.ts").read_text(encoding="utf-8")
    without = re.sub(r"^            distance_to_edge_m: .*$", "", schema, flags=re.MULTILINE)
    assert fields_of_the_service() - fields_of_the_client(without) == {"Assignment.distance_to_edge_m"}


ROOTED = re.compile(
    r"""(?<!GET\()(?<!POST\()(?<!PUT\()(?<!PATCH\()(?<!DELETE\()(?<!\bat\()(?<!indexOf\()['"`]/(?:api|tiles|style)\b"""
)
"""A path from the host's root that neither the client nor `home.at` puts below where the page is."""


def rooted_paths(root: Path) -> list[str]:
    """Which lines of the viewer ask for a path from the host's root, and fail below a proxy's path?"""
    paths = [path for path in sorted((root / "viewer/src").rglob("*.ts*")) if path.name not in ("schema.ts", "home.ts")]
    lines = [(path, line) for path in paths for line in path.read_text("utf-8").splitlines() if ROOTED.search(line)]
    return [f"{path.relative_to(root)}: {line.strip()}" for path, line in lines if not line.lstrip().startswith("*")]


def test_the_viewer_asks_relative_to_its_page() -> None:
    assert rooted_paths(CHECKOUT) == []


def test_a_path_from_the_root_is_caught(tmp_path: Path) -> None:
    good = "api.GET('/api/v1/areas'); at(`/api/v1/events?${query}`); 'see /api'\n"
    plant(tmp_path, {"viewer/src/a.ts": good, "viewer/src/b.tsx": "fetch(`/api/v1/areas`)\n"})
    assert rooted_paths(tmp_path) == ["viewer/src/b.tsx: fetch(`/api/v1/areas`)"]
