"""Where the real data lies that some tests try gisgrid on; it is no part of the project."""

import os
from pathlib import Path

import pytest

SETTING = "GISGRID_TEST_DATA"
ROOT = Path(__file__).resolve().parent.parent


def test_data(name: str) -> Path:
    """Where is this file or folder of the test data? Skips the test, naming the setting, if absent.

    The data's folder is the setting's, else `data` in a folder beside the checkout. A setting that
    points nowhere fails: who sets it wants the test to run. Import the module, not this function,
    or pytest takes it for a test.
    """
    folder = os.environ.get(SETTING)
    path = Path(folder or ROOT.parent / "shared" / "data") / name
    if not path.exists():
        if folder:
            pytest.fail(f"{SETTING}={folder} holds no {name}")
        pytest.skip(f"no test data {name}: set {SETTING} to the folder that holds it")
    return path
