"""The commands that a page shows, as a reader types them, and what it says that they answer."""

import contextlib
import io
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from gisgrid.cli.main import run
from gisgrid.loading import ReadOptions, read_sheet, write_table

BLOCK = re.compile(r"(?:^    .+\n|^\n(?=    ))+", re.MULTILINE)


@dataclass(frozen=True)
class Command:
    """A command of `gisgrid`, and the lines that the page shows below it."""

    words: tuple[str, ...]
    answer: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """What a command said, on both channels, and its exit code."""

    code: int
    said: str


def commands_of(page: str, heading: str) -> list[Command]:
    """The commands of a page's section, in their order."""
    section = re.split(r"^## ", page.partition(f"## {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    found: list[Command] = []
    for block in BLOCK.findall(section):
        text = re.sub(r"\\\n\s*", "", block)
        for line in filter(None, map(str.strip, text.splitlines())):
            if line.startswith("gisgrid "):
                found.append(Command(tuple(shlex.split(line)[1:]), ()))
            elif found:
                found[-1] = Command(found[-1].words, (*found[-1].answer, line))
    return found


def follow(command: Command) -> Answer:
    """Run the command in the folder of now."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = run(list(command.words))
    return Answer(code, said.getvalue())


def fill_in(path: Path) -> None:
    """Fill in what the words become, as the page says: the guess, else by how the word ends."""
    sheet = read_sheet(path, ReadOptions())
    ends = {"隐患": "hazard", "扰民": "dispute"}
    rows = []
    for column, value, times, _, guess, name in sheet.rows:
        becomes = guess or next((meant for end, meant in ends.items() if value.endswith(end)), "livelihood")
        rows.append((column, value, times, becomes, guess, name))
    path.unlink()
    write_table(path, sheet.header, rows)
