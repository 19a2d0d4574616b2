"""What options and parameters may choose from, and by how much lines may differ: known to doors that import no room."""

from typing import Literal

Level = Literal["district", "town", "community", "grid"]
Lang = Literal["zh", "en"]
By = Literal["area", "category", "source", "post", "department", "day", "month"]
Of = Literal["grid", "community", "town", "post"]
Order = Literal["closing_rate", "on_time_rate", "received", "closed", "overdue", "hours_to_close"]
GAP_M = 1.0
"""Gaps between live areas that are narrower than this are errors."""
TOLERANCE_M = 2.0
"""Lines of two networks that differ by less than this are taken for one."""
ALIAS_SHARE = 0.98
"""How much of each of two areas has to be the other one for one to be called the other."""
