"""Reports that wait at the same moment are written together: one statement for many costs a quarter of one for each.

Nobody waits for company. Who comes while nobody writes writes at once, alone; who comes meanwhile is written next, with
everybody who waits then. Whom a writer keeps waiting for STALL_S is written by another connection, so that one report
that hangs holds up no other. An answer is given once its report is committed.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from gisgrid.database import Database, Scope
from gisgrid.errors import Fault, GisgridError, Unavailable
from gisgrid.tickets.insides import Shelf
from gisgrid.tickets.intake import Report, receive, receive_many
from gisgrid.tickets.receipts import Received

STALL_S = 0.1
MOST = 50
"""Reports of one transaction."""
Check = Callable[[Connection], None]


@dataclass(eq=False)
class _Waiting:
    """Somebody who waits until his report is written, or until it is his turn to write."""

    report: Report
    scope: Scope
    check: Check | None
    """What is asked in the report's own transaction first; such a report is written alone."""
    turn: threading.Event = field(default_factory=threading.Event)
    outcome: Received | BaseException | None = None

    @property
    def key(self) -> tuple[str, str] | None:
        """What two reports of one transaction may not share."""
        return (self.report.client, self.report.client_ref) if self.report.client_ref else None

    @property
    def is_plain(self) -> bool:
        """Can it be written with others? Names of places are looked up one by one."""
        return self.check is None and not (self.report.area or self.report.place)


class Gatherer:
    """Writes reports for any number of threads by `writers` connections."""

    def __init__(
        self, database: Database, *, network: str, zone: str, writers: int, shelf: Shelf | None = None
    ) -> None:
        self._database, self._network, self._zone, self._shelf = database, network, zone, shelf
        self._writers, self._writing = writers, 0
        self._line: list[_Waiting] = []
        self._lock = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many reports wait for a writer?"""
        return len(self._line)

    def receive(self, report: Report, scope: Scope, check: Check | None = None) -> Received:
        """As `intake.receive` in a transaction of its own in this scope: committed when it returns.

        Raises what that raises, and what `check` raises in the same transaction.
        """
        mine = _Waiting(report, scope, check)
        with self._lock:
            leads = self._writing == 0
            if leads:
                self._writing = 1
            else:
                self._line.append(mine)
        while not leads and not mine.turn.wait(STALL_S):
            leads = self._step_in(mine)
        if mine.outcome is None:
            self._lead(mine)
        if isinstance(mine.outcome, Received):
            return mine.outcome
        raise mine.outcome or _lost()

    def _step_in(self, mine: _Waiting) -> bool:
        """Write by another connection, if there is one left and nobody has taken this report yet?"""
        with self._lock:
            if mine not in self._line or self._writing >= self._writers:
                return False
            self._line.remove(mine)
            self._writing += 1
            return True

    def _lead(self, mine: _Waiting) -> None:
        """Write this report with those that wait, then let the next one lead."""
        with self._lock:
            together = self._take(mine)
        try:
            self._write(together)
        finally:
            for one in together:
                if one is not mine:
                    one.outcome = one.outcome or _lost()
                    one.turn.set()
            with self._lock:
                following = self._line.pop(0) if self._line else None
                if following is None:
                    self._writing -= 1
            if following is not None:
                following.turn.set()

    def _take(self, mine: _Waiting) -> list[_Waiting]:
        """This one and all that wait and can be written in its transaction, in their order."""
        together, keys = [mine], {mine.key}
        if mine.is_plain:
            for one in self._line:
                same = (one.scope, one.scope.actor) == (mine.scope, mine.scope.actor)
                if one.is_plain and same and (one.key is None or one.key not in keys) and len(together) < MOST:
                    together.append(one)
                    keys.add(one.key)
            self._line = [one for one in self._line if one not in together]
        return together

    def _write(self, together: list[_Waiting]) -> None:
        if len(together) > 1:
            try:
                with self._database.transaction(together[0].scope) as connection:
                    reports = [one.report for one in together]
                    found = receive_many(connection, reports, network=self._network, zone=self._zone, shelf=self._shelf)
                for one, outcome in zip(together, found, strict=True):
                    one.outcome = outcome
                return
            except Unavailable as error:
                for one in together:
                    one.outcome = error
                return
            except GisgridError:
                pass  # one of them is refused by the database, which undoes all: each by itself
        for one in together:
            self._write_alone(one)

    def _write_alone(self, one: _Waiting) -> None:
        try:
            with self._database.transaction(one.scope) as connection:
                if one.check:
                    one.check(connection)
                outcome = receive(connection, one.report, network=self._network, zone=self._zone, shelf=self._shelf)
            one.outcome = outcome
        except Exception as error:  # of any kind: who sent the report gets it
            one.outcome = error


def _lost() -> Unavailable:
    return Unavailable(Fault("service", "this report was not written", "send it again"))
