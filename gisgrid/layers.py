"""The layers and the promises of each, read from `tiles/*/`, which is the only registry."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gisgrid.errors import Fault, NotFound
from gisgrid.loading import Column, number, plain
from gisgrid.settings import shipped

Json = dict[str, Any]
OWN = "gisgrid:"
"""The prefix of our own keys in tilejson.json and in the metadata of style layers."""


@dataclass(frozen=True)
class Load:
    """How files of a layer's things are loaded: `gisgrid load VERB`; `example`: cells of a row without its point.

    `instants`: columns that are read as times, by the options of the load.
    """

    verb: str
    help: str
    columns: tuple[Column, ...]
    example: Mapping[str, str]
    instants: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Layer:
    """One folder of `tiles/`: its name is the id, the SQL function, the source-layer and the URL.

    `facts`: its layer.toml. A layer without tiles has an empty promise and no style.
    """

    id: str
    facts: Json
    tilejson: Json
    style: tuple[Json, ...]
    folder: Path

    @property
    def function(self) -> str:
        """The SQL function that gives the layer's rows."""
        return f"tile.{self.id}"

    @property
    def table(self) -> str:
        """The table of the layer's things, for a layer of things."""
        return f"overlay.{self.id}"

    @property
    def view(self) -> str:
        """The view by which a person's login reads the layer's things in his areas."""
        return f"app.{self.id}_in_scope"

    @property
    def is_thing(self) -> bool:
        """Do the layer's rows belong to an area by their point, and are they relocated after a redraw?"""
        return "thing" in self.facts

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns a feature carries beside its id and geometry, as promised to clients."""
        return tuple(self.tilejson["vector_layers"][0]["fields"])

    @property
    def scoped(self) -> bool:
        """Does an answer depend on the caller? If not, it is the same for everybody."""
        return bool(self.tilejson[f"{OWN}scoped"])

    @property
    def by_network(self) -> bool:
        """Are the layer's rows those of one network, which the request names?"""
        return bool(self.tilejson.get(f"{OWN}by_network", False))

    @property
    def filters(self) -> tuple[str, ...]:
        """The query parameters by which a tile of the layer holds fewer features."""
        return tuple(self.tilejson.get(f"{OWN}filters", ()))

    def figures_of(self, z: int) -> str | None:
        """The layer by whose shapes a tile of this zoom adds up, a figure for each that is smaller than a tile.

        Such a tile depends on all that changes up to its side beyond its edge, and on every change of that layer.
        """
        said = self.tilejson.get(f"{OWN}figures", {})
        return str(said["of"]) if said and z < said["below"] else None

    @property
    def action(self) -> str:
        """The action (core.permission) that a role needs to see this layer, for a scoped layer."""
        return f"see_{self.id}"

    @property
    def load(self) -> Load | None:
        """How files of the layer's things are loaded; None: not at all, or by a verb of their own."""
        given = self.facts.get("load")
        if given is None:
            return None
        columns: dict[str, Json] = given["columns"]
        example = {name: column["example"] for name, column in columns.items()}
        instants = frozenset(name for name, column in columns.items() if column.get("instant"))
        return Load(given["verb"], given["help"], tuple(_column(*item) for item in columns.items()), example, instants)


def all_layers() -> Mapping[str, Layer]:
    """Every layer with tiles by its id, in the order of their names."""
    return MappingProxyType({layer.id: layer for layer in read_folders().values() if layer.tilejson})


def thing_layers() -> Mapping[str, Layer]:
    """Every layer whose rows are things (tables that inherit overlay.thing), those without tiles too."""
    return MappingProxyType({layer.id: layer for layer in read_folders().values() if layer.is_thing})


@cache
def read_folders() -> Mapping[str, Layer]:
    """Every folder of `tiles/` by its name. Read once a process."""
    paths = sorted(shipped("tiles").glob("*/layer.toml"))
    return MappingProxyType({path.parent.name: _read(path.parent) for path in paths})


def find_layers(names: str) -> list[Layer]:
    """The layers of a list like `area,ticket`, in its order, each once. Raises NotFound naming the unknown."""
    known = all_layers()
    wanted = list(dict.fromkeys(names.split(",")))
    unknown = [name for name in wanted if name not in known]
    if unknown:
        remedy = "there are: " + ", ".join(known)
        raise NotFound(*(Fault("layers", f"no layer is called {name!r}", remedy) for name in unknown))
    return [known[name] for name in wanted]


def _read(folder: Path) -> Layer:
    facts = tomllib.loads((folder / "layer.toml").read_text(encoding="utf-8"))
    if not (folder / "layer.sql").exists():
        return Layer(folder.name, facts, {}, (), folder)
    tilejson = json.loads((folder / "tilejson.json").read_text(encoding="utf-8"))
    style = json.loads((folder / "style.json").read_text(encoding="utf-8"))
    return Layer(folder.name, facts, tilejson, tuple(style), folder)


def _column(name: str, given: Json) -> Column:
    read = number(*given["range"]) if "range" in given else plain
    return Column(name, read, given.get("required", False), tuple(given.get("aliases", ())))
