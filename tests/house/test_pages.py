"""The pages name what there is and nothing else; pages with an offender in them are caught."""

from dataclasses import fields
from pathlib import Path

import pytest
import typer

from gisgrid.cli.verbs import VERBS, Verbs
from gisgrid.settings import Settings
from tests.house import pages, reference
from tests.house.tree import CHECKOUT, plant

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
SETTINGS = [field.name for field in fields(Settings)]
COMMAND = Verbs(VERBS)
for name in VERBS:
    COMMAND.load(name)


MOST_LINES = 120
"""Of the README, in each language."""


def test_a_page_names_every_verb_and_option() -> None:
    assert pages.unnamed_verbs((CHECKOUT / "docs/commands.md").read_text("utf-8"), COMMAND) == []


def test_a_page_names_every_setting() -> None:
    assert pages.unnamed_settings((CHECKOUT / "docs/settings.md").read_text("utf-8"), SETTINGS) == []


@pytest.mark.parametrize("name", reference.PAGES)
def test_the_made_pages_are_fresh(name: str) -> None:
    written = (reference.DOCS / name).read_text("utf-8")
    assert written == reference.PAGES[name](), "renew them: python -m tests.house.reference"


def test_the_command_line_has_its_chinese_and_nothing_else() -> None:
    assert reference.lacking_chinese() == []
    assert reference.unsaid_chinese() == []


def test_the_readme_is_short_in_both_languages() -> None:
    for part in README.split("\n## 中文\n"):
        assert len(part.splitlines()) <= MOST_LINES


def test_pages_name_only_settings_that_there_are() -> None:
    assert pages.unreal_settings(CHECKOUT, SETTINGS) == []


def test_pages_name_only_verbs_that_there_are() -> None:
    assert pages.unreal_verbs(CHECKOUT, COMMAND) == []


def test_links_and_pictures_lead_somewhere() -> None:
    assert pages.broken_links(CHECKOUT) == []


def test_every_page_is_in_the_index() -> None:
    assert pages.unlisted_pages(CHECKOUT) == []


def test_the_readme_opens_with_commands_and_picture_in_both_languages() -> None:
    assert pages.wrong_opening(README) == []


@pytest.fixture
def small() -> typer.Typer:
    """A command line with a verb, a verb in a group, and an option each."""
    line, group = typer.Typer(), typer.Typer()

    @line.command()
    def up(port: int = 1) -> None:
        """Start."""

    @group.command()
    def add(role: str = "") -> None:
        """Add."""

    line.add_typer(group, name="user")
    return line


@pytest.mark.parametrize(
    ("page", "missing"),
    [
        ("`gisgrid up --port`, `gisgrid user add NAME`, `--role`", []),
        ("gisgrid up, `gisgrid user add --role --port`", ["gisgrid up"]),
        ("`gisgrid up --ports`, `gisgrid user add --role`", ["gisgrid up --port"]),
        ("`gisgrid up --port`, `gisgrid user`, `--role`", ["gisgrid user add"]),
        ("`gisgrid up --port`, `gisgrid user add`, --role", ["gisgrid user add --role"]),
    ],
)
def test_a_verb_that_the_readme_leaves_out_is_caught(page: str, missing: list[str], small: typer.Typer) -> None:
    assert pages.unnamed_verbs(page, typer.main.get_command(small)) == missing


def test_a_setting_that_the_readme_leaves_out_is_caught() -> None:
    assert pages.unnamed_settings("`GISGRID_PORT_`, GISGRID_PORTS", ["port"]) == ["GISGRID_PORT"]


def test_a_setting_that_there_is_not_is_caught(tmp_path: Path) -> None:
    plant(tmp_path, {"docs/a.md": "GISGRID_PORT, GISGRID_HERE and GISGRID_ROGUE\n", "a.py": 'X = "GISGRID_HERE"\n'})
    assert pages.unreal_settings(tmp_path, ["port"]) == ["docs/a.md: GISGRID_ROGUE"]


def test_a_verb_that_there_is_not_is_caught(tmp_path: Path, small: typer.Typer) -> None:
    plant(tmp_path, {"a.md": "`gisgrid up`, python3 -m gisgrid fly, `gisgrid user add`, `gisgrid user drop li`\n"})
    found = pages.unreal_verbs(tmp_path, typer.main.get_command(small))
    assert found == ["a.md: gisgrid fly", "a.md: gisgrid user drop"]


def test_a_broken_link_is_caught(tmp_path: Path) -> None:
    good = "[a](b.md#two-words) ![x](../LICENSE) [top](#here) [out](http://127.0.0.1:8000) `[no](link)`\n# Here\n"
    bad = "[a](c.md) ![x](images/none.png) [b](b.md#three)\n"
    plant(tmp_path, {"docs/a.md": good, "docs/b.md": "## Two words\n", "docs/z.md": bad, "LICENSE": ""})
    assert pages.broken_links(tmp_path) == [
        "docs/z.md: c.md",
        "docs/z.md: images/none.png",
        "docs/z.md: b.md#three: no such heading",
    ]


def test_a_page_that_the_index_leaves_out_is_caught(tmp_path: Path) -> None:
    plant(tmp_path, {"docs/index.md": "[a](a.md)\n", "docs/a.md": "", "docs/b.md": ""})
    assert pages.unlisted_pages(tmp_path) == ["docs/b.md"]


def test_a_readme_with_another_opening_is_caught() -> None:
    said = "# gisgrid\n    python3 -m gisgrid up\n\n## 中文\n    python3 -m gisgrid up\n"
    assert pages.wrong_opening(said) == [
        "does not open with: python3 -m gisgrid test",
        "中文 lacks: python3 -m gisgrid test",
        "no picture",
    ]
