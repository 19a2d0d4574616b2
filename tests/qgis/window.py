"""Runs inside the QGIS desktop (`qgis --code`): opens the map at the draft, as a clerk would, and draws the window."""

import os

from qgis.core import QgsApplication, QgsCoordinateTransform, QgsProject
from qgis.PyQt.QtCore import QTimer
from qgis.PyQt.QtWidgets import QDockWidget, QToolBar
from qgis.utils import iface

PATH = os.environ["GISGRID_PICTURE"]
SHOWN = {"mAdvancedDigitizeToolBar", "mSnappingToolBar", "mDigitizeToolBar", "mAttributesToolBar", "mMapNavToolBar"}
WAIT_MS = 7000


def arrange() -> None:
    window, project = iface.mainWindow(), QgsProject.instance()
    window.resize(1400, 860)
    for bar in window.findChildren(QToolBar):
        bar.setVisible(bar.objectName() in SHOWN)
    for dock in window.findChildren(QDockWidget):
        dock.setVisible(dock.objectName() == "Layers")
    draft = project.mapLayer("gisgrid_draft_base")
    iface.setActiveLayer(draft)
    draft.startEditing()
    iface.mapCanvas().setExtent(QgsCoordinateTransform(draft.crs(), project.crs(), project).transform(draft.extent()))
    iface.mapCanvas().zoomByFactor(1.15)
    QTimer.singleShot(WAIT_MS, draw)


def draw() -> None:
    iface.mainWindow().grab().save(PATH)
    QgsApplication.processEvents()
    os._exit(0)  # no questions about what is not saved


QTimer.singleShot(WAIT_MS, arrange)
