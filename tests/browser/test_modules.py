"""What of the viewer is pure is tested by Vitest, beside its source."""

import subprocess
from collections.abc import Sequence

import pytest

from gisgrid import bootstrap
from tests.house.tree import CHECKOUT

VIEWER = CHECKOUT / "viewer"
VITEST = VIEWER / "node_modules/vitest/vitest.mjs"


def vitest(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    node = bootstrap.ensure_node(bootstrap.say)
    command = [str(node.bin_dir / "node"), str(VITEST), *arguments]
    return subprocess.run(command, cwd=VIEWER, capture_output=True, text=True, check=False)


@pytest.mark.timeout(1800)
def test_the_viewers_pure_modules() -> None:
    assert VITEST.exists(), "the viewer's packages are not there: npm ci in viewer/"
    ran = vitest(["run", "--reporter=dot", "--test-timeout=600000"])
    assert ran.returncode == 0, ran.stdout + ran.stderr
