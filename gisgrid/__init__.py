"""gisgrid: grid boundaries with unified codes, reports that route themselves, a map that follows."""

__version__ = "0.1.0"
