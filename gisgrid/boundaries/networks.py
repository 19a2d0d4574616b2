"""Networks of areas: the code scheme of a network, and making a new one."""

import re
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from gisgrid.codes import Scheme, load_scheme
from gisgrid.errors import Fault, Refused

DEFAULT_SCHEME = "unit15"


def network_scheme(connection: Connection, network: str, scheme: str = "", schemes: Path | None = None) -> Scheme:
    """The code scheme of this network. A network that does not exist yet is made with `scheme`.

    `schemes` is the folder with the city's own schemes; a scheme given as a file is kept there. Raises Refused.
    """
    known = connection.execute(
        text("SELECT scheme FROM core.network WHERE network = :network"), {"network": network}
    ).scalar()
    if known is None:
        return _add_network(connection, network, scheme, schemes)
    if scheme and _keep_scheme(scheme, schemes) != known:
        raise Refused(Fault("scheme", f"network {network} has scheme {known}, not {scheme}", "leave --scheme out"))
    return load_scheme(known, schemes)


def changed_since(connection: Connection, networks: Sequence[str], since: datetime) -> bool:
    """Does any version in these networks begin after this instant?"""
    found: bool = connection.execute(
        text(
            "SELECT EXISTS (SELECT FROM core.area_version WHERE network = ANY(:networks)"
            " AND recorded_to = 'infinity' AND valid_from > :since)"
        ),
        {"networks": list(networks), "since": since},
    ).scalar_one()
    return found


def _add_network(connection: Connection, network: str, scheme: str, schemes: Path | None) -> Scheme:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,31}", network):
        raise Refused(Fault("network", f"{network!r} is not a network name", "up to 32 of a-z 0-9 _ -, a letter first"))
    name = _keep_scheme(scheme, schemes) if scheme else DEFAULT_SCHEME
    loaded = load_scheme(name, schemes)
    connection.execute(
        text("INSERT INTO core.network (network, name_zh, name_en, scheme) VALUES (:network, :zh, :network, :scheme)"),
        {"network": network, "zh": "基础网格" if network == "base" else network, "scheme": name},
    )
    segments: list[dict[str, Any]] = [
        {
            "network": network,
            "position": position,
            "name": segment.name,
            "level": segment.level,
            "width": segment.width,
            "low": segment.low,
            "high": segment.high,
            "first": next(iter(segment.ranges.values()), (segment.low, segment.high)),
            "allowed": list(segment.values),
            "default": segment.default,
        }
        for position, segment in enumerate(loaded.segments, start=1)
    ]
    for values in segments:
        low, high = values.pop("first")
        connection.execute(
            text(
                "INSERT INTO core.code_segment VALUES"
                " (:network, :position, :name, :level, :width, :low, :high, :from, :to, :allowed, :default)"
            ),
            {**values, "from": low, "to": high},
        )
    return loaded


def _keep_scheme(scheme: str, schemes: Path | None) -> str:
    """The name by which to load this scheme later; a file of the city's own is copied to the schemes folder."""
    path = Path(scheme)
    if path.suffix != ".toml":
        return scheme
    loaded = load_scheme(path)
    if schemes is None:
        raise Refused(Fault("scheme", "there is no folder to keep a scheme of one's own in", "name a shipped scheme"))
    schemes.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, schemes / f"{loaded.name}.toml")
    return loaded.name
