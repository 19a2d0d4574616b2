"""Runs inside QGIS when somebody clicks it: the layers of the draft show the change set that was clicked."""

from qgis.core import Qgis, QgsProject
from qgis.utils import iface

names = ("gisgrid_draft_base", "gisgrid_draft_special", "gisgrid_problem", "gisgrid_problem_area", "gisgrid_preview")
names += ("gisgrid_neighbour",)
layers = [QgsProject.instance().mapLayer(name) for name in names]
edited = [layer for layer in layers if layer.isEditable()]
chosen = """[% changeset_id %]"""
if not chosen.isdigit():  # the form of a new one holds nextval(...) instead
    words, level = "请先保存新的变更集 save the new change set first", Qgis.Warning
elif any(layer.isModified() for layer in edited):
    words, level = "请先保存或放弃正在编辑的内容 save or drop your edits first", Qgis.Warning
else:
    for layer in edited:  # nothing to lose; and while it is edited QGIS changes no filter
        layer.rollBack()
    for layer in layers:
        kept, condition, _ = layer.subsetString().partition("changeset_id = ")
        layer.setSubsetString(kept + condition + chosen)
    for layer in edited:
        layer.startEditing()
    words, level = f"变更集 change set {chosen}", Qgis.Info
if iface:
    iface.messageBar().pushMessage("gisgrid", words, level=level)
