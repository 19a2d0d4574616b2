"""How much may two lines differ and still be the same line? The numbers of the database (sql/app/lib), for files."""

SAME_LINE_DEG = 1e-8
"""`app.same_line_deg`: about a millimetre. What differs by less is made the same; what differs by more is a problem."""
ROUNDING_DEG = 1e-12
"""`app.rounding_deg`: 0.1 micrometres. A corner set on a neighbour's straight line lies beside it by its last digit."""
LATTICE_DEG = 1e-12
"""`app.lattice_deg`: 0.1 micrometres. Areas are cut with each other on this lattice: else GEOS can lose ground."""
