"""How much a test tries where more of the same finds little more: each time, or all of it before a release."""

import os

THOROUGH = os.environ.get("GISGRID_TEST_THOROUGH", "") not in ("", "0")
"""Said by who releases (`CONTRIBUTING.md`)."""
