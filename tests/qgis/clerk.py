"""A clerk at QGIS, headless: run by the system's Python, which has PyQGIS, and not by the environment.

Long because a program that runs outside the environment is one file.
Reads lines of JSON `{"do": name, ...}` on stdin, answers each with a line on stdout. What QGIS' own tools do in a
window is done here by the same calls: one edit command for every feature that has the corner (vertex tool with
topological editing), splitFeatures, and for a merge all parts deleted and their union added, as QGIS 3.22 sends it.
"""

import json
import os
import sys
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsCoordinateTransform,
    QgsExpression,
    QgsExpressionContextUtils,
    QgsFeatureRequest,
    QgsGeometry,
    QgsLineString,
    QgsMapLayer,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsPoint,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorLayerUtils,
)
from qgis.gui import QgsAttributeEditorContext, QgsAttributeForm, QgsGui
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import QLineEdit

Row = dict[str, Any]
NEAR = 1e-9
DPI = 110


class Clerk:
    """What a clerk can do with the project; layers are named without `gisgrid_`."""

    def __init__(self) -> None:
        self.project = QgsProject.instance()

    def layer(self, name: str) -> Any:
        return self.project.mapLayer(f"gisgrid_{name}")

    def open(self, uri: str) -> Row:
        read = self.project.read(uri)
        layers = {layer.id(): self._describe(layer) for layer in self.project.mapLayers().values()}
        return {"read": read, "error": self.project.error(), "layers": layers}

    def _describe(self, layer: Any) -> Row:
        form = layer.editFormConfig()
        names = [field.name() for field in layer.fields()]
        return {
            "valid": layer.isValid(),
            "source": layer.source(),
            "crs": layer.crs().authid(),
            "read_only": layer.readOnly(),
            "hidden": bool(layer.flags() & QgsMapLayer.Private),
            "locked": [name for index, name in enumerate(names) if form.readOnly(index)],
            "aliases": {name: layer.attributeAlias(index) for index, name in enumerate(names)},
            "widgets": {name: layer.editorWidgetSetup(index).type() for index, name in enumerate(names)},
            "follows": sorted(each.layerId() for each in layer.dependencies()),
            "labels": layer.labelsEnabled(),
            "rows": layer.featureCount(),
        }

    def settings(self) -> Row:
        project, snapping = self.project, self.project.snappingConfig()
        return {
            "crs": project.crs().authid(),
            "topological": project.topologicalEditing(),
            "avoided": sorted(layer.id() for layer in project.avoidIntersectionsLayers()),
            "snapped": sorted(layer.id() for layer, own in snapping.individualLayerSettings().items() if own.enabled()),
            "snapping": snapping.enabled(),
            "transaction_groups": project.autoTransaction(),
            "defaults_by_provider": project.evaluateDefaultValues(),
            "selected": list(project.selectionColor().getRgb()),
        }

    def overwrite(self) -> bool:
        """Save the project where it was opened."""
        return bool(self.project.write())

    def rows(self, layer: str) -> list[Row]:
        found = self.layer(layer)
        found.reload()
        return [self._row(found, feature) for feature in found.getFeatures()]

    def _row(self, layer: Any, feature: Any) -> Row:
        row = {field.name(): _plain(feature[field.name()]) for field in layer.fields()}
        if feature.hasGeometry():
            row["wkt"] = feature.geometry().asWkt(17)
        return row

    def words(self, layer: str, expression: str) -> list[str]:
        """What an expression says of each row: labels, map tips."""
        found = self.layer(layer)
        context = QgsExpressionContextUtils.createFeatureBasedContext
        scopes = QgsExpressionContextUtils.globalProjectLayerScopes(found)
        said = []
        for feature in found.getFeatures():
            here = context(feature, found.fields())
            here.appendScopes(scopes)
            scopes = QgsExpressionContextUtils.globalProjectLayerScopes(found)
            said.append(str(QgsExpression(expression).evaluate(here)))
        return said

    def edit(self, layer: str) -> bool:
        return bool(self.layer(layer).startEditing())

    def unlock(self, layer: str) -> bool:
        """Begin to edit in spite of the project's lock: does the database let them?"""
        found = self.layer(layer)
        found.setReadOnly(False)
        began = found.startEditing()
        found.rollBack()
        found.setReadOnly(True)
        return bool(began)

    def undo(self, layer: str) -> None:
        """Take the last edit back, before it is saved (Ctrl+Z)."""
        self.layer(layer).undoStack().undo()

    def drop(self, layer: str) -> bool:
        return bool(self.layer(layer).rollBack())

    def save(self, layer: str) -> Row:
        """As the save button does: edits that were refused stay in the buffer."""
        found = self.layer(layer)
        saved = found.commitChanges(True)
        return {"saved": saved, "errors": found.commitErrors(), "left": found.isModified()}

    def add(self, layer: str, values: Row, wkt: str = "") -> bool:
        """A new row, with the defaults that its form would show."""
        found = self.layer(layer)
        found.startEditing()
        given = {found.fields().indexOf(name): value for name, value in values.items()}
        shape = QgsGeometry.fromWkt(wkt) if wkt else QgsGeometry()
        context = found.createExpressionContext()
        return bool(found.addFeature(QgsVectorLayerUtils.createFeature(found, shape, given, context)))

    def change(self, layer: str, key: int, column: str, value: Any) -> bool:
        """A cell of the row with this key."""
        found, feature = self._find(layer, key)
        found.startEditing()
        return bool(found.changeAttributeValue(feature.id(), found.fields().indexOf(column), value))

    def reshape(self, layer: str, key: int, wkt: str) -> bool:
        found, feature = self._find(layer, key)
        found.startEditing()
        return bool(found.changeGeometry(feature.id(), QgsGeometry.fromWkt(wkt)))

    def remove(self, layer: str, key: int) -> bool:
        found, feature = self._find(layer, key)
        found.startEditing()
        return bool(found.deleteFeature(feature.id()))

    def move_corner(self, layer: str, corner: list[float], to: list[float]) -> list[str]:
        """Move a corner in every feature that has it; their codes."""
        found, moved = self.layer(layer), []
        found.startEditing()
        found.beginEditCommand("move corner")
        for feature in found.getFeatures():
            shape = feature.geometry()
            point, index, *_ = shape.closestVertex(QgsPointXY(*corner))
            if index >= 0 and point.distance(QgsPointXY(*corner)) < NEAR:
                shape.moveVertex(*to, index)
                found.changeGeometry(feature.id(), shape)
                moved.append(feature["code"])
        found.endEditCommand()
        return sorted(moved)

    def split(self, layer: str, line: list[list[float]]) -> int:
        """Cut with a line, topological points included; 0 is success."""
        found = self.layer(layer)
        found.startEditing()
        found.beginEditCommand("split")
        outcome, _ = found.splitFeatures(QgsLineString([QgsPoint(*point) for point in line]), False, True)
        found.endEditCommand()
        return int(getattr(outcome, "value", outcome))

    def merge(self, layer: str, keys: list[int], keep: bool = False) -> None:
        """One area of several, with the first one's values; `keep` its row, as QGIS does since 3.30."""
        found = self.layer(layer)
        found.startEditing()
        parts = [self._find(layer, key)[1] for key in keys]
        union = QgsGeometry.unaryUnion([part.geometry() for part in parts])
        union.convertToMultiType()
        found.beginEditCommand("merge")
        for part in parts[1:] if keep else parts:
            found.deleteFeature(part.id())
        if keep:
            found.changeGeometry(parts[0].id(), union)
        else:
            values = {i: v for i, v in enumerate(parts[0].attributes()) if found.fields()[i].name() != "draft_area_id"}
            found.addFeature(QgsVectorLayerUtils.createFeature(found, union, values))
        found.endEditCommand()

    def draw(self, layer: str, values: Row, wkt: str) -> str:
        """A new area as the drawing tool adds it: what overlaps is cut off, neighbours get its corners; its shape."""
        shape = QgsGeometry.fromWkt(wkt)
        shape.avoidIntersections(self.project.avoidIntersectionsLayers())
        shape.convertToMultiType()
        self.add(layer, values, shape.asWkt(17))
        self.layer(layer).addTopologicalPoints(shape)
        return str(shape.asWkt(17))

    def render(self, path: str, layers: list[str], box: list[float], width: int, height: int) -> bool:
        """Draw these layers, the topmost first, round a box (EPSG:4326) into a PNG file."""
        job = self._settings(layers, box, width, height)
        drawing = QgsMapRendererParallelJob(job)
        drawing.start()
        drawing.waitForFinished()
        return bool(drawing.renderedImage().save(path))

    def _settings(self, layers: list[str], box: list[float], width: int, height: int) -> Any:
        settings = QgsMapSettings()
        settings.setLayers([self.layer(name) for name in layers])
        settings.setDestinationCrs(self.project.crs())
        project = QgsCoordinateTransform(self.layer("draft_base").crs(), self.project.crs(), self.project)
        settings.setExtent(project.transformBoundingBox(QgsRectangle(*box)))
        settings.setOutputSize(QSize(width, height))
        settings.setOutputDpi(DPI)
        settings.setLabelingEngineSettings(self.project.labelingEngineSettings())
        settings.setBackgroundColor(QColor("white"))
        settings.setFlag(QgsMapSettings.Antialiasing, True)
        return settings

    def show_form(self, layer: str, path: str) -> bool:
        """Draw the form of the layer's last row into a PNG file."""
        found = self.layer(layer)
        found.startEditing()
        rows = list(found.getFeatures())
        form = QgsAttributeForm(found, max(rows, key=lambda row: row[0]))
        form.setStyleSheet("* { font-size: 10pt; }")
        form.resize(620, 24 * len(found.fields()))
        form.show()
        QgsApplication.processEvents()
        drawn = bool(form.grab().save(path))
        form.close()
        return drawn and bool(found.rollBack())

    def fill(self, layer: str, texts: dict[str, str]) -> bool:
        """Type into the form of a new row and press OK: was it taken?"""
        found = self.layer(layer)
        found.startEditing()
        feature = QgsVectorLayerUtils.createFeature(found, QgsGeometry(), {}, found.createExpressionContext())
        form = QgsAttributeForm(found, feature)
        form.setMode(QgsAttributeEditorContext.AddFeatureMode)
        form.show()
        QgsApplication.processEvents()
        for line in form.findChildren(QLineEdit):
            if line.objectName() in texts:
                line.setText(texts[line.objectName()])
        QgsApplication.processEvents()
        form.save()
        form.close()
        return bool(found.editBuffer().addedFeatures())

    def act(self, layer: str, key: int) -> bool:
        """Click the layer's action in this row; what it shows in a window is not seen here."""
        found, feature = self._find(layer, key)
        context = QgsExpressionContextUtils.createFeatureBasedContext(feature, found.fields())
        words = QgsExpression.replaceExpressionText(found.actions().actions()[0].command(), context)
        exec(compile(words, "action", "exec"), {})  # noqa: S102  # QGIS runs it so
        return True

    def _find(self, layer: str, key: int) -> tuple[Any, Any]:
        found: QgsVectorLayer = self.layer(layer)
        column = found.primaryKeyAttributes()[0]
        name = found.fields()[column].name()
        request = QgsFeatureRequest().setFilterExpression(f'"{name}" = {key}')
        return found, next(found.getFeatures(request))


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str | list):
        return value
    if hasattr(value, "toString"):
        return value.toString(1)  # Qt.ISODate
    return None if hasattr(value, "isNull") and value.isNull() else str(value)


def main() -> None:
    """Obey until stdin ends. What QGIS itself prints goes to stderr."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    application = QgsApplication([], True)
    application.initQgis()
    QgsGui.editorWidgetRegistry().initEditors()
    clerk = Clerk()
    for line in sys.stdin:
        order = json.loads(line)
        try:
            reply = {"is": getattr(clerk, order.pop("do"))(**order)}
        except Exception as error:  # the test shows it
            reply = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(reply, ensure_ascii=False) + "\n")
        answers.flush()
    os._exit(0)  # QGIS' own way out crashes with layers open


if __name__ == "__main__":
    main()
