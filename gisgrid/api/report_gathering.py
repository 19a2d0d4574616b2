"""Reports that wait at the same moment are written together: one statement for many costs a quarter of one for each.

Nobody waits for company. Who comes while nobody writes is written at once, alone; who comes meanwhile is written next,
with everybody who waits then. Whom a writer keeps waiting for STALL_S is written by another connection, so that one
report that hangs holds up no other. An answer is given once its report is committed. Only who writes takes a thread.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from gisgrid.database import Database, Scope
from gisgrid.errors import Fault, GisgridError, Unavailable
from gisgrid.tickets.insides import Shelf
from gisgrid.tickets.intake import Report, receive, receive_many
from gisgrid.tickets.receipts import Received

STALL_S = 0.1
MOST = 50
"""Reports of one transaction."""
Check = Callable[[Connection], None]
Outcome = Received | Exception


@dataclass(eq=False)
class _Waiting:
    """A report, and who waits until it is committed."""

    report: Report
    scope: Scope
    check: Check | None
    """What is asked in the report's own transaction first; such a report is written alone."""
    turn: "asyncio.Future[Outcome]"

    @property
    def key(self) -> tuple[str, str] | None:
        """What two reports of one transaction may not share."""
        return (self.report.client, self.report.client_ref) if self.report.client_ref else None

    @property
    def is_plain(self) -> bool:
        """Can it be written with others? Names of places are looked up one by one."""
        return self.check is None and not (self.report.area or self.report.place)


class ReportGatherer:
    """Writes reports for any number of requests of one event loop, by `writers` connections, mostly by one."""

    def __init__(
        self, database: Database, *, network: str, zone: str, writers: int, shelf: Shelf | None = None
    ) -> None:
        self._database, self._network, self._zone, self._shelf = database, network, zone, shelf
        self._writers, self._writing = writers, 0
        self._line: list[_Waiting] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        """How many reports wait for a writer?"""
        return len(self._line)

    async def receive(self, report: Report, scope: Scope, check: Check | None = None) -> Received:
        """As `intake.receive` in a transaction of its own in this scope: committed when it returns.

        Raises what that raises, and what `check`, which runs in a thread, raises in the same transaction.
        """
        mine = _Waiting(report, scope, check, asyncio.get_running_loop().create_future())
        self._line.append(mine)
        if self._writing:
            self._watch(mine)
        else:
            self._begin(mine)
        outcome = await asyncio.shield(mine.turn)  # it is written, also when who sent it hangs up
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _watch(self, mine: _Waiting) -> None:
        """See in a moment whether it is still in line."""
        asyncio.get_running_loop().call_later(STALL_S, self._step_in, mine)

    def _step_in(self, mine: _Waiting) -> None:
        """Let another connection write it, if there is one left."""
        if mine in self._line:
            if self._writing < self._writers:
                self._begin(mine)
            else:
                self._watch(mine)

    def _begin(self, first: _Waiting) -> None:
        self._writing += 1
        task = asyncio.ensure_future(self._write(first))
        self._tasks.add(task)  # the loop keeps no hold of it
        task.add_done_callback(self._tasks.discard)
        self._line.remove(first)

    async def _write(self, first: _Waiting) -> None:
        """Write this report with those that wait, then those that came meanwhile, until nobody waits."""
        following: _Waiting | None = first
        while following is not None:
            together = self._take(following)
            outcomes: Sequence[Outcome] = [_lost()] * len(together)
            try:
                outcomes = await run_in_threadpool(self._keep, together)
            except Exception as error:  # of any kind: who sent the reports gets it
                outcomes = [error] * len(together)
            finally:
                for one, outcome in zip(together, outcomes, strict=True):
                    if not one.turn.done():
                        one.turn.set_result(outcome)
                following = self._line.pop(0) if self._line else None
                if following is None:
                    self._writing -= 1

    def _take(self, first: _Waiting) -> list[_Waiting]:
        """This one and all that wait and can be written in its transaction, in their order."""
        together, keys = [first], {first.key}
        if first.is_plain:
            for one in self._line:
                same = (one.scope, one.scope.actor) == (first.scope, first.scope.actor)
                if one.is_plain and same and (one.key is None or one.key not in keys) and len(together) < MOST:
                    together.append(one)
                    keys.add(one.key)
            self._line = [one for one in self._line if one not in together]
        return together

    def _keep(self, together: Sequence[_Waiting]) -> list[Outcome]:
        if len(together) > 1:
            try:
                with self._database.transaction(together[0].scope) as connection:
                    reports = [one.report for one in together]
                    return [
                        *receive_many(connection, reports, network=self._network, zone=self._zone, shelf=self._shelf)
                    ]
            except Unavailable as error:
                return [error] * len(together)
            except GisgridError:
                pass  # one of them is refused by the database, which undoes all: each by itself
        return [self._keep_alone(one) for one in together]

    def _keep_alone(self, one: _Waiting) -> Outcome:
        try:
            with self._database.transaction(one.scope) as connection:
                if one.check:
                    one.check(connection)
                return receive(connection, one.report, network=self._network, zone=self._zone, shelf=self._shelf)
        except Exception as error:  # of any kind: who sent the report gets it
            return error


def _lost() -> Unavailable:
    return Unavailable(Fault("service", "this report was not written", "send it again"))
