"""docs/settings.md and docs/commands.md, made of settings and command line: python -m tests.house.reference"""

import tomllib
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from gisgrid.cli.verbs import VERBS, Verbs
from gisgrid.layers import thing_layers
from gisgrid.settings import PACKAGE, Settings
from tests.house.pages import verbs
from tests.house.tree import CHECKOUT

DOCS = CHECKOUT / "docs"
MADE = "Made by `python -m tests.house.reference`; not edited by hand."
SETTINGS_HEAD = """\
# Settings · 设置

Environment variables `GISGRID_*`; an option of the same name wins. They are checked at every start: a value that cannot be used, and a name that is nearly one of these, is refused with the remedy. `gisgrid config` shows what holds and whence, without passwords. {made}

设置是环境变量 `GISGRID_*`，同名选项优先。每次启动都会核对：不能用的值、与这些名称相近的错名都会拒绝并说明改法。`gisgrid config` 显示生效的值及来源，不显示口令。

| variable 变量 | default 默认 | is | 说明 |
|---|---|---|---|
"""
FOR_TESTS = """
## For the tests · 测试用
| variable 变量 | is | 说明 |
|---|---|---|
| `GISGRID_TEST_DATABASE_URL` | a superuser's URL of a PostGIS to use | 所用 PostGIS 的超级用户 URL |
| `GISGRID_TEST_CHROMIUM`, `GISGRID_TEST_NGINX`, `GISGRID_TEST_CADDY`, `GISGRID_TEST_MOSQUITTO` | programs to use | 所用的程序 |
| `GISGRID_TEST_QGIS_PYTHON` | a Python that has QGIS | 带 QGIS 的 Python |
| `GISGRID_TEST_DATA` | a folder with real data that some tests are tried on | 部分测试所用真实数据的文件夹 |
| `GISGRID_TEST_SERVICES`, `GISGRID_TEST_WRITERS` | by how many services tiles are asked while so many write and count the stale ones; 2 and 4 | 多少个服务应答瓦片、多少个写入者同时上报并数过时的瓦片；2 和 4 |
| `GISGRID_TEST_REPORTS` | how many reports come in while service and database are killed; 400 | 服务和数据库被杀时上报多少件；400 |
| `GISGRID_TEST_THOROUGH` | `1`: what is tried in part each time is tried wholly, before a release | `1`：平时只试一部分的，发布前全部试一遍 |
"""
COMMANDS_HEAD = """\
# Commands · 命令

`gisgrid` is `python3 -m gisgrid` in a checkout, or `.venv/bin/gisgrid`. A verb's stdout is its result alone, for programs with `--json`; progress goes to stderr. Every verb that needs the database takes `--data-dir` and `--db-port`, and starts the private one if it does not run. What is refused is said with place, reason and remedy, in Chinese and English, and ends with 1; a wrong usage ends with 2. {made}

源码目录里 `gisgrid` 即 `python3 -m gisgrid` 或 `.venv/bin/gisgrid`。标准输出只有结果，加 `--json` 供程序读；进度写到标准错误。要用数据库的命令都有 `--data-dir` 和 `--db-port`，自带的库没运行就会启动。被拒绝的用中英文说明位置、原因和改法，并以 1 结束；用法错误以 2 结束。
"""
EVERYWHERE = {"data_dir", "db_port", "json"}
"""Options that the head of the page explains."""


def settings_page() -> str:
    """docs/settings.md: every setting with its default, in both languages."""
    words = tomllib.loads((PACKAGE / "settings.toml").read_text("utf-8"))
    rows = "".join(
        f"| `GISGRID_{one.name.upper()}` | {_default(one.default)} | {words[one.name]['en']} | {words[one.name]['zh']} |\n"
        for one in fields(Settings)
    )
    return SETTINGS_HEAD.format(made=MADE) + rows + FOR_TESTS


def _default(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)
    return f"`{text}`" if text else ""


def commands_page() -> str:
    """docs/commands.md: every verb with its arguments and options, in both languages."""
    chinese = _chinese()
    return COMMANDS_HEAD.format(made=MADE) + "".join(_verb(path, verb, chinese) for path, verb in _verbs())


def _chinese() -> dict[str, str]:
    """The Chinese of every sentence; of a layer's own verb by its name and columns."""
    said = tomllib.loads((DOCS / "commands.toml").read_text("utf-8"))
    for layer in thing_layers().values():
        if layer.load:
            columns = [*(column.name for column in layer.load.columns), "lon", "lat"]
            said[f"{layer.load.help}: {', '.join(columns)}."] = f"{layer.facts['name']['zh']}：{'、'.join(columns)}。"
    return said


def lacking_chinese() -> list[str]:
    """Which sentences of the command line have no Chinese?"""
    chinese = _chinese()
    return sorted({words for _, verb in _verbs() for words in _said(verb) if words and words not in chinese})


def unsaid_chinese() -> list[str]:
    """Which entries does the command line not say?"""
    chinese = _chinese()
    return sorted(set(chinese) - {words for _, verb in _verbs() for words in _said(verb)})


def _verbs() -> Iterator[tuple[str, Any]]:
    command = Verbs(VERBS)
    for name in VERBS:
        command.load(name)
    return verbs(command)


def _said(verb: Any) -> Iterator[str]:
    yield _flat(verb.help)
    for one in verb.params:
        yield _flat(getattr(one, "help", ""))


def _flat(words: str | None) -> str:
    return " ".join((words or "").split())


def _verb(path: str, verb: Any, chinese: dict[str, str]) -> str:
    arguments = [one for one in verb.params if one.param_type_name == "argument"]
    usage = " ".join([path, *(f"{one.name.upper()}{'...' if one.nargs < 0 else ''}" for one in arguments)])
    said = _flat(verb.help)
    lines = [f"\n## `{usage}`", f"{said}", "", chinese.get(said, said), ""]
    rows = [one for one in verb.params if one.name not in EVERYWHERE and _flat(getattr(one, "help", ""))]
    if rows:
        lines += ["| | is | 说明 |", "|---|---|---|", *(_row(one, chinese) for one in rows)]
    return "\n".join(lines).rstrip() + "\n"


def _row(one: Any, chinese: dict[str, str]) -> str:
    words = _flat(one.help)
    names = (
        [one.name.upper()] if one.param_type_name == "argument" else sorted([*one.opts, *one.secondary_opts], key=len)
    )
    needed = " **!**" if one.required and one.param_type_name != "argument" else ""
    said = (text.replace("|", "\\|") for text in (words, chinese.get(words, words)))
    return f"| {', '.join(f'`{name}`' for name in names)}{needed} | {' | '.join(said)} |"


PAGES = {"settings.md": settings_page, "commands.md": commands_page}

if __name__ == "__main__":
    for name, make in PAGES.items():
        (DOCS / name).write_text(make(), encoding="utf-8")
