"""The steps of a ticket: a workflow is data, a transition says who may take it and what it needs."""

from dataclasses import dataclass
from typing import Literal, TypedDict

from sqlalchemy import Connection, text

from gisgrid.access import Caller
from gisgrid.database import asking


class WorkflowStep(TypedDict):
    """A step of a template."""

    step: str
    name_zh: str
    name_en: str
    closes: bool


class Transition(TypedDict):
    """From which step to which, who may take it, what it needs, whether it stops or starts the clocks."""

    from_step: str
    to_step: str
    kind: Literal["forward", "return", "reopen"]
    roles: list[str]
    needs: list[str]
    clock: Literal["stop", "start"] | None


@dataclass(frozen=True)
class Workflow:
    """A template: its steps in their order, and its transitions."""

    workflow: str
    name_zh: str
    name_en: str
    steps: list[WorkflowStep]
    transitions: list[Transition]


def take_step(connection: Connection, number: str, step: str, note: str | None, caller: Caller) -> None:
    """Move a ticket forward or back, or reopen it. The connection's scope must be the caller's.

    Raises NotFound, NotAllowed (role or area), Conflict (no such transition, or parts are still open), Refused
    (a note or a photo is missing).
    """
    with asking(connection):
        connection.execute(
            text("SELECT app.take_step(:number, :step, :actor, :role, :note)"),
            {"number": number, "step": step, "actor": caller.name, "role": caller.role, "note": note},
        )


def list_workflows(connection: Connection) -> list[Workflow]:
    """Which templates are there?"""
    rows = connection.execute(
        text(
            "SELECT w.workflow, w.name_zh, w.name_en,"
            " (SELECT jsonb_agg(jsonb_build_object('step', s.step, 'name_zh', s.name_zh, 'name_en', s.name_en,"
            "  'closes', s.closes) ORDER BY s.position) FROM work.step AS s WHERE s.workflow = w.workflow) AS steps,"
            " (SELECT jsonb_agg(jsonb_build_object('from_step', t.from_step, 'to_step', t.to_step, 'kind', t.kind,"
            "  'roles', t.roles, 'needs', t.needs, 'clock', t.clock) ORDER BY f.position, g.position)"
            "  FROM work.transition AS t"
            "  JOIN work.step AS f ON f.workflow = t.workflow AND f.step = t.from_step"
            "  JOIN work.step AS g ON g.workflow = t.workflow AND g.step = t.to_step"
            "  WHERE t.workflow = w.workflow) AS transitions"
            " FROM work.workflow AS w ORDER BY w.workflow"
        )
    )
    return [Workflow(**row._mapping) for row in rows]
