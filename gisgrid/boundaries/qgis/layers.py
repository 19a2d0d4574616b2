"""The layers of the QGIS project, their tables and forms.

Read from sql/qgis/layers.toml, and of things on the ground from the folders of tiles/.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gisgrid.layers import Json, Layer, read_folders, thing_layers
from gisgrid.settings import shipped

SERVICE = "gisgrid"
"""The libpq service that every layer names; server and user are in each clerk's own file."""
CONTEXT = "参考 context"
"""The group of overlays in the project."""


@dataclass(frozen=True)
class FormField:
    """A column as its form shows it. `values`: (words, value) pairs; `chosen_from`: a layer and its key column.

    `several`: any number of them, in a list.
    `default`: an expression of QGIS; `always`: it also replaces what is pasted or copied.
    `group`: the frame around it, a key of the layer's `frames`; `hidden`: in no form and no table.
    """

    name: str
    alias: str
    editable: bool = True
    values: tuple[tuple[str, str], ...] = ()
    chosen_from: tuple[str, str] | None = None
    nullable: bool = False
    default: str = ""
    always: bool = False
    several: bool = False
    group: str = ""
    hidden: bool = False


@dataclass(frozen=True)
class ProjectLayer:
    """One layer of the project; sql/qgis/layers.toml says what each value means. `style`: its file, if it has one."""

    id: str
    name: str
    group: str
    table: str
    key: str
    needs: str = ""
    geometry: tuple[str, str] | None = None
    filter: str = ""
    fields: tuple[FormField, ...] = ()
    style: Path | None = None
    display: str = ""
    tip: str = ""
    notes: str = ""
    frames: Mapping[str, Json] = field(default_factory=dict)
    action: str = ""
    action_name: str = ""
    follows: tuple[str, ...] = ()
    refresh_s: int = 0
    hears: bool = False
    editable: bool = False
    snapping: bool = False
    avoid_overlap: bool = False
    large: bool = False
    visible: bool = True
    hidden: bool = False
    defaults: Mapping[str, str] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """The datasource as QGIS writes it: the service and the table, no host, no user, no password."""
        quoted = self.table if self.table.startswith("(") else '"' + self.table.replace(".", '"."') + '"'
        escaped = quoted.replace("\\", "\\\\").replace('"', '\\"') if quoted.startswith("(") else quoted
        table = f'"{escaped}"' if quoted.startswith("(") else escaped
        words = [f"service='{SERVICE}'", f"key='{self.key}'"]
        if self.large:
            words.append("estimatedmetadata=true")
        if self.geometry:
            words += ["srid=4326", f"type={self.geometry[1]}"]
        words += ["checkPrimaryKeyUnicity='0'", f"table={table}"]
        if self.geometry:
            words.append(f"({self.geometry[0]})")
        return " ".join(words) + (f" sql={self.filter}" if self.filter else "")


def read_layers(
    network: str = "base", folder: Path | None = None, *, may: frozenset[str] | None = None
) -> tuple[ProjectLayer, ...]:
    """The layers of the project of one network, the topmost first. The name must be a network's: it goes into SQL.

    `may`: of a login with these actions; None: of somebody who may do everything.
    """
    folder = folder or shipped("sql") / "qgis"
    plan = tomllib.loads((folder / "layers.toml").read_text(encoding="utf-8").replace("{network}", network))
    layers = (layer for entry in plan["layer"] for layer in _layers(plan, entry, folder / "styles"))
    return tuple(layer for layer in layers if may is None or not layer.needs or layer.needs in may)


def _layers(plan: Json, entry: Json, styles: Path) -> Iterator[ProjectLayer]:
    if not entry.get("folders"):
        fields, notes = entry.get("fields", ""), plan["notes"].get(entry.get("notes", ""), "")
        own = entry | {"frames": plan["frames"].get(fields, {}), "notes": notes}
        yield _layer(own, plan["fields"].get(fields, {}), plan["current"], styles)
        return
    for layer in read_folders().values():
        brought = layer.facts.get("qgis", {"layer": []})
        for own in brought["layer"]:
            own = _usual(layer) | own
            yield _layer(own, brought["fields"], plan["current"], layer.folder, styles / "thing.qml")


def _usual(layer: Layer) -> Json:
    """The defaults of a layer of things; without a style things are plain dots."""
    found = {"group": CONTEXT, "table": layer.view, "key": f"{layer.id}_id", "geometry": ["geom", "Point"]}
    found["needs"] = layer.action
    return {**found, "display": '"name"'}


def _layer(entry: Json, columns: Json, current: str, styles: Path, usual: Path | None = None) -> ProjectLayer:
    defaults = entry.get("defaults", {})
    fields = tuple(_field(name, column, defaults.get(name, "")) for name, column in columns.items())
    return ProjectLayer(
        **{
            **entry,
            "filter": entry.get("filter", "").replace("{current}", current),
            "geometry": tuple(entry["geometry"]) if "geometry" in entry else None,
            "follows": tuple(entry.get("follows", ())),
            "style": styles / f"{entry['style']}.qml" if "style" in entry else usual,
            "fields": fields,
        }
    )


def _field(name: str, column: Json, default: str) -> FormField:
    return FormField(
        name=name,
        alias=column["alias"],
        editable=column.get("editable", True),
        values=tuple(pair for words, value in column.get("values", ()) for pair in _values(words, value)),
        chosen_from=tuple(column["list"]) if "list" in column else None,
        nullable=column.get("nullable", False),
        default=default or column.get("default", ""),
        always=column.get("always", False),
        several=column.get("several", False),
        group=column.get("group", ""),
        hidden=column.get("hidden", False),
    )


def _values(words: str, value: str) -> list[tuple[str, str]]:
    """One choice of a list; `{things}` becomes one choice for each kind of thing."""
    if words != "{things}":
        return [(words, value)]
    named = {layer.id: layer.facts["thing"] for layer in thing_layers().values()}
    return [(f"{name['zh']} {name['en']}", kind) for kind, name in named.items()]
