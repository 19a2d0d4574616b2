"""One layer of the QGIS project as XML: source, style, form, value lists, action."""

import uuid
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from gisgrid.boundaries.qgis.layers import SERVICE, FormField, ProjectLayer
from gisgrid.settings import shipped

PYTHON_ACTION = "1"
Variant: TypeAlias = "str | bool | int | list[Variant] | Options"
Options: TypeAlias = "Mapping[str, Variant]"
"""The settings of a widget, as QGIS writes them."""
WIDE_PX, NARROW_PX = 15, 8
"""A Chinese character, a Latin letter in the head of a table."""
CODE_PX, LIST_PX = 150, 260
SHAPES = {"Point": "Point", "LineString": "Line", "MultiLineString": "Line", "MultiPolygon": "Polygon"}
SHAPES |= {"Polygon": "Polygon"}


def write_layer(layer: ProjectLayer, others: Mapping[str, ProjectLayer], crs: ET.Element) -> ET.Element:
    """`<maplayer>` of this layer; `others`, by id, are the layers whose rows its forms choose from."""
    element = ET.Element("maplayer", _attributes(layer))
    put(element, "id", layer.id)
    put(element, "datasource", layer.source)
    put(element, "layername", layer.name)
    if layer.geometry:
        ET.SubElement(element, "srs").append(crs)
    put(element, "provider", "postgres").set("encoding", "UTF-8")
    follows = ET.SubElement(element, "dataDependencies")
    for followed in layer.follows:
        ET.SubElement(follows, "layer", id=followed)
    flags = ET.SubElement(element, "flags")
    for name, value in (("Identifiable", not layer.hidden), ("Removable", True), ("Searchable", not layer.hidden)):
        put(flags, name, str(int(value)))
    put(flags, "Private", str(int(layer.hidden)))
    if layer.style:
        element.extend(read_style(layer.style))
    _write_form(element, layer, others)
    _write_action(element, layer)
    put(element, "previewExpression", layer.display)
    put(element, "mapTip", layer.tip)
    if layer.notes:
        ET.SubElement(element, "userNotes", value=layer.notes)
    return element


def put(parent: ET.Element, tag: str, text: str) -> ET.Element:
    """A child with a text."""
    child = ET.SubElement(parent, tag)
    child.text = text
    return child


def read_style(path: Path) -> list[ET.Element]:
    """Symbols and labels of a style file: what QGIS puts into the layer itself."""
    return list(_style(path))


def _style(path: Path) -> ET.Element:
    return ET.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314  # a file of ours


def _attributes(layer: ProjectLayer) -> dict[str, str]:
    found = {
        "type": "vector",
        "geometry": SHAPES[layer.geometry[1]] if layer.geometry else "No geometry",
        "wkbType": layer.geometry[1] if layer.geometry else "NoGeometry",
        "readOnly": str(int(not layer.editable)),
        "labelsEnabled": _style(layer.style).get("labelsEnabled", "0") if layer.style else "0",
        "hasScaleBasedVisibilityFlag": "0",
        "styleCategories": "AllStyleCategories",
    }
    if layer.refresh_s:
        found |= {"autoRefreshEnabled": "1", "autoRefreshTime": str(layer.refresh_s * 1000)}
    if layer.hears:
        found |= {"refreshOnNotifyEnabled": "1", "refreshOnNotifyMessage": SERVICE}
    return found


def _write_form(element: ET.Element, layer: ProjectLayer, others: Mapping[str, ProjectLayer]) -> None:
    """Aliases, widgets, defaults, editable columns, and a form that shows only these columns."""
    if not layer.fields:
        return
    widgets, aliases = ET.SubElement(element, "fieldConfiguration"), ET.SubElement(element, "aliases")
    defaults, editable = ET.SubElement(element, "defaults"), ET.SubElement(element, "editable")
    put(element, "editorlayout", "tablayout")
    form = ET.SubElement(element, "attributeEditorForm")
    frames = {"": form} | _frames(layer)
    for index, column in enumerate(layer.fields):
        _write_widget(ET.SubElement(widgets, "field", name=column.name, configurationFlags="None"), column, others)
        ET.SubElement(aliases, "alias", field=column.name, index=str(index), name=column.alias)
        if column.default:
            given = {"field": column.name, "expression": column.default, "applyOnUpdate": str(int(column.always))}
            ET.SubElement(defaults, "default", given)
        may = layer.editable and column.editable
        ET.SubElement(editable, "field", name=column.name, editable=str(int(may)))
        if not column.hidden:
            shown = {"name": column.name, "index": str(index), "showLabel": "1"}
            ET.SubElement(frames[column.group], "attributeEditorField", shown)
    form.extend(frame for frame in frames.values() if frame is not form)
    _write_table(element, layer.fields)


