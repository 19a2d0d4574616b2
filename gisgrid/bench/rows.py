"""Rows of a measurement: what was done, by whom, what it cost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from gisgrid.bench.doors import Driven
from gisgrid.bench.processes import Meter, Used


@dataclass(frozen=True)
class Row:
    """A work, a way to do it, and its cost: milliseconds an operation of the processor (database, service, who asks)
    and by the clock. `differences`: operations whose answer was not that of the first way; None: nothing to compare.
    """

    work: str
    way: str
    operations: int
    per_s: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    database_ms: float
    service_ms: float
    asking_ms: float
    differences: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Turn:
    """One turn of one way: what it took, and how many operations it was."""

    driven: Driven
    used: Used


Act = Callable[[], Driven]


def take_turns(ways: dict[str, tuple[Meter, Act]], rounds: int) -> dict[str, list[Turn]]:
    """Every way in turn, `rounds` times; the database is at rest in between as far as the ways let it be."""
    turns: dict[str, list[Turn]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, (meter, act) in ways.items():
            before = meter.read()
            driven = act()
            turns[name].append(Turn(driven, meter.read().since(before)))
    return turns


def row_of(work: str, way: str, turns: Sequence[Turn], differences: int | None = None, note: str = "") -> Row:
    """The medians of these turns."""
    count = len(turns[0].driven.each_s)

    def ms(seconds: Callable[[Turn], float]) -> float:
        return 1000 * median(seconds(turn) / len(turn.driven.each_s) for turn in turns)

    return Row(
        work,
        way,
        count * len(turns),
        median(turn.driven.per_s for turn in turns),
        median(turn.driven.p50_ms for turn in turns),
        median(turn.driven.p99_ms for turn in turns),
        ms(lambda turn: turn.used.work_s),
        ms(lambda turn: turn.used.database_s),
        ms(lambda turn: turn.used.service_s),
        ms(lambda turn: turn.used.asking_s),
        differences,
        note,
    )
