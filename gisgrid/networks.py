"""Which networks of areas are there, what are they called, and is one that was named among them?"""

from dataclasses import dataclass

from sqlalchemy import Connection, select, text

from gisgrid import tables
from gisgrid.errors import Fault, NotFound, Refused

UNIFIED = "base"
"""The unified grid: meant where nothing else is set, also before its first boundaries have come in."""
_NETWORKS = """
SELECT n.network, n.name_zh, n.name_en, n.scheme, count(*) FILTER (WHERE v.level = 'grid') AS grids,
    ARRAY(SELECT l.level FROM core.level AS l WHERE l.level = ANY(array_agg(v.level)) ORDER BY l.rank) AS levels
FROM core.network AS n
LEFT JOIN app.area_at(now()) AS v ON v.network = n.network
GROUP BY n.network ORDER BY n.network <> 'base', n.network
"""


@dataclass(frozen=True)
class Network:
    """A set of areas that covers the ground once: its names, its code scheme, its live grids, its levels from the top.

    `levels` is empty where no area applies now.
    """

    network: str
    name_zh: str
    name_en: str
    scheme: str
    grids: int
    levels: tuple[str, ...]


def list_networks(connection: Connection) -> list[Network]:
    """Every network, the unified grid first. Costs one pass over the live areas."""
    rows = connection.execute(text(_NETWORKS))
    return [Network(**{**row._mapping, "levels": tuple(row.levels)}) for row in rows]


def find_network(connection: Connection, network: str) -> dict[str, str]:
    """A network by its id with its names (id, zh, en). Raises NotFound naming the networks that there are."""
    require_network(connection, network)
    query = text("SELECT network AS id, name_zh AS zh, name_en AS en FROM core.network WHERE network = :network")
    return dict(connection.execute(query, {"network": network}).one()._mapping)


def name_network(connection: Connection, network: str, name_zh: str = "", name_en: str = "") -> None:
    """Give a network its names; an empty one stays as it is. Raises NotFound naming the networks that there are."""
    require_network(connection, network)
    connection.execute(
        text(
            "UPDATE core.network SET name_zh = coalesce(nullif(:zh, ''), name_zh),"
            " name_en = coalesce(nullif(:en, ''), name_en) WHERE network = :network"
        ),
        {"network": network, "zh": name_zh, "en": name_en},
    )


@dataclass(frozen=True)
class Called:
    """What people know a network by, in both languages, with the id that programs take."""

    en: str
    zh: str

    def __str__(self) -> str:
        return self.en

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """As a Fault takes it, whose sentence says this network."""
        return ((self.en, self.zh),)


def call_networks(connection: Connection) -> dict[str, Called]:
    """What every network is called, by its id."""
    columns = tables.network.c
    rows = connection.execute(select(columns.network, columns.name_en, columns.name_zh).order_by(columns.network))
    return {row.network: _called(*row) for row in rows}


def call_network(connection: Connection, network: str) -> Called:
    """What this network is called; one that is not there, by its id."""
    return call_networks(connection).get(network, Called(network, network))


def _called(network: str, english: str, chinese: str) -> Called:
    english = "unified grid" if network == english == UNIFIED else english
    label = network if english in ("", network) else f"{english} ({network})"
    return Called(label, network if chinese in ("", network) else f"{chinese}（{network}）")


def no_network(connection: Connection, message: str, without: str, field: str = "network") -> Fault:
    """The fault of naming a network that is not there: what is said of it, and which there are; `without`: if none."""
    known = call_networks(connection)
    names = (*(pair for called in known.values() for pair in called.names), (", ", "、"))
    remedy = f"one of {', '.join(map(str, known.values()))}" if known else without
    return Fault(field, message, remedy, names=names)


def require_network(connection: Connection, network: str) -> None:
    """Check that the network exists. Raises NotFound naming the networks that do."""
    if network not in _known(connection):
        message = f"no network is called {network!r}"
        raise NotFound(no_network(connection, message, "import its boundaries first"))


def require_set_network(connection: Connection, network: str) -> None:
    """Check the network of GISGRID_NETWORK. Raises Refused naming the networks that exist."""
    if network != UNIFIED and network not in _known(connection):
        message = f"no network is called {network!r} in this database"
        without = "import it first: gisgrid import FILE --network NAME"
        raise Refused(no_network(connection, message, without, "GISGRID_NETWORK"))


def _known(connection: Connection) -> list[str]:
    return list(connection.execute(select(tables.network.c.network).order_by(tables.network.c.network)).scalars())
