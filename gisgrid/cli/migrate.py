"""`gisgrid migrate`: the schema of this version."""

from gisgrid.cli.context import DataDir, DbPort, deployed_cluster, say
from gisgrid.settings import read_settings


def migrate(data_dir: DataDir = None, db_port: DbPort = None) -> None:
    """Bring the database to this version's schema."""
    with deployed_cluster(read_settings(data_dir=data_dir, db_port=db_port)):
        say("the schema is this version's")
