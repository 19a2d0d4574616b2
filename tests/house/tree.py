"""A tree of source files as the house checks read it: this checkout, or a small one with a planted offender."""

from collections.abc import Callable, Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
NOT_OURS = {".git", "node_modules", "static", "dist", "__pycache__", "build"}
TEXTS = {
    ".py", ".sql", ".ts", ".tsx", ".mjs", ".css", ".html", ".svg", ".json", ".geojson", ".toml", ".md", ".lock", ".csv",
    ".txt", ".yaml", ".yml", ".sh", "",
}  # fmt: skip

Check = Callable[[Path], list[str]]
"""What is wrong in this tree? One line a fault, beginning with the file; empty when all is well."""


def files(root: Path, *suffixes: str) -> Iterator[Path]:
    """The files that belong to the project, in order; without suffixes every text file.

    What a machine makes (environments, data directories, builds, caches: hidden folders but `.ci`) is left out.
    """
    wanted = set(suffixes) or TEXTS
    for path in sorted(root.iterdir()):
        if path.is_dir():
            hidden = path.name.startswith(".") and path.name != ".ci"
            if path.name not in NOT_OURS and not hidden:
                yield from files(path, *suffixes)
        elif path.suffix in wanted:
            yield path


def lines(root: Path, *suffixes: str) -> Iterator[tuple[str, str]]:
    """Every line of these files with its place, `file:number`."""
    for path in files(root, *suffixes):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            yield f"{path.relative_to(root)}:{number}", line


def plant(root: Path, texts: dict[str, str]) -> Path:
    """Write these files below `root`: a tree with an offender in it."""
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root
