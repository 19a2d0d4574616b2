GRANT SELECT ON draft.qgis_projects TO gisgrid_viewer;
