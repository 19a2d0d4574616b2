"""The door of Open311 GeoReport v2: cities' apps report and follow here, in XML or JSON, as the standard says it."""
