"""Runs inside the QGIS desktop (`qgis --code`): says what the window shows, and where on the screen it is.

Long because a program that runs outside the environment is one file.
Nothing is edited here: mouse and keyboard are moved from outside (tests/qgis/window.py). Reads lines of JSON
`{"do": name, ...}` on a local socket, also while a dialog is open, and answers each with a line.
"""

import json
import os
from typing import Any, TypeAlias

from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsPointXY, QgsProject, QgsRectangle
from qgis.gui import QgsRubberBand
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtNetwork import QLocalServer
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QDialogButtonBox,
    QDockWidget,
    QMenu,
    QScrollArea,
    QStyle,
    QStyleOptionViewItem,
    QTextEdit,
    QToolBar,
    QToolButton,
    QTreeWidget,
    QWidget,
)
from qgis.utils import iface

BARS = {
    "mAdvancedDigitizeToolBar", "mSnappingToolBar", "mDigitizeToolBar", "mAttributesToolBar", "mMapNavToolBar",
    "mSelectionToolBar",
}  # fmt: skip
Place: TypeAlias = "list[int] | None"


class Eyes:
    """What the window shows. A place is [x, y] in pixels of the screen; None: it is not there, or cannot be clicked."""

    def __init__(self) -> None:
        self.project = QgsProject.instance()
        self.canvas = iface.mapCanvas()

    def layer(self, name: str) -> Any:
        return self.project.mapLayer(f"gisgrid_{name}")

    def arrange(self, width: int, height: int) -> None:
        """The size of the window; of its panels only the layers', of its tool bars those for editing."""
        window = iface.mainWindow()
        window.showNormal()
        window.setGeometry(0, 0, width, height)
        for bar in window.findChildren(QToolBar):
            bar.setVisible(bar.objectName() in BARS)
        for dock in window.findChildren(QDockWidget):
            dock.setVisible(dock.objectName() == "Layers")

    def look(self, box: list[float]) -> None:
        """Show this box (EPSG:4326), for which a wheel would turn long."""
        self.canvas.setExtent(self._turn().transformBoundingBox(QgsRectangle(*box)))
        self.canvas.refresh()

    def is_drawn(self) -> bool:
        """Is the project open and the map drawn?"""
        return self.layer("draft_base") is not None and not self.canvas.isDrawing()

    def is_indexed(self, layer: str) -> bool:
        """Does QGIS know every corner of the layer? Until then it snaps to nothing and takes no neighbour along."""
        locator = self.canvas.snappingUtils().locatorForLayer(self.layer(layer))
        return bool(locator.hasIndex() and not locator.isIndexing())

    def crs(self) -> str:
        return str(self.canvas.mapSettings().destinationCrs().authid())

    def active(self) -> str:
        layer = iface.activeLayer()
        return str(layer.id().removeprefix("gisgrid_")) if layer else ""

    def is_editing(self, layer: str) -> bool:
        return bool(self.layer(layer).isEditable())

    def is_modified(self, layer: str) -> bool:
        return bool(self.layer(layer).isModified())

    def edits(self, layer: str) -> int:
        """How many edits can be undone?"""
        return int(self.layer(layer).undoStack().index())

    def selected(self, layer: str) -> list[str]:
        return sorted(str(feature["code"]) for feature in self.layer(layer).selectedFeatures())

    def rows(self, layer: str) -> int:
        return sum(1 for _ in self.layer(layer).getFeatures())

    def column(self, layer: str, name: str) -> list[str]:
        """Every value that the layer shows in a column, once."""
        return sorted({str(feature[name]) for feature in self.layer(layer).getFeatures()})

    def is_corner(self) -> bool:
        """Is there a corner under the mouse that the vertex tool would take?"""
        return any(shape.startswith("MultiPoint") and "," not in shape for shape in self._bands())

    def dragged(self) -> int:
        """How many edges are drawn along with the mouse?"""
        return sum("LineString" in shape for shape in self._bands())

    def _bands(self) -> list[str]:
        bands = [item for item in self.canvas.scene().items() if isinstance(item, QgsRubberBand) and item.isVisible()]
        return [band.asGeometry().asWkt(9) for band in bands]

    def spot(self, lon: float, lat: float) -> Place:
        """Where on the map is this point (EPSG:4326)?"""
        pixel = self.canvas.getCoordinateTransform().transform(self._turn().transform(QgsPointXY(lon, lat)))
        return _xy(self.canvas.mapToGlobal(QPoint(round(pixel.x()), round(pixel.y()))))

    def _turn(self) -> Any:
        degrees = QgsCoordinateReferenceSystem("EPSG:4326")
        return QgsCoordinateTransform(degrees, self.canvas.mapSettings().destinationCrs(), self.project)

    def tool(self, action: str) -> Place:
        """The button of an action in a tool bar."""
        for button in iface.mainWindow().findChildren(QToolButton):
            known = button.defaultAction()
            if known is not None and known.objectName() == action and button.isVisible() and button.isEnabled():
                return _middle(button)
        return None

    def is_down(self, action: str) -> bool:
        """Is the tool of this action at hand?"""
        actions = [button.defaultAction() for button in iface.mainWindow().findChildren(QToolButton)]
        return any(known is not None and known.objectName() == action and known.isChecked() for known in actions)

    def node(self, layer: str) -> Place:
        """A layer's name in the panel."""
        view = iface.layerTreeView()
        index = view.node2index(self.project.layerTreeRoot().findLayer(f"gisgrid_{layer}"))
        view.scrollTo(index)
        rect = view.visualRect(index)
        return _xy(view.viewport().mapToGlobal(QPoint(rect.left() + 60, rect.center().y())))

    def windows(self) -> list[str]:
        """The titles of what is open beside the main window."""
        return [widget.windowTitle() for widget in _windows()]

    def numbers(self) -> list[int]:
        """The screen's numbers of these windows, the one that all others wait for first."""
        return [int(widget.winId()) for widget in sorted(_windows(), key=lambda widget: not widget.isModal())]

    def field(self, name: str) -> Place:
        """The widget of a column in the form that is open, scrolled into sight as a wheel would."""
        found = [child for top in _windows() for child in top.findChildren(QWidget, name) if child.isVisible()]
        return _middle(_in_sight(found[-1])) if found else None

    def value(self, name: str) -> str:
        """What the widget of a column shows; empty too where there is none."""
        found = [child for top in _windows() for child in top.findChildren(QWidget, name) if child.isVisible()]
        if not found:
            return ""
        return str(found[-1].currentText() if hasattr(found[-1], "currentText") else found[-1].text())

    def shown(self) -> dict[str, str]:
        """Every column that the form shows, with its words."""
        found = [child for top in _windows() for child in top.findChildren(QWidget) if child.isVisible()]
        named = [child for child in found if child.objectName() and not child.objectName().startswith(("qt_", "m"))]
        words = {}
        for child in named:
            for ask in ("currentText", "text"):
                if hasattr(child, ask):
                    words[child.objectName()] = str(getattr(child, ask)())
                    break
        return words

    def answer(self, button: str) -> Place:
        """A dialog's standard button: Ok, Cancel, Save, Discard, Close."""
        role = getattr(QDialogButtonBox, button)
        boxes = [box for top in _windows() for box in top.findChildren(QDialogButtonBox)]
        found = [box.button(role) for box in boxes if box.button(role) is not None]
        usable = [each for each in found if each.isVisible() and each.isEnabled()]
        return _middle(usable[-1]) if usable else None

    def knob(self, words: str) -> Place:
        """Any other button of a dialog or of the message bar, by its text, its name or its action's."""
        tops = [*_windows(), iface.messageBar()]
        for button in [child for top in tops for child in top.findChildren(QAbstractButton)]:
            action = button.defaultAction() if isinstance(button, QToolButton) else None
            names = {button.text(), button.objectName(), action.objectName() if action is not None else ""}
            if button.isVisible() and button.isEnabled() and words in names:
                return _middle(_in_sight(button))
        return None

    def item(self, words: str) -> Place:
        """A line of a list or a cell of a table that is open, by the beginning of its text."""
        found = _line(words)
        return _xy(found[0].viewport().mapToGlobal(found[0].visualRect(found[1]).center())) if found else None

    def is_listing(self) -> bool:
        """Is a list or a menu open over the form?"""
        return QApplication.activePopupWidget() is not None

    def box(self, words: str) -> Place:
        """The box before a line of a list, to be ticked."""
        found = _line(words)
        if found is None:
            return None
        view, index = found
        option = QStyleOptionViewItem()
        option.rect = view.visualRect(index)
        option.features = QStyleOptionViewItem.HasCheckIndicator
        box = view.style().subElementRect(QStyle.SE_ItemViewItemCheckIndicator, option, view)
        return _xy(view.viewport().mapToGlobal(box.center()))

    def is_ticked(self, words: str) -> bool:
        found = _line(words)
        return found is not None and found[1].data(Qt.CheckStateRole) == Qt.Checked

    def menu(self, words: str) -> Place:
        """A line of the menu that is open, by the beginning of its text."""
        popup = QApplication.activePopupWidget()
        for action in popup.actions() if isinstance(popup, QMenu) else []:
            if action.text().startswith(words):
                return _xy(popup.mapToGlobal(popup.actionGeometry(action).center()))
        return None

    def said(self) -> str:
        """What the message bar and message windows say."""
        item = iface.messageBar().currentItem()
        words = [item.title(), item.text()] if item else []
        texts = [child for top in _windows() for child in top.findChildren(QTextEdit)]
        words += [text.toPlainText() for text in texts if text.isVisible()]
        return "\n".join(words)

    def copied(self) -> str:
        """What was copied, as text."""
        return str(QApplication.clipboard().text())

    def dialog(self, path: str) -> bool:
        """The window that all others wait for, or the one that is open beside the main window, into a PNG file."""
        top = next(widget for widget in sorted(_windows(), key=lambda widget: not widget.isModal()))
        return bool(top.grab().save(path))

    def picture(self, path: str) -> bool:
        """The whole screen into a PNG file."""
        return bool(QApplication.primaryScreen().grabWindow(0).save(path))


