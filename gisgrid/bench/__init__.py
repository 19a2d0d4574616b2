"""How long things take, measured on data that can be made again."""
