"""Nobody's private rows change hands by a redraw outside his area, whatever a neighbour has tried."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from gisgrid.database import EVERYTHING, SERVICE, Database, Scope
from gisgrid.worker import work
from tests.desk import NORTH, SOUTH, A, B, Desk
from tests.walls.conftest import PRIVATE, Walls
from tests.walls.test_ground import TRIES, cells

POSTS = """
INSERT INTO core.post (area_id, path, role, person_id, geom)
SELECT p.area_id, p.path, 'building_head', p.person_id, v.label_point
FROM core.post AS p JOIN app.area_at(now()) AS v USING (area_id)
"""
"""With a point of their own, by which they follow the ground."""
Seen = dict[str, set[str]]
"""By table: the rows, as text, that somebody with a town's scope sees."""


@dataclass(frozen=True)
class Tried:
    """What each town saw before the north's editor tried everything, and afterwards; which of his tries went live."""

    before: dict[str, Seen]
    after: dict[str, Seen]
    live: list[str]


def see(desk: Desk) -> dict[str, Seen]:
    """A table that even the service does not read is looked at as its owner: what of it stands in the town."""
    seen: dict[str, Seen] = {}
    for town in (NORTH, SOUTH):
        with desk.owner.transaction() as connection:
            area = connection.execute(text("SELECT area_id FROM core.area WHERE code = :t"), {"t": town}).scalar_one()
        with desk.api.transaction(Scope((area,), private_ids=(area,))) as connection:
            may_read = "SELECT t FROM unnest(CAST(:tables AS text[])) AS t WHERE has_table_privilege(t, 'SELECT')"
            served = list(connection.execute(text(may_read), {"tables": list(PRIVATE)}).scalars())
            seen[town] = {
                table: set(connection.execute(text(f"SELECT t::text FROM {table} AS t")).scalars()) for table in served
            }
        with desk.owner.transaction(EVERYTHING) as connection:
            for table in set(PRIVATE) - set(served):
                rows = connection.execute(
                    text(f"SELECT t::text FROM {table} AS t WHERE :area = ANY(t.path)"), {"area": area}
                )
                seen[town][table] = set(rows.scalars())
    return seen


def own_redraw(desk: Desk, changeset: int) -> None:
    """What an editor may do: the line between his grids moves, and a special grid stands on them."""
    desk.redraw(desk.north, changeset, A, cells(0, 0, 3, 2))
    desk.redraw(desk.north, changeset, B, cells(3, 0, 4, 2))
    desk.add(desk.north, changeset, cells(0.5, 1, 3.5, 2))


@pytest.fixture(scope="module")
def tried(walls: Walls) -> Iterator[Tried]:
    login = make_url(walls.url).set(username="gisgrid_api").render_as_string(hide_password=False)
    api = Database(login, role=SERVICE)
    desk = Desk(walls.url, walls.owner, api, walls.login("north"), walls.login("south"), walls.engine)
    with walls.owner.transaction() as connection:
        connection.execute(text(POSTS))
    before, live = see(desk), []
    for way, (_, draw_it) in {**TRIES, "own": ("", own_redraw)}.items():
        changeset = desk.open(desk.north, NORTH, ground="any")
        try:
            draw_it(desk, changeset)
            desk.publish(desk.north, changeset)
            live.append(way)
        except DBAPIError:
            continue
        while work(walls.owner):
            pass
    yield Tried(before, see(desk), live)
    api.close()


def test_the_own_redraw_alone_went_live_and_moved_own_rows(tried: Tried) -> None:
    assert tried.live == ["own"]
    assert tried.after[NORTH]["work.ticket_private"] != tried.before[NORTH]["work.ticket_private"]


@pytest.mark.parametrize("table", PRIVATE)
def test_rows_of_the_other_town_are_as_before(tried: Tried, table: str) -> None:
    theirs = tried.before[SOUTH][table]
    assert theirs, "or the test would show nothing"
    assert tried.after[SOUTH][table] == theirs
    assert not tried.after[NORTH][table] & theirs