def _windows() -> list[Any]:
    main = iface.mainWindow()
    tops = [top for top in QApplication.topLevelWidgets() if top.isVisible() and top is not main]
    return [top for top in tops if top.windowTitle()]


def _line(words: str) -> Any:
    """The list and the index of a line that is open, by the beginning of its text."""
    popup = QApplication.activePopupWidget()
    tops = [popup] if popup is not None else _windows()
    views = [child for top in tops for child in [top, *top.findChildren(QAbstractItemView)]]
    for view in views:
        if not isinstance(view, QAbstractItemView) or isinstance(view, QTreeWidget) or not view.isVisible():
            continue
        model, root = view.model(), view.rootIndex()
        for index in [
            model.index(r, c, root) for r in range(model.rowCount(root)) for c in range(model.columnCount(root))
        ]:
            if str(index.data() or "").startswith(words):
                view.scrollTo(index)
                return view, index
    return None


def _in_sight(widget: Any) -> Any:
    """The widget, scrolled into sight as a wheel would."""
    for area in [area for top in _windows() for area in top.findChildren(QScrollArea)]:
        if area.isAncestorOf(widget):
            area.ensureWidgetVisible(widget)
    return widget


def _middle(widget: Any) -> Place:
    return _xy(widget.mapToGlobal(widget.rect().center()))


def _xy(point: Any) -> Place:
    return [point.x(), point.y()]


class Door:
    """Hears what is asked, answers what is seen."""

    def __init__(self, path: str) -> None:
        self.eyes = Eyes()
        self.server = QLocalServer()
        self.server.newConnection.connect(self.accept)
        self.server.listen(path)

    def accept(self) -> None:
        socket = self.server.nextPendingConnection()
        socket.readyRead.connect(lambda: self.answer(socket))

    def answer(self, socket: Any) -> None:
        while socket.canReadLine():
            order = json.loads(bytes(socket.readLine()))
            try:
                reply = {"is": getattr(self.eyes, order.pop("do"))(**order)}
            except Exception as error:  # the test shows it
                reply = {"error": f"{type(error).__name__}: {error}"}
            socket.write((json.dumps(reply, ensure_ascii=False) + "\n").encode())
            socket.flush()


iface.gisgrid_door = Door(os.environ["GISGRID_EYES"])
