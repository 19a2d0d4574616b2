"""Which kept tiles are old after a change, and what leaves when memory is short."""

import random

from gisgrid.changes import FIGURES, Figure, tiles_of
from gisgrid.geo import BBox, LonLat, TileCoord, tile_at
from gisgrid.layers import all_layers
from gisgrid.tile_cache import MARGIN, MOST_CHANGES, Change, Key, TileCache, box_of

HERE = LonLat(113.85, 27.63)


def key(z: int = 14, dx: int = 0, layers: tuple[str, ...] = ("area", "ticket")) -> Key:
    tile = tile_at(HERE, z)
    return Key(layers, TileCoord(z, tile.x + dx, tile.y), b"")


def kept(cache: TileCache, *keys: Key, size: int = 10) -> None:
    for each in keys:
        cache.keep(each, cache.expect(each), "a tile", size)


def at(point: LonLat, layer: str = "ticket") -> Change:
    return Change(layer, BBox(point.lon, point.lat, point.lon, point.lat))


def test_a_change_makes_its_tiles_old_at_every_zoom_and_no_others() -> None:
    cache = TileCache(10_000)
    keys = [key(z) for z in range(23)]
    kept(cache, *keys, key(14, dx=3), key(layers=("ground",)))
    cache.make_old([at(HERE)])
    assert set(cache.tiles) == {key(14, dx=3), key(layers=("ground",))}


def test_a_change_beside_a_tile_is_in_it_as_far_as_a_tile_may_show() -> None:
    rng = random.Random(7)
    for z in range(6, 19):
        tile = tile_at(HERE, z)
        box = box_of(tile)
        width = 360 / (1 << z)
        for _ in range(50):
            lon = tile.x * width - 180 + width * rng.uniform(-MARGIN, 1 + MARGIN)
            assert box.west <= lon <= box.east
            assert box.south < HERE.lat < box.north


def test_what_changes_while_a_tile_is_drawn_is_not_kept() -> None:
    cache = TileCache(10_000)
    drawn = cache.expect(key())
    cache.make_old([at(HERE)])
    assert cache.find(key()) is None, "who comes now waits for another one"
    again = cache.expect(key())
    cache.keep(key(), drawn, "old", 10)
    assert cache.find(key()) is again
    assert again.answer is None
    cache.keep(key(), again, "new", 10)
    found = cache.find(key())
    assert found is not None
    assert found.answer == "new"


def test_very_many_changes_make_everything_of_their_layers_old() -> None:
    cache = TileCache(10_000)
    kept(cache, key(), key(14, dx=50), key(layers=("ground",)))
    cache.make_old([at(HERE)] * (MOST_CHANGES + 1))
    assert set(cache.tiles) == {key(layers=("ground",))}


def test_memory_is_bounded_and_the_least_used_leaves_first() -> None:
    cache = TileCache(100)
    kept(cache, *(key(dx=n) for n in range(10)))
    cache.find(key(dx=0))
    kept(cache, key(dx=10))
    assert cache.bytes == 100
    assert key(dx=0) in cache.tiles
    assert key(dx=1) not in cache.tiles
    kept(cache, key(dx=11), size=101)
    assert cache.bytes == 0
    assert not cache.tiles


def test_a_tile_of_figures_depends_on_its_neighbours_and_on_every_area() -> None:
    """A figure adds up the tickets of an area, which is at most as large as a tile."""
    for z, is_old in ((14, True), (15, False)):
        cache = TileCache(10_000)
        tile = tile_at(HERE, z)
        beside = LonLat((tile.x + 1.9) / (1 << z) * 360 - 180, HERE.lat)
        kept(cache, key(z, layers=("ticket",)))
        cache.make_old([at(beside)])
        assert (not cache.tiles) is is_old, z
        cache = TileCache(10_000)
        kept(cache, key(z, layers=("ticket",)), key(z, layers=("ground",)))
        cache.make_old([at(LonLat(0, 0), "area")])
        assert set(cache.tiles) == {key(z, layers=("ground",))} | (set() if is_old else {key(z, layers=("ticket",))})


def test_where_figures_are_known_tiles_that_show_none_of_them_stay() -> None:
    """A grid's figure is in the tiles that meet its box, in the zooms in which the grid has one."""
    tile = tile_at(HERE, 14)
    width = 360 / (1 << 14)
    east = (tile.x + 1) * width - 180
    for last_zoom, reaches, is_old in ((14, 0.1, True), (14, -0.1, False), (13, 0.1, False)):
        box = BBox(east - 0.8 * width, HERE.lat, east + reaches * width, HERE.lat)
        change = Change(
            "ticket", BBox(east - width / 2, HERE.lat, east - width / 2, HERE.lat), (Figure(9, last_zoom, box),)
        )
        cache = TileCache(10_000)
        kept(cache, key(14), key(14, dx=1), key(13))
        cache.make_old([change])
        assert (key(14, dx=1) not in cache.tiles) is is_old
        assert not {key(14), key(13)} & set(cache.tiles)
        said = tiles_of(*(east - width / 2, HERE.lat) * 2, layer="ticket", figures=change.figures)
        assert said["14"] == [tile.x, tile.y, tile.x + is_old, tile.y]
        assert said["16"] == tiles_of(*(east - width / 2, HERE.lat) * 2, layer="ticket")["16"]


def test_what_an_event_says_of_tiles_agrees_with_what_layers_promise() -> None:
    promised = {layer.id: z for layer in all_layers().values() for z in range(23) if layer.figures_of(z)}
    assert promised == {name: below - 1 for name, below in FIGURES.items()}
    beside = tiles_of(HERE.lon, HERE.lat, HERE.lon, HERE.lat, layer="ticket")
    tile = tile_at(HERE, 14)
    assert beside["14"] == [tile.x - 1, tile.y - 1, tile.x + 1, tile.y + 1]
    assert beside["18"][0] == tile_at(HERE, 18).x
