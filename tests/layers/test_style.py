"""The map's style: valid by MapLibre's own check, composed of what the layers bring."""

import copy
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gisgrid import bootstrap
from gisgrid.errors import NotFound
from gisgrid.layers import all_layers
from gisgrid.settings import shipped
from gisgrid.tiles import BANDS, style, tilejson
from tests.house.tree import CHECKOUT

SPEC = bootstrap.CHECKOUT / "viewer/node_modules/@maplibre/maplibre-gl-style-spec/dist/index.mjs"
CHECK = """
import { readFileSync } from 'node:fs';
const { validateStyleMin } = await import(process.argv[2]);
const faults = validateStyleMin(JSON.parse(readFileSync(0, 'utf8')));
process.stdout.write(JSON.stringify(faults.map(({ message }) => message)));
"""


def day() -> dict[str, Any]:
    """The style of every layer."""
    return style("day", list(all_layers().values()), "http://127.0.0.1:8000", 1_790_000_000, 86_400)


def faults_of(candidate: dict[str, Any], folder: Path) -> list[str]:
    """What MapLibre's validator has against a style."""
    if not SPEC.exists():
        pytest.fail(f"{SPEC} is missing: build the viewer once, as python3 -m gisgrid test does")
    node = bootstrap.ensure_node(print).bin_dir / "node"
    script = folder / "check.mjs"
    script.write_text(CHECK, encoding="utf-8")
    done = subprocess.run([node, script, SPEC], input=json.dumps(candidate), capture_output=True, text=True, check=True)
    found: list[str] = json.loads(done.stdout)
    return found


def test_the_style_is_valid(tmp_path: Path) -> None:
    assert faults_of(day(), tmp_path) == []


def test_the_validator_catches_a_planted_fault(tmp_path: Path) -> None:
    broken = copy.deepcopy(day())  # the layers are everybody's
    broken["layers"][1]["paint"]["fill-colour"] = "#fff"
    assert faults_of(broken, tmp_path) == ['layers[1].paint.fill-colour: unknown property "fill-colour"']


def test_it_asks_nobody_for_fonts_or_icons() -> None:
    assert not {"glyphs", "sprite"} & set(day())
    text = json.dumps(day())
    assert text.count("http") == len(all_layers()), "tiles of this server, and nothing else"


def test_layers_lie_in_their_bands_and_ids_are_unique() -> None:
    layers = day()["layers"]
    assert layers[0]["type"] == "background"
    bands = [BANDS.index(part["metadata"]["gisgrid:band"]) for part in layers[1:]]
    assert bands == sorted(bands)
    assert len({part["id"] for part in layers}) == len(layers)


def test_no_figure_shows_through_the_circle_of_another_layer() -> None:
    """Two figures in one circle read as one number: 5 tickets over 10 cameras would be 50."""
    layers = day()["layers"]
    circles = [at for at, part in enumerate(layers) if part["type"] == "circle"]
    for at, part in enumerate(layers):
        if part["type"] == "symbol" and "count" in _fields(part["layout"].get("text-field")):
            own = max(circle for circle in circles if layers[circle]["source"] == part["source"])
            assert {layers[circle]["source"] for circle in circles if own < circle < at} == set(), part["id"]


def test_every_style_layer_reads_fields_that_its_source_has() -> None:
    for part in day()["layers"][1:]:
        used = set(_fields(part.get("filter")) + _fields(part.get("layout")) + _fields(part["paint"]))
        assert used <= set(all_layers()[part["source"]].fields), part["id"]


def _fields(expression: Any) -> list[str]:
    if isinstance(expression, dict):
        return [name for value in expression.values() for name in _fields(value)]
    if not isinstance(expression, list):
        return []
    own = [expression[1]] if len(expression) == 2 and expression[0] in ("get", "has") else []
    return own + [name for part in expression for name in _fields(part)]


def test_time_is_in_the_style_and_not_in_the_tiles() -> None:
    state = day()["state"]
    assert state == {
        "now": {"default": 1_790_000_000},
        "due_soon_s": {"default": 86_400},
        "closed": {"default": False},
        "figures": {"default": True},
        "basemap": {"default": False},
    }
    assert '["global-state", "now"]' in json.dumps(day())


def test_a_hidden_layer_leaves_no_trace() -> None:
    layers = [layer for layer in all_layers().values() if not layer.scoped]
    shown = style("day", layers, "http://x", 0, 0)
    assert set(shown["sources"]) == {layer.id for layer in layers} >= {"area", "ground", "ticket"}
    assert {part.get("source") for part in shown["layers"]} == {None, *shown["sources"]}
    assert set(shown["metadata"]["gisgrid:layers"]) == set(shown["sources"])


def test_an_unknown_theme_is_not_found() -> None:
    with pytest.raises(NotFound, match="there are: day"):
        style("noon", [], "", 0, 0)


def test_tilejson_of_several_layers_joins_their_promises() -> None:
    layers = [all_layers()[name] for name in ("area", "ticket")]
    joined = tilejson(layers, "http://x")
    assert joined["tilejson"] == "3.0.0"
    assert joined["tiles"] == ["http://x/tiles/area,ticket/{z}/{x}/{y}.mvt"]
    assert [entry["id"] for entry in joined["vector_layers"]] == ["area", "ticket"]
    assert joined["attribution"] == "gisgrid"
    assert not [key for key in joined if key.startswith("gisgrid:")]


COLOUR = re.compile(r'"(#[0-9a-fA-F]{3,8}|rgba?\([^"]*\))"')


def tokens() -> dict[str, dict[str, dict[str, str]]]:
    found: dict[str, dict[str, dict[str, str]]] = json.loads((shipped("tiles") / "tokens.json").read_text("utf-8"))
    return found


def test_every_colour_of_a_style_is_a_token_and_changes_with_the_theme() -> None:
    known = {token["day"] for token in tokens()["map"].values()}
    used = {colour for part in day()["layers"] for colour in COLOUR.findall(json.dumps(part))}
    assert used <= known, "add it to tiles/tokens.json, with its colours of the dark and of the wall"
    for theme in ("dark", "wall"):
        shown = style(theme, list(all_layers().values()), "http://127.0.0.1:8000", 1_790_000_000, 86_400)
        told = {colour for part in shown["layers"] for colour in COLOUR.findall(json.dumps(part))}
        assert told <= {token[theme] for token in tokens()["map"].values()}
        assert [part["id"] for part in shown["layers"]] == [part["id"] for part in day()["layers"]]


def test_the_page_and_the_map_have_one_file_of_colours() -> None:
    page = (CHECKOUT / "viewer/src/styles/tokens.css").read_text("utf-8")
    for name, token in tokens()["page"].items():
        assert f"--{name}: {token['day']};" in page, name
