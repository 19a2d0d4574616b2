"""The QGIS project as XML: its layers, settings for editing, where the map opens."""

import copy
import xml.etree.ElementTree as ET
from collections.abc import Sequence

import pyproj

from gisgrid.boundaries.qgis.layers import ProjectLayer
from gisgrid.boundaries.qgis.maplayer import put, write_layer
from gisgrid.geo import BBox

VERSION = "3.22.0-Białowieża"
"""The oldest QGIS that the project is tried on; a newer one opens it silently."""
DOCTYPE = "<!DOCTYPE qgis>\n"
ON_LAYERS = "2"  # avoid overlap: on the layers of the list
VERTEX_AND_SEGMENT = "3"
PIXELS = "1"
IMAGERY = "影像 imagery (WMTS, XYZ)"
"""An empty group below everything else: what a clerk puts there lies under the grids."""
SELECTED = {"Red": 255, "Green": 221, "Blue": 0, "Alpha": 90}
"""What is selected is yellow and lets the ground through; without a colour of the project's QGIS draws it white."""
DEGREES = 4326
"""The map's system is the layers': in another one the vertex tool of QGIS 3.22 to 3.34 finds no neighbour's corner at
the very place of the corner that it moves, and leaves the neighbours behind."""


def write_project(layers: Sequence[ProjectLayer], title: str, bounds: BBox | None) -> bytes:
    """The .qgs file of these layers. `bounds` (EPSG:4326) is what the map shows first; None: everything.

    Transaction groups are off: a refused save keeps its edits and shows the whole text.
    """
    root = ET.Element("qgis", version=VERSION, projectname=title)
    put(root, "title", title)
    ET.SubElement(root, "autotransaction", active="0")
    ET.SubElement(root, "transaction", mode="Disabled")  # the same for QGIS 3.26 and later
    ET.SubElement(root, "evaluateDefaultValues", active="0")
    ET.SubElement(root, "trust", active="0")
    ET.SubElement(root, "projectCrs").append(_crs(DEGREES))
    root.append(_tree(layers))
    root.append(_snapping(layers))
    _write_view(root, bounds)
    by_id, drawn = {layer.id: layer for layer in layers}, _crs(DEGREES)
    held = ET.SubElement(root, "projectlayers")
    held.extend(write_layer(layer, by_id, copy.deepcopy(drawn)) for layer in layers)
    order = ET.SubElement(root, "layerorder")
    for layer in layers:
        ET.SubElement(order, "layer", id=layer.id)
    _write_properties(root, layers)
    ET.indent(root)
    return (DOCTYPE + ET.tostring(root, encoding="unicode") + "\n").encode()


def _crs(number: int) -> ET.Element:
    """QGIS reads the system from its full text; from a number alone it takes none."""
    crs = pyproj.CRS.from_epsg(number)
    element = ET.Element("spatialrefsys")
    put(element, "wkt", crs.to_wkt("WKT2_2019"))
    put(element, "srid", str(number))
    put(element, "authid", f"EPSG:{number}")
    put(element, "description", crs.name)
    put(element, "geographicflag", str(crs.is_geographic).lower())
    return element


def _tree(layers: Sequence[ProjectLayer]) -> ET.Element:
    root = ET.Element("layer-tree-group")
    groups: dict[str, ET.Element] = {}
    for layer in layers:
        if layer.group not in groups:
            expanded = str(int(not layer.hidden))
            groups[layer.group] = ET.SubElement(
                root, "layer-tree-group", name=layer.group, checked="Qt::Checked", expanded=expanded
            )
        ET.SubElement(
            groups[layer.group],
            "layer-tree-layer",
            {"id": layer.id, "name": layer.name, "source": layer.source, "providerKey": "postgres", "expanded": "0"}
            | {"checked": "Qt::Checked" if layer.visible else "Qt::Unchecked"},
        )
    ET.SubElement(root, "layer-tree-group", name=IMAGERY, checked="Qt::Checked", expanded="1")
    return root


def _snapping(layers: Sequence[ProjectLayer]) -> ET.Element:
    """Snap to corners and edges of the draft within 12 pixels; other layers can be ticked by hand."""
    shared = {"type": VERTEX_AND_SEGMENT, "tolerance": "12", "minScale": "0", "maxScale": "0"}
    settings = ET.Element(
        "snapping-settings",
        {"enabled": "1", "mode": "3", "unit": PIXELS, "intersection-snapping": "0", "self-snapping": "0"}
        | shared
        | {"scaleDependencyMode": "0"},
    )
    each = ET.SubElement(settings, "individual-layer-settings")
    for layer in layers:
        if layer.geometry and not layer.hidden:
            mine = {"id": layer.id, "enabled": str(int(layer.snapping)), "units": PIXELS}
            ET.SubElement(each, "layer-setting", mine | shared)
    return settings


def _write_view(root: ET.Element, bounds: BBox | None) -> None:
    if bounds is None:
        return
    corners = {"xmin": bounds.west, "ymin": bounds.south, "xmax": bounds.east, "ymax": bounds.north}
    canvas = ET.SubElement(root, "mapcanvas", name="theMapCanvas", annotationsVisible="1")
    put(canvas, "units", "degrees")
    extent = ET.SubElement(canvas, "extent")
    settings = ET.SubElement(root, "ProjectViewSettings", UseProjectScales="0", rotation="0")
    default = ET.SubElement(settings, "DefaultViewExtent", {name: f"{value:.9f}" for name, value in corners.items()})
    default.append(_crs(DEGREES))
    for name, value in corners.items():
        put(extent, name, f"{value:.9f}")
    put(canvas, "rotation", "0")
    ET.SubElement(canvas, "destinationsrs").append(_crs(DEGREES))


def _write_properties(root: ET.Element, layers: Sequence[ProjectLayer]) -> None:
    properties = ET.SubElement(root, "properties")
    digitizing = ET.SubElement(properties, "Digitizing")
    _property(digitizing, "TopologicalEditing", "int", "1")
    _property(digitizing, "AvoidIntersectionsMode", "int", ON_LAYERS)
    avoided = ET.SubElement(digitizing, "AvoidIntersectionsList", type="QStringList")
    for layer in layers:
        if layer.avoid_overlap:
            put(avoided, "value", layer.id)
    selected = ET.SubElement(properties, "Gui")
    for part, value in SELECTED.items():
        _property(selected, f"SelectionColor{part}Part", "int", str(value))
    _property(ET.SubElement(properties, "SpatialRefSys"), "ProjectionsEnabled", "int", "1")
    _property(ET.SubElement(properties, "PAL"), "ShowingPartialsLabels", "bool", "false")
    measure = ET.SubElement(properties, "Measure")
    _property(measure, "Ellipsoid", "QString", "EPSG:7030")
    units = ET.SubElement(properties, "Measurement")
    _property(units, "DistanceUnits", "QString", "meters")
    _property(units, "AreaUnits", "QString", "m2")
    _property(ET.SubElement(properties, "Paths"), "Absolute", "bool", "false")


def _property(parent: ET.Element, name: str, kind: str, value: str) -> None:
    put(parent, name, value).set("type", kind)
