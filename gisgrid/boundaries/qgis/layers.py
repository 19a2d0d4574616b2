"""Which layers does the QGIS project hold, from which tables, with which forms? Read from sql/qgis/layers.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gisgrid.settings import shipped

Toml = dict[str, Any]
"""A table of layers.toml as it stands there."""
SERVICE = "gisgrid"
"""The libpq service that every layer names: where the server is and who asks is each clerk's own file."""


@dataclass(frozen=True)
class FormField:
    """A column as its form shows it. `values`: (words, value) pairs; `chosen_from`: a layer and its key column."""

    name: str
    alias: str
    editable: bool = True
    values: tuple[tuple[str, str], ...] = ()
    chosen_from: tuple[str, str] | None = None
    nullable: bool = False
    default: str = ""


@dataclass(frozen=True)
class ProjectLayer:
    """One layer of the project; sql/qgis/layers.toml says what each value means."""

    id: str
    name: str
    group: str
    table: str
    key: str
    geometry: tuple[str, str] | None = None
    filter: str = ""
    fields: tuple[FormField, ...] = ()
    style: str = ""
    display: str = ""
    tip: str = ""
    action: str = ""
    action_name: str = ""
    follows: tuple[str, ...] = ()
    refresh_s: int = 0
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


def read_layers(network: str = "base", path: Path | None = None) -> tuple[ProjectLayer, ...]:
    """The layers of the project of one network, the topmost first. The name must be a network's: it goes into SQL."""
    text = (path or shipped("sql") / "qgis" / "layers.toml").read_text(encoding="utf-8")
    plan = tomllib.loads(text.replace("{network}", network))
    return tuple(_layer(plan, entry) for entry in plan["layer"])


def _layer(plan: Toml, entry: Toml) -> ProjectLayer:
    given = dict(entry)
    columns = plan["fields"].get(given.pop("fields", ""), {})
    defaults = given.get("defaults", {})
    return ProjectLayer(
        **{
            **given,
            "filter": given.get("filter", "").replace("{current}", plan["current"]),
            "geometry": tuple(given["geometry"]) if "geometry" in given else None,
            "follows": tuple(given.get("follows", ())),
            "fields": tuple(_field(name, column, defaults.get(name, "")) for name, column in columns.items()),
        }
    )


def _field(name: str, column: Toml, default: str) -> FormField:
    return FormField(
        name=name,
        alias=column["alias"],
        editable=column.get("editable", True),
        values=tuple((words, value) for words, value in column.get("values", ())),
        chosen_from=tuple(column["list"]) if "list" in column else None,
        nullable=column.get("nullable", False),
        default=default or column.get("default", ""),
    )
