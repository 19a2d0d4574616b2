"""`python -m gisgrid.sample OUT_DIR`: write the sample district."""

import sys
from pathlib import Path

from gisgrid.sample.files import write_sample


def main(arguments: list[str]) -> int:
    """Write the sample into the folder named; 2 if none is."""
    if len(arguments) != 1:
        print("usage: python -m gisgrid.sample OUT_DIR", file=sys.stderr)
        return 2
    for path in write_sample(Path(arguments[0])):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
