"""Statistics and ranking: how many tickets are in which state, by a key; and whose record is best.

A rate is a share of 1, and None if there is nothing to divide by.
"""

from gisgrid.statistics.cohort import PRIVATE, Cohort
from gisgrid.statistics.counting import Counts, Figures, FiguresRow, count_by
from gisgrid.statistics.ranking import Ranked, rank
from gisgrid.terms import By, Of, Order

__all__ = [
    "PRIVATE",
    "By",
    "Cohort",
    "Counts",
    "Figures",
    "FiguresRow",
    "Of",
    "Order",
    "Ranked",
    "count_by",
    "rank",
]
