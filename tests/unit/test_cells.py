"""Codes and numbers of other programs: exactly as they were, or refused."""

import numpy as np
import pytest

from gisgrid.cells import BadCell, exact_code, exact_text, for_excel, harmless, shown_text, unmarked


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("36030200100100100123", "36030200100100100123"),
        ("007", "007"),
        (36030200100100100123, "36030200100100100123"),
        (360302001001002.0, "360302001001002"),
        (np.float64(999_999_999_999_999), "999999999999999"),
        (np.int64(2**62 + 1), "4611686018427387905"),
        (np.float32(0.5), "0.5"),
        (-0.1, "-0.1"),
        (True, "true"),
        (None, ""),
        (float("nan"), ""),
    ],
)
def test_a_value_is_told_exactly(value: object, text: str) -> None:
    assert exact_text(value) == text


@pytest.mark.parametrize("value", [36030200100100100123.0, 1e15, -1e15, np.float64(2**53), float("inf")])
def test_a_float_of_more_than_15_digits_is_refused(value: object) -> None:
    with pytest.raises(BadCell, match="a number of more than 15 digits cannot be read exactly here") as bad:
        exact_text(value)
    assert bad.value.remedy == "save the column as text"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('="360302001001002"', "360302001001002"),
        ('="a""b"', 'a"b'),
        ("\t360302001001002", "360302001001002"),
        ("3E10", "3E10"),
        ("R1", "R1"),
        ("", ""),
    ],
)
def test_the_marks_of_a_spreadsheet_come_off_a_code(text: str, code: str) -> None:
    assert exact_code(text) == code


def test_what_a_spreadsheet_shows_of_a_long_number_is_refused_as_a_code() -> None:
    assert shown_text(36030200100100100123.0) == "3.60302001001001E+19"
    with pytest.raises(BadCell, match="more than 15 digits"):
        exact_code(shown_text(36030200100100100123.0))


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("360302001001002", '="360302001001002"'),
        ("007", '="007"'),
        ("2026-11-20", '="2026-11-20"'),
        ("1-2", '="1-2"'),
        ("true", '="true"'),
        ("=1+1", "'=1+1"),
        ("+8613812345678", '="+8613812345678"'),
        ("东大街7号", "东大街7号"),
        ("", ""),
    ],
)
def test_a_cell_for_excel_says_the_same_when_it_is_read_again(text: str, cell: str) -> None:
    assert for_excel(text) == cell
    assert unmarked(cell) == text
    assert unmarked(harmless(text)) == text


@pytest.mark.parametrize("text", ["3.60302E+14", "3.60302001001002e+14", "1E+11", "3,60302E+14"])
def test_a_code_that_a_spreadsheet_shortened_is_refused(text: str) -> None:
    with pytest.raises(BadCell, match="shortened"):
        exact_code(text)
