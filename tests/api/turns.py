"""Which of the corpus is sent where: all that has broken doors before everywhere, of the rest each field its turn.

Fields of one kind (place and schema) are checked by the same lines, so they share the rest among them: a few of them,
which lie at several doors, get all of it. A field that is the only one of its kind gets all of it alone.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tests.api.doors import Door, Raw, Slot
from tests.thorough import THOROUGH

SHARED_BY = 1 if THOROUGH else 4
"""Among how many fields of a kind the rest is divided."""
KEEN = {
    *("NUL", "line breaks", "lone surrogate", "surrogate", "bind", "array of SQL"),
    *("infinite", "not a number", "huge", "past a bigint", "year zero", "last instant", "first instant"),
    *("1e400", "huge integer", "bigint", "null", "true", "list for a value", "object for a value"),
    *("escaped NUL", "half a pair"),
}
"""What a door breaks on first: no text of a database, no number of its columns, no value of the kind."""
WORDS_OF_A_SCHEMA = ("title", "description", "default", "examples")


@dataclass(frozen=True)
class Turn:
    """A place's share of the corpus: each `of`-th, from the `first` on, and all that is keen."""

    first: int = 0
    of: int = 1

    def of_these(self, corpus: Mapping[str, Raw]) -> Iterator[tuple[str, Raw]]:
        """By name, what is sent here."""
        for number, (name, value) in enumerate(corpus.items()):
            if name in KEEN or number % self.of == self.first:
                yield name, value


def turns(doors: Iterable[Door]) -> dict[tuple[str, Slot], Turn]:
    """The turn of each place of these doors, by the door's label."""
    alike: dict[tuple[str, str], list[tuple[str, Slot]]] = defaultdict(list)
    for door in doors:
        for slot in door.slots():
            schema = {key: said for key, said in door.resolve(slot.schema).items() if key not in WORDS_OF_A_SCHEMA}
            alike[slot.where, json.dumps(schema, sort_keys=True)].append((door.label, slot))
    return {place: turn for places in alike.values() for place, turn in zip(places, shares(len(places)), strict=True)}


def shares(places: int) -> list[Turn]:
    """The turns of so many places of one kind, one after the other."""
    of = min(places, SHARED_BY)
    return [Turn(number % of, of) for number in range(places)]
