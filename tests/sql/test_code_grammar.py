"""The grammar of codes stands in Python (files, commands) and in SQL (QGIS): both answer alike, for any code."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from gisgrid.boundaries.networks import network_scheme
from gisgrid.codes import Scheme, load_scheme
from gisgrid.database import EVERYTHING, Database
from gisgrid.errors import Refused

SCHEMES = ["unit15", "service20", "division12", "division12:2+4", "free"]
ASK = text(
    "SELECT app.code_fault(:network, :code), app.code_fault(:network, :code, true), app.parent_code(:network, :code)"
)
WIDE = """
title = "as wide as may be"
[[segment]]
name = "district"
level = "district"
width = 6
[[segment]]
name = "sequence"
level = "grid"
width = {width}
from = 1
"""


def name_of(scheme: str) -> str:
    return "n" + "".join(char for char in scheme if char.isalnum())


@pytest.fixture(scope="module")
def connection(new_database: Callable[[], str]) -> Iterator[Connection]:
    database = Database(new_database(), role="gisgrid_owner", statement_timeout_s=60)
    with database.transaction(EVERYTHING) as opened:
        for scheme in SCHEMES:
            network_scheme(opened, name_of(scheme), scheme)
        yield opened
    database.close()


def well_formed(scheme: Scheme, dice: random.Random) -> str:
    """A code that the scheme allows for a grid."""
    parts = []
    for segment in scheme.segments:
        if segment.values:
            parts.append(dice.choice(list(segment.values)))
        else:
            parts.append(segment.write(dice.randint(segment.low, segment.high)))
    return "".join(parts)


def spoiled(code: str, dice: random.Random) -> str:
    """The code, or one that went wrong: a character changed, left out, doubled, a space, a full-width digit."""
    at = dice.randrange(len(code)) if code else 0
    way = dice.randrange(8)
    strange = dice.choice("0123456789 aZ１٣\t\n-+.’'%_\\网")
    return [
        code, code, code[:at] + strange + code[at + 1 :], code[:at] + code[at + 1 :], code[:at] + strange + code[at:],
        " " + code, code + dice.choice([" ", "\n", "0"]), code[: dice.randrange(len(code) + 1)],
    ][way]  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
@pytest.mark.parametrize("scheme", SCHEMES)
def test_python_and_sql_find_the_same_codes_wrong(scheme: str, seed: int, connection: Connection) -> None:
    dice, grammar = random.Random(seed), load_scheme(scheme)
    for _ in range(20):
        plain = (
            well_formed(grammar, dice) if grammar.has_tree else "".join(dice.choices("abc-1 网", k=dice.randint(1, 66)))
        )
        code = spoiled(plain, dice)
        english, chinese, parent = connection.execute(ASK, {"network": name_of(scheme), "code": code}).one()
        wrong = bool(grammar.check(code, "grid" if grammar.has_tree else None))
        assert wrong == (english is not None) == (chinese is not None), (code, english)
        if not wrong and grammar.has_tree:
            assert parent == grammar.parent(code)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_python_and_sql_give_the_same_next_code(seed: int, connection: Connection) -> None:
    dice, grammar = random.Random(seed), load_scheme("unit15")
    parent = str(grammar.parent(well_formed(grammar, dice)))
    taken = [parent + str(n).zfill(3) for n in dice.sample(range(1, 12), dice.randrange(11))]
    savepoint = connection.begin_nested()
    connection.execute(
        text("INSERT INTO core.area (network, code, level) SELECT 'nunit15', unnest(CAST(:taken AS text[])), 'grid'"),
        {"taken": taken},
    )
    told = connection.execute(text("SELECT app.next_code('nunit15', :parent)"), {"parent": parent}).scalar()
    savepoint.rollback()
    assert [told] == grammar.allocate(parent, taken, 1)


def test_the_widest_segment_works_and_a_wider_one_is_refused(connection: Connection, tmp_path: Path) -> None:
    file = tmp_path / "wide.toml"
    file.write_text(WIDE.format(width=18), encoding="utf-8")
    network_scheme(connection, "nwide", str(file), tmp_path / "kept")
    told = connection.execute(text("SELECT app.next_code('nwide', '360302')")).scalar()
    assert told == "360302" + "1".zfill(18) == load_scheme(file).allocate("360302", [], 1)[0]
    assert (
        connection.execute(text("SELECT app.code_fault('nwide', :code)"), {"code": "360302" + "9" * 18}).scalar()
        is None
    )
    file.write_text(WIDE.format(width=19), encoding="utf-8")
    with pytest.raises(Refused, match="width 19"):
        load_scheme(file)


def test_the_next_code_costs_what_is_used_not_what_there_is_room_for(connection: Connection) -> None:
    """Below a parent with every low number used, of a width of 18: counting up to it would never end."""
    connection.execute(
        text(
            "INSERT INTO core.area (network, code, level)"
            " SELECT 'nwide', '360303' || lpad(i::text, 18, '0'), 'grid' FROM generate_series(1, 2000) AS i"
        )
    )
    assert connection.execute(text("SELECT app.next_code('nwide', '360303')")).scalar() == "360303" + "2001".zfill(18)
