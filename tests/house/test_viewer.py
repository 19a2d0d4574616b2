"""The viewer's types and lint are clean beside the API as it is now; an offender planted in a small tree is caught."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gisgrid import viewer_build
from gisgrid.api.app import create_app
from gisgrid.bootstrap import ENVIRONMENT
from gisgrid.settings import read_settings
from tests.house.tree import CHECKOUT, plant

VIEWER = CHECKOUT / "viewer"
TOOLS = {
    "make": ["openapi-typescript/bin/cli.js"],
    "types": ["typescript-native/bin/tsc", "--noEmit"],
    "lint": [".bin/oxlint", "--deny-warnings", "src"],
    "build": ["vite/bin/vite.js", "build"],
}
OFFENDERS = [
    ("types", "const x: number = 'one';\nexport default x;\n", "TS2322"),
    ("types", "export function f(a: string[]): string { return a[0]; }\n", "TS2322"),
    ("types", "export function f() { const unused = 1; }\n", "TS6133"),
    ("lint", "export function f() { debugger; }\n", "no-debugger"),
]
PATHS = re.compile(r'^    "(/[^"]*)": \{(.*?)^    \};', re.MULTILINE | re.DOTALL)
SCHEMAS = re.compile(r"^        (\w+): \{(.*?)^        \};", re.MULTILINE | re.DOTALL)
FIELDS = re.compile(r'^            "?([^\s"?:*/]+)"?(\??): ', re.MULTILINE)
IMPORTED = re.compile(r"""(?:from|import)\s*["']\./([\w.-]+\.js)["']""")
"""What a chunk imports at once; `import(...)` waits."""
FIRST_LOAD = 450_000
METHODS = re.compile(r"^        (get|put|post|delete|patch): (?!\?|never)", re.MULTILINE)


def node_of_the_machine() -> viewer_build.Node:
    """The Node that builds the viewer; the test is skipped where there is none."""
    node = viewer_build.machine_node() or viewer_build.packed_node(ENVIRONMENT / "node")
    if node is None or not (VIEWER / "node_modules").exists():
        pytest.skip("no Node or no packages of the viewer here: python3 -m gisgrid test brings them")
    return node


def run(tool: str, root: Path, *more: str) -> tuple[int, str]:
    """Exit code and words of a tool of the viewer, started in a folder with its packages."""
    node = node_of_the_machine()
    program, *arguments = TOOLS[tool]
    env = {**os.environ, "PATH": f"{node.bin_dir}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [str(node.bin_dir / "node"), str(VIEWER / "node_modules" / program), *arguments, *more]
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def schema() -> str:
    """The types of the API as it is now, made as `npm run check` makes them."""
    node = node_of_the_machine()
    path = f"{node.bin_dir}{os.pathsep}{os.environ.get('PATH', '')}"
    env = {**os.environ, "PATH": path, "PYTHON": sys.executable}
    subprocess.run([*node.npm, "run", "types"], cwd=VIEWER, env=env, capture_output=True, text=True, check=True)
    return (VIEWER / viewer_build.TYPES).read_text(encoding="utf-8")


@pytest.mark.usefixtures("schema")
@pytest.mark.parametrize("tool", ["types", "lint"])
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


@pytest.mark.parametrize("tool", ["types", "lint"])
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


def test_the_generated_types_hold_every_door(schema: str) -> None:
    assert doors_of_the_client(schema) == doors_of_the_service()
    assert fields_of_the_client(schema) == fields_of_the_service()


def made_of(promise: dict[str, Any], folder: Path) -> tuple[int, str]:
    """What the compiler says of the viewer beside the types of another promise than the service's."""
    plant(folder, {str(viewer_build.COLOURS): (CHECKOUT / viewer_build.COLOURS).read_text("utf-8")})
    folder = folder / "viewer"
    folder.mkdir()
    (folder / "promise.json").write_text(json.dumps(promise), encoding="utf-8")
    shutil.copytree(VIEWER / "src", folder / "src")
    shutil.copy(VIEWER / "tsconfig.json", folder)
    (folder / "node_modules").symlink_to(VIEWER / "node_modules")
    made, words = run("make", folder, "promise.json", "-o", str(viewer_build.TYPES))
    assert made == 0, words
    return run("types", folder)


def test_the_compiler_finds_a_door_and_a_field_that_went(tmp_path: Path) -> None:
    promise = promise_of_the_service()
    promise["paths"]["/api/v1/find"] = promise["paths"].pop("/api/v1/locate")
    del promise["components"]["schemas"]["Assignment"]["properties"]["confidence"]
    code, words = made_of(promise, tmp_path)
    assert code != 0
    assert "/api/v1/locate" in words
    assert "'confidence' does not exist" in words


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The viewer as `up` builds it: without the generated types."""
    folder = tmp_path_factory.mktemp("built")
    left_out = shutil.ignore_patterns("node_modules", viewer_build.TYPES.name)
    shutil.copytree(VIEWER, folder / "viewer", ignore=left_out)
    plant(folder, {str(viewer_build.COLOURS): (CHECKOUT / viewer_build.COLOURS).read_text("utf-8")})
    (folder / "viewer/node_modules").symlink_to(VIEWER / "node_modules")
    code, words = run("build", folder / "viewer")
    assert code == 0, words
    return folder / "gisgrid/static"


def first_load(static: Path) -> dict[str, int]:
    """What the page asks for when it opens, and its bytes by gzip: what it names, and what of that imports at once."""
    page = static / "index.html"
    named = re.findall(r'(?:src|href)="\./(assets/[^"]+)"', page.read_text("utf-8"))
    found: dict[str, int] = {}
    while named:
        name = named.pop()
        if name not in found:
            found[name] = (static / f"{name}.gz").stat().st_size
            named += [f"assets/{each}" for each in IMPORTED.findall((static / name).read_text("utf-8"))]
    return found


def test_the_page_opens_with_little(built: Path) -> None:
    found = first_load(built)
    assert any("map-worker" in name for name in found), "the worker is not asked for with the page"
    assert any("start" in name for name in found), "the map is not asked for with the page"
    assert sum(found.values()) <= FIRST_LOAD, found


def test_a_page_that_opens_with_more_is_caught(built: Path, tmp_path: Path) -> None:
    shutil.copytree(built, tmp_path / "static")
    page = tmp_path / "static/index.html"
    heavy = next(path.name for path in (built / "assets").glob("docs-*.js"))
    page.write_text(page.read_text("utf-8").replace("</head>", f'<script src="./assets/{heavy}"></script></head>'))
    assert sum(first_load(page.parent).values()) > FIRST_LOAD


def test_the_generated_types_are_no_source(tmp_path: Path) -> None:
    kept = subprocess.run(["git", "ls-files", "viewer"], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert f"viewer/{viewer_build.TYPES}" not in kept.stdout.split()
    digest = viewer_build._digest(plant(tmp_path, {"src/a.ts": "1"}))
    assert viewer_build._digest(plant(tmp_path, {str(viewer_build.TYPES): "2"})) == digest
    assert viewer_build._digest(plant(tmp_path, {"src/api/client.ts": "3"})) != digest


def test_another_colour_is_another_build(tmp_path: Path) -> None:
    plant(tmp_path, {"viewer/src/a.ts": "1", str(viewer_build.COLOURS): "{}"})
    digest = viewer_build._digest(tmp_path / "viewer")
    plant(tmp_path, {str(viewer_build.COLOURS): '{"map": {}}'})
    assert viewer_build._digest(tmp_path / "viewer") != digest


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
