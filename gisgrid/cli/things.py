"""The function that loads the things of a layer; layers with rules of their own have their own function."""

from collections.abc import Callable

from gisgrid.cameras import load_cameras
from gisgrid.devices import load_devices
from gisgrid.layers import Layer
from gisgrid.loading import Loaded
from gisgrid.places import load_places
from gisgrid.things import load_things

Loader = Callable[..., Loaded]
OWN: dict[str, Loader] = {"camera": load_cameras, "device": load_devices, "place": load_places}
"""By layer: functions that check more than single cells, or draw more than a point."""


def thing_loader(layer: Layer) -> Loader:
    """A function of database, source and options that loads this layer's things."""
    plain: Loader = lambda database, source, options: load_things(database, layer, source, options)  # noqa: E731
    return OWN.get(layer.id, plain)
