"""Every file of the sample district as text: the same bytes on every machine and run."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from gisgrid.sample.areas import area_features
from gisgrid.sample.buildings import building_features
from gisgrid.sample.devices import DEVICE_COLUMNS, device_rows
from gisgrid.sample.division import FIRST_FROM, LATER_FROM, Divisions, divide
from gisgrid.sample.frame import INVENTED, Feature
from gisgrid.sample.ground import Ground
from gisgrid.sample.overlays import (
    CAMERA_COLUMNS,
    PLACE_COLUMNS,
    camera_rows,
    place_rows,
)
from gisgrid.sample.patrols import PING_COLUMNS, ping_rows
from gisgrid.sample.people import POST_COLUMNS, post_rows
from gisgrid.sample.reach import reach_features
from gisgrid.sample.streets import river_features, street_features
from gisgrid.sample.tickets import TICKET_COLUMNS, ticket_rows

SEED = 369


def sample_files(divisions: Divisions | None = None) -> dict[str, str]:
    """File name to text. Takes some seconds."""
    divisions = divisions or divide(Ground(SEED))
    ground = divisions.ground
    return {
        "areas_2023.geojson": collection("areas_2023", area_features(ground, divisions.first, FIRST_FROM)),
        "areas.geojson": collection("areas", area_features(ground, divisions.later, LATER_FROM)),
        "streets.geojson": collection("streets", street_features(ground)),
        "river.geojson": collection("river", river_features(ground)),
        "buildings.geojson": collection("buildings", building_features(divisions)),
        "posts.csv": table(POST_COLUMNS, post_rows(divisions)),
        "cameras.csv": table(CAMERA_COLUMNS, camera_rows(divisions)),
        "places.csv": table(PLACE_COLUMNS, place_rows(divisions)),
        "reach.geojson": collection("reach", reach_features(divisions)),
        "devices.csv": table(DEVICE_COLUMNS, device_rows(divisions)),
        "tickets.csv": table(TICKET_COLUMNS, ticket_rows(divisions)),
        "pings.csv": table(PING_COLUMNS, ping_rows(divisions)),
    }


def collection(name: str, features: Sequence[Feature]) -> str:
    """A GeoJSON FeatureCollection (RFC 7946), one feature a line."""
    head = f'"type": "FeatureCollection", "name": "{name}", "description": "{INVENTED}"'
    lines = (json.dumps(feature, ensure_ascii=False, sort_keys=True, separators=(",", ":")) for feature in features)
    return f'{{{head}, "features": [\n' + ",\n".join(lines) + "\n]}\n"


def table(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """A CSV text: UTF-8, LF, a header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def write_sample(folder: Path) -> list[Path]:
    """Write the sample into a folder; which files are there now?"""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in sample_files().items():
        path = folder / name
        path.write_text(text, encoding="utf-8", newline="\n")
        paths.append(path)
    return paths
