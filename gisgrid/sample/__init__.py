"""The sample district: a generator for `sample_geojson/`, invented shapes under official codes."""
