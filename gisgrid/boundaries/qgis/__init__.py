"""The QGIS project: what it holds is data (sql/qgis), its XML is written without QGIS, the database keeps it."""
