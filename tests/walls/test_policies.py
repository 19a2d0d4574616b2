"""Row policies are for the service, and the planner knows how many rows they leave: a map query stays a map query."""

import re

from sqlalchemy import Connection, text

from tests.walls.conftest import Walls
from tests.walls.test_logins import FACTS

POLICIES = """
SELECT schemaname || '.' || tablename AS name, policyname, roles::text[] AS roles, coalesce(qual, '') AS qual
FROM pg_policies WHERE schemaname = ANY('{core,draft,work,overlay}') ORDER BY 1, 2
"""
CAMERAS = """
INSERT INTO overlay.camera (code, name, area_id, path, geom)
SELECT 'many-' || v.code || n, 'camera', v.area_id, v.path, v.label_point
FROM app.area_at(now()) AS v CROSS JOIN generate_series(1, 1000) AS n WHERE v.level = 'grid'
"""


def opaque(connection: Connection) -> set[str]:
    """Which policies by path, on tables that no person reads, hide the scope from the planner, or are for others?"""
    return {
        one.policyname
        for one in connection.execute(text(POLICIES)).all()
        if one.name not in FACTS and re.search(r"\bpath\b", one.qual)
        and (one.roles != ["gisgrid_service"] or "app.scope()" in one.qual)
    }  # fmt: skip


def estimate(connection: Connection, scope: str) -> int:
    """How many cameras does the planner expect the service to see in this scope?"""
    connection.execute(text("SELECT set_config('gisgrid.scope', :scope, true)"), {"scope": scope})
    plan = connection.execute(text("EXPLAIN SELECT 1 FROM overlay.camera")).scalars().first()
    found = re.search(r"rows=(\d+)", str(plan))
    assert found
    return int(found[1])


def test_policies_by_path_tell_the_planner_the_scope(walls: Walls) -> None:
    with walls.owner.transaction() as connection:
        assert opaque(connection) == set()
        planted = "CREATE POLICY planted ON overlay.camera USING (path && (SELECT app.scope()))"
        connection.execute(text(planted))
        assert opaque(connection) == {"planted"}
        connection.rollback()


def test_the_planner_knows_how_much_of_a_table_is_in_scope(walls: Walls) -> None:
    with walls.owner.transaction() as connection:
        connection.execute(text(CAMERAS))
        connection.execute(text("ANALYZE overlay.camera"))
        town = connection.execute(text("SELECT area_id FROM core.area WHERE level = 'town' LIMIT 1")).scalar_one()
        connection.execute(text("SET LOCAL ROLE gisgrid_service"))
        assert estimate(connection, "{0}") > 3500
        assert 1500 < estimate(connection, f"{{{town}}}") < 2500
        assert estimate(connection, "{}") < 100
        connection.rollback()
