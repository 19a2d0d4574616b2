"""How often a file uses words that a reader has to guess at; `python -m tests.house.words` lowers the counts."""

import json
import re
from pathlib import Path

from tests.house.tree import CHECKOUT, files

COUNTS = Path(__file__).with_name("words.json")
"""Each file's count, as committed. It only falls: rewrite a sentence (CONTRIBUTING.md), then lower the count."""
TELL_TALE = re.compile(r"(?i)\b(?:whoever|whatever|stands|told|anew|is\s+no|for\s+ever)\b")
ROOMS = ("gisgrid/", "sql/", "tiles/", "docs/", "viewer/src/")
PAGES = {"README.md", "CONTRIBUTING.md", "CHANGELOG.md"}
COPIES = {"sql/schema.sql", "viewer/src/api/schema.ts", "gisgrid/chinese.toml"}
"""Files whose texts are those of others: a command or a test holds them equal."""


def counted(root: Path) -> dict[str, int]:
    """How many tell-tale words does each file hold? Of the changelog, its newest section with an entry."""
    found = {}
    for path in files(root):
        name = path.relative_to(root).as_posix()
        if name in COPIES or not (name.startswith(ROOMS) or name in PAGES):
            continue
        text = path.read_text("utf-8")
        if name == "CHANGELOG.md":
            text = next((section for section in text.split("\n## ")[1:] if "\n- " in section), "")
        if count := len(TELL_TALE.findall(text)):
            found[name] = count
    return found


def tell_tale_words(root: Path, known: dict[str, int]) -> list[str]:
    """Which files hold more of these words than is committed, or fewer, so that the committed count has to fall?"""
    found = counted(root)
    return [
        f"{name}: {found.get(name, 0)} of the words whoever, whatever, stands, told, anew, 'is no', for ever; "
        f"{known.get(name, 0)} committed: "
        + ("rewrite" if found.get(name, 0) > known.get(name, 0) else "run python -m tests.house.words")
        for name in sorted(found | known)
        if found.get(name, 0) != known.get(name, 0)
    ]


def lower(root: Path, known: dict[str, int]) -> dict[str, int]:
    """The counts to commit: each as found, but none above what is committed already."""
    return {name: min(count, known[name]) for name, count in counted(root).items() if name in known}


if __name__ == "__main__":
    lowered = lower(CHECKOUT, json.loads(COUNTS.read_text("utf-8")))
    COUNTS.write_text(json.dumps(lowered, indent=2) + "\n", "utf-8")
    print(f"{sum(lowered.values())} words in {len(lowered)} files")
