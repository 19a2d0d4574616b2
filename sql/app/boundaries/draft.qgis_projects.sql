COMMENT ON TABLE draft.qgis_projects IS 'Projects that QGIS opens from the database; gisgrid qgis writes the one named gisgrid';
COMMENT ON COLUMN draft.qgis_projects.content IS 'A .qgz file: a ZIP archive with the project''s XML';
GRANT SELECT ON draft.qgis_projects TO gisgrid_viewer;
