"""The QGIS project: sql/qgis says what it holds, its XML is written without QGIS, the database keeps it."""
