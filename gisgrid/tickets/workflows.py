"""Loading a city's own templates of steps; a template in which a ticket could be lost is refused."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from sqlalchemy import Connection, text

from gisgrid.database import EVERYTHING, Database, asking
from gisgrid.errors import Fault, Refused, Unreadable

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Unit = Literal["calendar", "working"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)


class Step(_Strict):
    """A step: `begins` routed (tickets have an assignee) or unrouted (tickets wait for one)."""

    step: Name
    name_zh: Label
    name_en: Label
    begins: Literal["routed", "unrouted"] | None = None
    closes: bool = False
    due_hours: Annotated[int, Field(gt=0, le=87_600)] | None = None
    due_unit: Unit = "calendar"


class Transition(_Strict):
    """A transition: the next step, who may take it, what it needs, whether it stops or starts the clocks."""

    from_: Annotated[Name, Field(alias="from")]
    to: Name
    roles: Annotated[list[Name], Field(min_length=1)]
    kind: Literal["forward", "return", "reopen"] = "forward"
    needs: list[Literal["note", "photo"]] = []
    clock: Literal["stop", "start"] | None = None


class Template(_Strict):
    """A workflow as in its file."""

    workflow: Name
    name_zh: Label
    name_en: Label
    step: Annotated[list[Step], Field(min_length=2)]
    transition: Annotated[list[Transition], Field(min_length=1)]


_SAVE = """
WITH flow AS (
    INSERT INTO work.workflow (workflow, name_zh, name_en) VALUES (:workflow, :name_zh, :name_en)
    ON CONFLICT (workflow) DO UPDATE SET name_zh = excluded.name_zh, name_en = excluded.name_en RETURNING workflow
)
INSERT INTO work.step (workflow, step, position, name_zh, name_en, is_first_routed, is_unrouted, closes, due_hours,
                       due_unit)
SELECT f.workflow, s.step, s.position, s.name_zh, s.name_en, coalesce(s.begins = 'routed', false),
       coalesce(s.begins = 'unrouted', false), s.closes, s.due_hours, s.due_unit
FROM flow AS f CROSS JOIN jsonb_to_recordset(CAST(:steps AS jsonb)) AS s(
    step text, position smallint, name_zh text, name_en text, begins text, closes boolean, due_hours integer,
    due_unit text)
ON CONFLICT (workflow, step) DO UPDATE SET
    position = excluded.position, name_zh = excluded.name_zh, name_en = excluded.name_en,
    is_first_routed = excluded.is_first_routed, is_unrouted = excluded.is_unrouted, closes = excluded.closes,
    due_hours = excluded.due_hours, due_unit = excluded.due_unit
"""
_TRANSITIONS = """
INSERT INTO work.transition (workflow, from_step, to_step, roles, kind, needs, clock)
SELECT :workflow, t.from_step, t.to_step, t.roles, t.kind, t.needs, t.clock
FROM jsonb_to_recordset(CAST(:transitions AS jsonb)) AS t(
    from_step text, to_step text, roles text[], kind text, needs text[], clock text)
"""
_STUCK = """
SELECT string_agg(DISTINCT t.step, ', ') FROM work.ticket AS t JOIN work.step AS s USING (workflow, step)
WHERE t.workflow = :workflow AND (NOT s.step = ANY(:kept)
      OR s.closes <> (t.closed_at IS NOT NULL) AND t.duplicate_of IS NULL)
"""


def load_workflow(database: Database, path: Path) -> str:
    """Load a template, or change the template of that name; returns its name. It applies to open tickets at once.

    Raises Unreadable for a file that is not TOML, Refused with every fault, for a step with tickets that the file
    lacks, and for a template in which a ticket could be lost.
    """
    template = _read(path)
    try:
        with database.transaction(EVERYTHING) as connection, asking(connection):
            _save(connection, path.name, template)
            connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    except Refused as refused:
        raise refused.said_of(path.name) from refused
    return template.workflow


def _read(path: Path) -> Template:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Unreadable(
            Fault("file", f"{path} cannot be read: {error.strerror}", "name a file that is there")
        ) from error
    except ValueError as error:
        raise Unreadable(Fault("file", f"{path.name} is no TOML in UTF-8: {error}", "see docs/tickets.md")) from error
    try:
        template = Template.model_validate(data)
    except ValidationError as error:
        raise Refused(*(_fault(path.name, one) for one in error.errors())) from error
    _check_names(path.name, template)
    return template


def _check_names(where: str, template: Template) -> None:
    steps = [step.step for step in template.step]
    faults = [
        Fault(f"{where}, step {step}", "it is there twice", "keep one")
        for step in sorted({s for s in steps if steps.count(s) > 1})
    ]
    arcs = [(arc.from_, arc.to) for arc in template.transition]
    for arc in sorted(set(arcs)):
        name = f"{where}, transition {arc[0]} -> {arc[1]}"
        if arcs.count(arc) > 1:
            faults.append(Fault(name, "it is there twice", "keep one"))
        faults += [
            Fault(name, f"there is no step {step}", f"one of {', '.join(steps)}") for step in arc if step not in steps
        ]
    if faults:
        raise Refused(*faults)


def _fault(where: str, error: Mapping[str, Any]) -> Fault:
    place = [f"{part + 1}" if isinstance(part, int) else str(part) for part in error["loc"]]
    return Fault(f"{where}, {' '.join(place)}", str(error["msg"]), "see docs/tickets.md")


def _save(connection: Connection, where: str, template: Template) -> None:
    steps = [step.model_dump() | {"position": n} for n, step in enumerate(template.step, 1)]
    arcs = [
        {"from_step": arc.from_, "to_step": arc.to} | arc.model_dump(include={"roles", "kind", "needs", "clock"})
        for arc in template.transition
    ]
    flow = template.model_dump(include={"workflow", "name_zh", "name_en"})
    kept = {"workflow": template.workflow, "kept": [step["step"] for step in steps]}
    connection.execute(text("DELETE FROM work.transition WHERE workflow = :workflow"), flow)
    connection.execute(text(_SAVE), flow | {"steps": json.dumps(steps)})
    if stuck := connection.execute(text(_STUCK), kept).scalar():
        message = f"tickets are in {stuck}, which it lacks, or closes otherwise than before"
        raise Refused(Fault(f"{where}, step", message, "keep these steps as they are, or name a new workflow"))
    connection.execute(text("DELETE FROM work.step WHERE workflow = :workflow AND NOT step = ANY(:kept)"), kept)
    connection.execute(text(_TRANSITIONS), flow | {"transitions": json.dumps(arcs)})
