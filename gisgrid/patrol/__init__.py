"""Patrols: the points that a worker's device sent, and the ground that was seen."""

from gisgrid.patrol.coverage import Coverage, Memory, cover
from gisgrid.patrol.crossings import follow_patrols
from gisgrid.patrol.intake import Batch, receive, receive_together
from gisgrid.patrol.loading import load_pings
from gisgrid.patrol.pings import Extent, Ping, Received
from gisgrid.patrol.recount import WrongHour, check_walks
from gisgrid.patrol.tokens import end_token, find_sender, make_token
from gisgrid.patrol.walks import keep_walks

__all__ = [
    "Batch",
    "Coverage",
    "Extent",
    "Memory",
    "Ping",
    "Received",
    "WrongHour",
    "check_walks",
    "cover",
    "end_token",
    "find_sender",
    "follow_patrols",
    "keep_walks",
    "load_pings",
    "make_token",
    "receive",
    "receive_together",
]
