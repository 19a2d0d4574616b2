"""Open311 GeoReport v2: cities' apps report and read requests here, in XML or JSON, by the standard."""
