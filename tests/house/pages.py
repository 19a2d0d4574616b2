"""Checks that read the pages: every verb, option and setting is named, nothing is named that is not, links lead on."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.house.tree import files

TWO_COMMANDS = ("python3 -m gisgrid up", "python3 -m gisgrid test")
FIRST_LINES = 12
EVERY_VERB = {"--help"}
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.*)$", re.MULTILINE)
Command = Any
"""Typer's command or group: it brings a click of its own, which is nobody else's type."""
SETTING = re.compile(r"\bGISGRID_[A-Z0-9_]*[A-Z]\b")
CALL = re.compile(r"(?:`|-m )gisgrid (?!-)([a-z][a-z-]*)((?: [a-z][a-z-]*)?)")


def verbs(command: Command, path: str = "gisgrid") -> Iterator[tuple[str, Command]]:
    """Every verb of a command line with its whole name, groups left out."""
    inner = getattr(command, "commands", {})
    for name, verb in inner.items():
        yield from verbs(verb, f"{path} {name}")
    if not inner:
        yield path, command


def unnamed_verbs(page: str, command: Command) -> list[str]:
    """Which verbs and options of the command line does the page not name in code type?"""
    named = "\n".join(CODE.findall(page))
    faults = []
    for path, verb in verbs(command):
        if not re.search(rf"`{path}\b", named):
            faults.append(path)
        for option in (option for option in verb.params if option.param_type_name == "option"):
            long = max(option.opts, key=len)
            if long not in EVERY_VERB and not re.search(rf"(?<![\w-]){long}(?![\w-])", named):
                faults.append(f"{path} {long}")
    return faults


def unnamed_settings(page: str, names: Iterable[str]) -> list[str]:
    """Which settings does the page not name as the environment variable that they are?"""
    held = set(SETTING.findall(page))
    return [f"GISGRID_{name.upper()}" for name in names if f"GISGRID_{name.upper()}" not in held]


def unreal_settings(root: Path, names: Iterable[str]) -> list[str]:
    """Which variables do pages name that neither the settings nor any program knows?"""
    known = {f"GISGRID_{name.upper()}" for name in names}
    for path in files(root, ".py", ".ts"):
        if "house" not in path.parts:
            known |= set(SETTING.findall(path.read_text("utf-8")))
    return [f"{place}: {name}" for place, page in _pages(root) for name in SETTING.findall(page) if name not in known]


def unreal_verbs(root: Path, command: Command) -> list[str]:
    """Which verbs do pages tell people to use that there are not?"""
    known = {path.removeprefix("gisgrid ") for path, _ in verbs(command)}
    groups = {path.rpartition(" ")[0] for path in known} - {""}
    faults = []
    for place, page in _pages(root):
        for verb, inner in CALL.findall(page):
            whole = verb + inner if verb in groups and inner else verb
            if whole not in known | groups:
                faults.append(f"{place}: gisgrid {whole}")
    return faults


def broken_links(root: Path) -> list[str]:
    """Which links and pictures of pages lead nowhere: no such file, no such heading?"""
    faults = []
    for place, page in _pages(root):
        text = CODE.sub("", page)
        for target in LINK.findall(text):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            path = (root / place).parent / name if name else root / place
            if not path.exists():
                faults.append(f"{place}: {target}")
            elif anchor and path.suffix == ".md" and anchor not in _anchors(path.read_text("utf-8")):
                faults.append(f"{place}: {target}: no such heading")
    return faults


def unlisted_pages(root: Path) -> list[str]:
    """Which pages of docs/ does docs/index.md not lead to? Decisions are found by their folder."""
    index = (root / "docs" / "index.md").read_text("utf-8")
    pages = (path.name for path in sorted((root / "docs").glob("*.md")) if path.name != "index.md")
    return [f"docs/{name}" for name in pages if f"]({name})" not in index]


def wrong_opening(readme: str) -> list[str]:
    """Does the README open with the two commands and a picture, and is it there in both languages?"""
    lines = readme.splitlines()
    start, middle = lines[:FIRST_LINES], readme.partition("\n## 中文")[2]
    faults = [f"does not open with: {line}" for line in TWO_COMMANDS if not any(line in held for held in start)]
    faults += [f"中文 lacks: {line}" for line in TWO_COMMANDS if line not in middle]
    return faults + ([] if re.search(r"!\[[^\]]+\]\(docs/images/", "\n".join(lines[:20])) else ["no picture"])


def _pages(root: Path) -> Iterator[tuple[str, str]]:
    for path in files(root, ".md"):
        yield path.relative_to(root).as_posix(), path.read_text("utf-8")


def _anchors(page: str) -> set[str]:
    """The anchors that a forge makes of headings: lower case, punctuation dropped, blanks to hyphens."""
    words = (re.sub(r"[^\w\s-]", "", heading.lower()).strip() for heading in HEADING.findall(page))
    return {re.sub(r"\s", "-", heading) for heading in words}
