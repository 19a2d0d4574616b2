"""The command line's exit codes: wrong usage is told, not thrown."""

import pytest

from gisgrid.cli.main import run


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["version"], 0, ""),
        (["locate"], 2, "lon"),
        (["locate", "east", "27.6"], 2, "lon"),
        (["fly"], 2, "fly"),
        (["up", "--sideways"], 2, "--sideways"),
        (["tile", "area", "1/2"], 1, "there is no tile 1/2"),
    ],
)
def test_exit_codes(arguments: list[str], code: int, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == code
    assert told in capsys.readouterr().err
