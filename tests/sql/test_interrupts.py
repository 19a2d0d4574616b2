"""Ctrl-C ends a verb at once, also in a statement that would go on for long, and nothing of it is left."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from gisgrid.database import EVERYTHING, Database
from tests.drawing import draw, write_geojson
from tests.waiting import PATIENCE_S, until

ROOT = Path(__file__).parents[2]
WAITING = (
    "SELECT count(*) FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)"
    " WHERE a.datname = current_database() AND l.locktype = 'transactionid' AND NOT l.granted"
)
LEFT = "SELECT (SELECT count(*) FROM draft.changeset) + (SELECT count(*) FROM core.area)"


def ask(database: Database, sql: str) -> int:
    """In a transaction of its own: one sees the same sessions until its end."""
    with database.transaction(EVERYTHING) as connection:
        return int(connection.execute(text(sql)).scalar_one())


def test_ctrl_c_ends_an_import_in_the_middle_of_a_statement(owner: Database, owner_url: str, tmp_path: Path) -> None:
    file = write_geojson(tmp_path / "areas.geojson", draw("AB"))
    with owner.engine.connect() as holder:
        holder.execute(text("INSERT INTO core.network VALUES ('own', 'own', 'own', 'free')"))  # the verb waits for it
        verb = subprocess.Popen(
            [sys.executable, "-m", "gisgrid", "import", str(file), "--network", "own", "--scheme", "free"],
            cwd=ROOT,
            env={**os.environ, "GISGRID_DATABASE_URL": owner_url},
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # a background job ignores it
        )
        try:
            until(lambda: verb.poll() is not None or ask(owner, WAITING))
            verb.send_signal(signal.SIGINT)
            _, said = verb.communicate(timeout=PATIENCE_S)
            assert (verb.returncode, said.count("Traceback")) == (130, 0), said
            until(lambda: not ask(owner, WAITING))
        finally:
            verb.kill()
        holder.rollback()
    assert ask(owner, LEFT) == 0
