-- QGIS projects kept in the database. QGIS' PostgreSQL project storage wants this name and these columns.
CREATE TABLE draft.qgis_projects (
    name text PRIMARY KEY,
    metadata jsonb,
    content bytea
);
COMMENT ON TABLE draft.qgis_projects IS 'Projects that QGIS opens from the database; gisgrid qgis writes the one named gisgrid';
COMMENT ON COLUMN draft.qgis_projects.content IS 'A .qgz file: a ZIP archive with the project''s XML';
