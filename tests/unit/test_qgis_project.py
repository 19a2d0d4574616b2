"""The QGIS project's XML without QGIS: what QGIS is known to trip over, and that nobody's secrets are in it."""

import io
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest

from gisgrid.boundaries.qgis.layers import read_layers
from gisgrid.boundaries.qgis.project import DOCTYPE, write_project
from gisgrid.boundaries.qgis.storage import pack, project_uri, service_file, write_file
from gisgrid.errors import Refused
from gisgrid.geo import BBox
from gisgrid.settings import shipped

PROJECT = write_project(read_layers(), "基础网格", BBox(113.8, 27.6, 113.9, 27.7))
ROOT = ET.fromstring(PROJECT.decode())  # noqa: S314  # written two lines above
LAYERS = {layer.findtext("id") or "": layer for layer in ROOT.iter("maplayer")}


def test_layers_are_named_so_that_qgis_keeps_the_name() -> None:
    assert len(LAYERS) == len(read_layers())
    assert all(len(name) > 10 for name in LAYERS), "shorter ones are renamed, and references break"


def test_whatever_names_a_layer_names_one_that_is_there() -> None:
    named = [element.get("id") for tag in ("layer-tree-layer", "layer-setting", "layer") for element in ROOT.iter(tag)]
    named += [element.text for element in ROOT.iter("value")]
    named += [option.get("value") for option in ROOT.iter("Option") if option.get("name") == "Layer"]
    assert {name for name in named if name and name.startswith("gisgrid_")} == set(LAYERS)
    assert not [name for name in named if name and not name.startswith("gisgrid_")]


def test_coordinate_systems_are_spelled_out() -> None:
    for system in ROOT.iter("spatialrefsys"):
        assert (system.findtext("wkt") or "").startswith(("GEOGCRS", "PROJCRS"))


def test_it_holds_no_host_and_no_password() -> None:
    text = PROJECT.decode()
    assert text.startswith(DOCTYPE)
    assert not [word for word in ("host=", "password", "user=", "127.0.0.1", "authcfg") if word in text]
    assert all("service='gisgrid'" in (layer.findtext("datasource") or "") for layer in LAYERS.values())


def test_the_same_project_is_written_the_same() -> None:
    assert write_project(read_layers(), "基础网格", BBox(113.8, 27.6, 113.9, 27.7)) == PROJECT


def test_another_network_is_asked_for_everywhere() -> None:
    text = write_project(read_layers("party"), "党建", None).decode()
    assert "'party'" in text and "'base'" not in text.replace("kind = 'base'", "").replace("expression=\"'base'\"", "")
    assert "{network}" not in text and "{current}" not in text


def test_every_style_is_used_and_can_be_read() -> None:
    kept = {*(shipped("sql") / "qgis" / "styles").glob("*.qml"), *shipped("tiles").glob("*/*.qml")}
    usual = {shipped("sql") / "qgis" / "styles" / "thing.qml"}  # of a folder that brings none
    assert {layer.style for layer in read_layers() if layer.style} | usual == kept
    drawn = [layer.id for layer in read_layers() if layer.geometry]
    assert all(LAYERS[name].find("renderer-v2") is not None for name in drawn)


def test_a_qgz_holds_the_project_alone(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(pack(PROJECT, "gisgrid"))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {"gisgrid.qgs": PROJECT}
    write_file(PROJECT, tmp_path / "a.qgs")
    assert (tmp_path / "a.qgs").read_bytes() == PROJECT


@pytest.mark.parametrize("name", ["a.xml", "a", "nowhere/a.qgz"])
def test_a_file_that_qgis_could_not_open_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused):
        write_file(PROJECT, tmp_path / name)


def test_how_it_is_opened() -> None:
    assert project_uri("gisgrid", "db") == "postgresql://?service=gisgrid&dbname=db&schema=draft&project=gisgrid"
    assert service_file("h", 1, "db", "li").splitlines() == ["[gisgrid]", "host=h", "port=1", "dbname=db", "user=li"]
