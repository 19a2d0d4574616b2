"""The files of this checkout keep the habits of the house; an offender planted in a small tree is caught."""

from pathlib import Path

import pytest

from tests.house import modules, texts
from tests.house.tree import CHECKOUT, Check, plant

LONG = "x = 1\n"
ELSEWHERE = "somewhere" + ".cn"  # in two, so that this file passes
OFFENDERS: list[tuple[Check, dict[str, str]]] = [
    (texts.other_hosts, {"gisgrid/a.py": f'URL = "https://tiles.{ELSEWHERE}/{{z}}"\n'}),
    (texts.other_hosts, {"tiles/a/style.json": f'{{"glyphs": "http://user@fonts.{ELSEWHERE}/"}}'}),
    (texts.other_hosts, {"viewer/a.ts": f"new WebSocket('wss://{ELSEWHERE}/')\n"}),
    (texts.package_indexes, {"docs/a.md": f"pip install --index-url {texts.INDEXES[0]}/simple\n"}),
    (texts.package_indexes, {"a.lock": f"x==1 @ files.{texts.INDEXES[1]}\n"}),
    (texts.glyph_servers, {"tiles/a/style.json": f'{{"glyphs": "//fonts.{texts.GLYPHS[0]}/"}}'}),
    (texts.machine_paths, {"gisgrid/a.py": 'DATA = "/ho' + 'me/li/data"\n'}),
    (texts.machine_paths, {"docs/a.md": "see /ro" + "ot/notes.txt\n"}),
    (texts.broken_json, {"tiles/a/style.json": '[{"id": 1},]'}),
    (texts.broken_json, {"sample_geojson/a.geojson": '{"lon": NaN}'}),
    (texts.broken_json, {"tiles/a/tilejson.json": '{"name": 1, "name": 2}'}),
    (texts.sizes, {"gisgrid/a.py": LONG * 251}),
    (texts.timed_waits, {"tests/a.py": "import time\ntime" + ".sleep(1)\n"}),
    (texts.sizes, {"sql/app/10_a.sql": "-- one of many\n" * 121}),
    (texts.sizes, {"viewer/src/a.tsx": LONG * 201}),
    (modules.bare_imports, {"gisgrid/bootstrap.py": "import rich\n"}),
    (modules.bare_imports, {"gisgrid/steps.py": "from gisgrid import settings\n"}),
    (modules.bare_imports, {"gisgrid/debian.py": "def f():\n    from gisgrid.database import Database\n"}),
    (modules.old_python, {"gisgrid/__main__.py": "number: int = 1\n"}),
    (modules.old_python, {"gisgrid/__main__.py": 'print(f"{1}")\n'}),
    (modules.read_at_import, {"gisgrid/a.py": "import os\nPORT = os.environ['GISGRID_PORT']\n"}),
    (modules.read_at_import, {"gisgrid/a.py": "class A:\n    settings = read_settings()\n"}),
    (modules.blocking_handlers, {"gisgrid/a.py": "async def f(d):\n    with d.transaction() as c:\n        pass\n"}),
    (modules.empty_names, {"gisgrid/utils.py": '"""Odds and ends."""\n'}),
    (modules.dodged_circles, {"gisgrid/a.py": "def f():\n    from gisgrid import b\n"}),
    (modules.docstrings, {"gisgrid/a.py": '"""Something."""\ndef open_it():\n    return 1\n'}),
    (modules.docstrings, {"gisgrid/a.py": "x = 1\n"}),
    (modules.docstrings, {"gisgrid/a.py": '"""A."""\nclass B:\n    """B."""\n    def c(self):\n        pass\n'}),
    (modules.docstrings, {"gisgrid/a.py": '"""A."""\ndef b(x):\n    """B.\n\n    :param x: x\n    """\n'}),
]
CHECKS = list(dict.fromkeys(check for check, _ in OFFENDERS))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_house_is_in_order(check: Check) -> None:
    assert check(CHECKOUT) == []


@pytest.mark.parametrize(("check", "planted"), OFFENDERS, ids=lambda value: getattr(value, "__name__", ""))
def test_an_offender_is_caught(check: Check, planted: dict[str, str], tmp_path: Path) -> None:
    faults = check(plant(tmp_path, planted))
    assert len(faults) == 1, faults
    assert faults[0].startswith(next(iter(planted)))


HARMLESS: list[tuple[Check, dict[str, str]]] = [
    (texts.other_hosts, {"a.md": "http://127.0.0.1:8000 and https://mirror.example/simple\n"}),
    (texts.machine_paths, {"a.py": 'debs / "root/usr", "/usr/share", f"{place}/root/usr"\n'}),
    (texts.sizes, {"a.py": '"""Long, because it lists every one of them."""\n' + LONG * 300}),
    (modules.docstrings, {"gisgrid/a.py": '"""A."""\ndef _why():\n    pass\n'}),
    (modules.read_at_import, {"gisgrid/a.py": "import os\ndef f():\n    return os.environ\n"}),
    (modules.blocking_handlers, {"gisgrid/a.py": "def f(d):\n    with d.transaction() as c:\n        pass\n"}),
    (modules.bare_imports, {"gisgrid/__main__.py": "def f():\n    from gisgrid.cli import main\n"}),
]


@pytest.mark.parametrize(("check", "planted"), HARMLESS, ids=lambda value: getattr(value, "__name__", ""))
def test_what_is_allowed_passes(check: Check, planted: dict[str, str], tmp_path: Path) -> None:
    assert check(plant(tmp_path, planted)) == []


def test_what_a_machine_makes_is_not_read(tmp_path: Path) -> None:
    plant(tmp_path, {".venv/a.py": LONG * 300, "viewer/node_modules/a.ts": LONG * 300, "gisgrid/static/a.json": "{"})
    assert [fault for check in CHECKS[:6] for fault in check(tmp_path)] == []
