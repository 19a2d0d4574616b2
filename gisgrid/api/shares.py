"""How many places, threads and connections has each of the processes that serve one database?"""

import math
import os

from gisgrid.api.lanes import SPARE
from gisgrid.settings import Settings

REPORTS_AT_ONCE, WRITERS = 32, 3
"""So many reports may be under way in a process; so many connections write them, of which mostly one is in use."""
PINGS_AT_ONCE, PING_WRITERS = 64, 2
"""The same of batches of pings; one connection more writes those that cannot be written with others."""
FIXED = 5
"""Connections beside the places: the feed listens, reads and counts; the lookout looks; the index of grids is read."""
DRAWN_AT_ONCE = min(max((os.cpu_count() or 2) - 1, 2), 8)
"""So many tiles are drawn for maps at a time, by all processes together: one processor is left to reports. Two at
least: a drawing is half in the service and half in the database.
"""
GLANCE = 1
"""And one of the event loop itself, of no pool."""


def share_places(settings: Settings, processes: int) -> tuple[int, int, int, int]:
    """How many places have reports, files, long lists and other readers in each of so many processes?

    GISGRID_POOL_SIZE is for all.
    """
    mine = math.ceil(settings.pool_size / processes)
    lists = max(mine // 4, 1)
    return max(mine // 2, 2), max(mine // 4, 2), lists, max(mine - lists, min(mine, 2))


def share_drawing(processes: int) -> int:
    """How many tiles does each of so many processes draw at a time?"""
    return math.ceil(DRAWN_AT_ONCE / processes)


def count_connections(settings: Settings, processes: int) -> int:
    """How many connections do so many processes hold at most?"""
    places = sum(share_places(settings, processes)) + 2 * share_drawing(processes)  # one of the loop, one of the pool
    return processes * (places + WRITERS + PING_WRITERS + 1 + SPARE + FIXED + GLANCE)
