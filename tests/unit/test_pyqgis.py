"""Which Python has QGIS? A wrong one is told from a right one, without a traceback."""

import sys
from pathlib import Path

from gisgrid.pyqgis import has_qgis


def test_a_python_without_qgis_has_none(tmp_path: Path) -> None:
    assert not has_qgis(Path(sys.executable)), "the environment holds no QGIS, packages of the system do"
    assert not has_qgis(tmp_path / "no-python")


def test_a_qgis_that_is_too_old_is_none(tmp_path: Path) -> None:
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\nexit 3\n")
    old.chmod(0o755)
    assert not has_qgis(old)