def _frames(layer: ProjectLayer) -> dict[str, ET.Element]:
    """The frames of a form by their keys; each shows only while its condition holds."""
    frames = {}
    for key, frame in layer.frames.items():
        shown = {"visibilityExpressionEnabled": "1", "visibilityExpression": frame["while"]}
        look = {"name": frame["title"], "groupBox": "1", "showLabel": "1", "columnCount": "1"}
        frames[key] = ET.Element("attributeEditorContainer", look | shown)
        if frame.get("action"):
            button = {"name": layer.action_name, "ActionUUID": _action_number(layer), "showLabel": "0"}
            ET.SubElement(frames[key], "attributeEditorAction", button)
    return frames


def _write_table(element: ET.Element, fields: Sequence[FormField]) -> None:
    """Without the column of actions: where it shows, QGIS 3.22 crashes when a new row is saved in an open table."""
    config = ET.SubElement(element, "attributetableconfig", actionWidgetStyle="buttonList", sortOrder="0")
    columns = ET.SubElement(config, "columns")
    ET.SubElement(columns, "column", type="actions", hidden="1")
    for column in fields:
        look = {"hidden": str(int(column.hidden)), "width": str(_width_px(column))}
        ET.SubElement(columns, "column", {"type": "field", "name": column.name} | look)


def _width_px(column: FormField) -> int:
    """As wide as the column's title, and as a code and a name that are chosen from a list."""
    title = sum(WIDE_PX if ord(letter) > 0x2E80 else NARROW_PX for letter in column.alias) + 3 * NARROW_PX
    return max(LIST_PX if column.chosen_from else CODE_PX, title)


def _write_widget(element: ET.Element, column: FormField, others: Mapping[str, ProjectLayer]) -> None:
    kind, options = _widget(column, others)
    widget = ET.SubElement(element, "editWidget", type=kind)
    config = ET.SubElement(widget, "config")
    config.append(_option(None, options))


def _widget(column: FormField, others: Mapping[str, ProjectLayer]) -> tuple[str, Options]:
    if column.values:
        return "ValueMap", {"map": [{words: value} for words, value in column.values]}
    if column.chosen_from:
        listed = others[column.chosen_from[0]]
        return "ValueRelation", {
            "Layer": listed.id,
            "LayerName": listed.name,
            "LayerProviderName": "postgres",
            "LayerSource": listed.source,
            "Key": column.chosen_from[1],
            "Value": "label",
            "AllowNull": column.nullable,
            "AllowMulti": column.several,
            "OrderByValue": True,
            "UseCompleter": False,
            "FilterExpression": "",
            "NofColumns": 1,
        }
    return "TextEdit", {"IsMultiline": False, "UseHtml": False}


def _option(name: str | None, value: Variant) -> ET.Element:
    """QGIS' XML of a variant: maps, lists, booleans, whole numbers, texts."""
    if isinstance(value, Mapping):
        element = ET.Element("Option", type="Map")
        element.extend(_option(key, inner) for key, inner in value.items())
    elif isinstance(value, list):
        element = ET.Element("Option", type="List")
        element.extend(_option(None, inner) for inner in value)
    elif isinstance(value, bool):
        element = ET.Element("Option", type="bool", value=str(value).lower())
    elif isinstance(value, int):
        element = ET.Element("Option", type="int", value=str(value))
    else:
        element = ET.Element("Option", type="QString", value=value)
    if name is not None:
        element.set("name", name)
    return element


def _write_action(element: ET.Element, layer: ProjectLayer) -> None:
    if not layer.action:
        return
    words = (shipped("sql") / "qgis" / layer.action).read_text(encoding="utf-8")
    action = ET.SubElement(
        ET.SubElement(element, "attributeactions"),
        "actionsetting",
        {"id": _action_number(layer), "type": PYTHON_ACTION, "name": layer.action_name, "shortTitle": layer.action_name}
        | {"action": words, "capture": "0", "icon": "", "isEnabledOnlyWhenEditable": "0", "notificationMessage": ""},
    )
    for scope in ("Feature", "Field", "Form"):  # the menus of a line and of a cell; the form
        ET.SubElement(action, "actionScope", id=scope)


def _action_number(layer: ProjectLayer) -> str:
    """What ties the button of a form to its action."""
    return f"{{{uuid.uuid5(uuid.NAMESPACE_OID, layer.id)}}}"
