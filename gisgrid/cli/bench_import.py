"""`gisgrid bench import`: a file of grids comes in."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from gisgrid.cli.bench_answers import Noted, Write, answer
from gisgrid.cli.bench_database import FROM, bench_database
from gisgrid.cli.context import DataDir, DbPort, Json, say
from gisgrid.settings import read_settings


def import_grids(
    grids: Annotated[int, typer.Option(help="How many synthetic grids.", min=4)] = 100_160,
    write: Write = None,
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """What does a boundary file cost until it is live: reading, drawing, publishing, and what follows?"""
    from gisgrid.bench.coming_in import measure_import
    from gisgrid.bench.pages import describe_versions
    from gisgrid.database import OWNER, Database

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    noted = Noted("import", write)
    with bench_database(settings) as url, tempfile.TemporaryDirectory() as folder:
        database = Database(url, role=OWNER, pool_size=2, statement_timeout_s=3600)
        try:
            found = measure_import(database, grids, FROM, Path(folder), say=say)
            with database.transaction() as connection:
                versions = describe_versions(connection)
        finally:
            database.close()
    answer(found, noted, versions, json=json)
