"""What processes that share the tests begin with."""

from tests.conftest import DEAR, dearest
from tests.house.tree import CHECKOUT


def test_what_is_dear_is_there() -> None:
    assert [name for name in DEAR if not (CHECKOUT / name).exists()] == []
    assert len(set(DEAR)) == len(DEAR)


def test_the_dearest_begins_and_the_rest_keeps_its_order() -> None:
    waiting = dict.fromkeys(("tests/unit/test_a.py", DEAR[3], "tests/unit/test_b.py", DEAR[1]))
    begun = []
    while waiting:
        begun.append(dearest(waiting))
        del waiting[begun[-1]]
    assert begun == [DEAR[1], DEAR[3], "tests/unit/test_a.py", "tests/unit/test_b.py"]
