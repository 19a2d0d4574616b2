"""Which layers are there, and what does each promise? Read from `tiles/*/`, which is the only registry."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gisgrid.errors import Fault, NotFound
from gisgrid.settings import shipped

Json = dict[str, Any]
OWN = "gisgrid:"
"""What our own keys begin with in tilejson.json and in the metadata of style layers."""


@dataclass(frozen=True)
class Layer:
    """One folder of `tiles/`: its name is the id, the SQL function, the source-layer and the URL."""

    id: str
    tilejson: Json
    style: tuple[Json, ...]

    @property
    def function(self) -> str:
        """The SQL function that gives its rows."""
        return f"tile.{self.id}"

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns a feature carries beside its id and geometry, as promised to clients."""
        return tuple(self.tilejson["vector_layers"][0]["fields"])

    @property
    def scoped(self) -> bool:
        """Does the answer depend on who asks? If not, it is one and the same for everybody."""
        return bool(self.tilejson[f"{OWN}scoped"])

    @property
    def action(self) -> str:
        """What a role must be allowed (core.permission) to see this layer, where it is scoped."""
        return f"see_{self.id}"


@cache
def all_layers(folder: Path | None = None) -> Mapping[str, Layer]:
    """Every layer by its id, in the order of their names. Read once a process."""
    paths = sorted((folder or shipped("tiles")).glob("*/layer.sql"))
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
    tilejson = json.loads((folder / "tilejson.json").read_text(encoding="utf-8"))
    style = json.loads((folder / "style.json").read_text(encoding="utf-8"))
    return Layer(folder.name, tilejson, tuple(style))
