"""The sample district goes in through the doors that users have."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import text

from gisgrid.boundaries.importing import ImportOrder, import_boundaries
from gisgrid.boundaries.publishing import relocate
from gisgrid.cli.things import thing_loader
from gisgrid.database import Database
from gisgrid.ground import load_ground
from gisgrid.layers import thing_layers
from gisgrid.loading import Loaded, ReadOptions
from gisgrid.patrol import load_pings
from gisgrid.people import load_posts
from gisgrid.reach import load_reach
from gisgrid.sample.load import Step, as_sheet, load_plan
from gisgrid.settings import Settings
from gisgrid.tickets.loading import load_tickets

LOADERS: dict[str, Callable[..., Loaded]] = {
    "ground": load_ground,
    "posts": load_posts,
    **{layer.load.verb: thing_loader(layer) for layer in thing_layers().values() if layer.load},
    "reach": load_reach,
    "tickets": load_tickets,
    "pings": load_pings,
}


def load_sample(database: Database, settings: Settings, *, say: Callable[[str], None]) -> bool:
    """Fill an empty database with the sample district. Returns whether it did: a database with areas is left alone.

    The next start finishes a load that was broken off: every step may be repeated.
    """
    with database.transaction() as connection:
        loaded = connection.execute(text("SELECT sample_loaded FROM core.deployment")).scalar()
        any_area = connection.execute(text("SELECT EXISTS (SELECT FROM core.area)")).scalar()
    if loaded or (any_area and loaded is None):
        return False
    with database.transaction() as connection:
        connection.execute(text("UPDATE core.deployment SET sample_loaded = false"))
    say("loading the sample district (invented shapes, people and tickets)")
    for step in load_plan(datetime.now(UTC), settings.timezone):
        _go_through(database, settings, step, say)
    with database.transaction() as connection:
        connection.execute(text("UPDATE core.deployment SET sample_loaded = true"))
    return True


def _go_through(database: Database, settings: Settings, step: Step, say: Callable[[str], None]) -> None:
    say(f"  {step.door}: {step.path.name}")
    if step.door == "areas":
        _publish_once(database, settings, step)
        return
    source = as_sheet(step.path, step.rows) if step.rows else step.path
    LOADERS[step.door](database, source, ReadOptions(system="wgs84", zone=settings.timezone))


def _publish_once(database: Database, settings: Settings, step: Step) -> None:
    """Other steps skip what is there already; a change set would be published twice, so its title is looked up."""
    title = f"sample: {step.path.name}"
    with database.transaction() as connection:
        published: int | None = connection.execute(
            text("SELECT changeset_id FROM draft.changeset WHERE title = :title AND published_at IS NOT NULL"),
            {"title": title},
        ).scalar()
    if published is not None:
        relocate(database, published)
        return
    valid_from = datetime.fromisoformat(step.valid_from).replace(tzinfo=settings.timezone)
    import_boundaries(database, ImportOrder(step.path, valid_from, replace=step.replace, title=title))
