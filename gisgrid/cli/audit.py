"""`gisgrid audit`: who did what, and who read whom; is the trail whole?"""

import json as json_module
import re
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.cli.context import DataDir, DbPort, Json, owner_database, read_received, show
from gisgrid.errors import Conflict, Fault, Refused
from gisgrid.instants import in_zone, write_instant
from gisgrid.settings import Settings, read_settings

if TYPE_CHECKING:
    from gisgrid.database import Database
    from gisgrid.trail import Entry, Question

WHY_ZH = {"missing": "缺失", "changed": "被改动", "added": "是后加的", "other than was kept": "与另存的末端不符"}


def audit(
    who: Annotated[
        str | None, typer.Option(help="An account, a database login, machine/NAME; '' for strangers.")
    ] = None,
    what: Annotated[str, typer.Option(help="sign_in, refused, read, export, account, post, rule, changeset, ...")] = "",
    since: Annotated[str | None, typer.Option("--from", help="From then on.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Before then; a date: through that day.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="The newest so many.")] = 100,
    is_check: Annotated[
        bool, typer.Option("--verify", help="Is every row as it was written? Ends with 1 naming the first that is not.")
    ] = False,
    kept: Annotated[str, typer.Option(help="With --verify: an end that it printed before, N:DIGEST.")] = "",
    data_dir: DataDir = None,
    db_port: DbPort = None,
    json: Json = False,
) -> None:
    """The audit trail, the newest first: who did what, and who read whom."""
    from gisgrid.trail import Question

    settings = read_settings(data_dir=data_dir, db_port=db_port)
    kept_id, kept_digest = _read_kept(kept)
    question = Question(who, what, *read_received(since, until, settings))
    with owner_database(settings) as database:
        _seal(database)
        if is_check:
            _verify(database, kept_id, kept_digest, as_json=json)
        else:
            found = _read(database, question, limit)
            lines = "\n".join(_line(one, settings) for one in found)
            show([in_zone(one, settings.timezone) for one in found], lines, as_json=json)


def _seal(database: "Database") -> None:
    from gisgrid.trail import seal

    sealed = 1
    while sealed:
        with database.transaction() as connection:
            sealed = seal(connection)


def _read(database: "Database", question: "Question", limit: int) -> "list[Entry]":
    from gisgrid.database import EVERYTHING
    from gisgrid.trail import MOST, list_audit

    found: list[Entry] = []
    with database.transaction(EVERYTHING) as connection:
        while len(found) < limit:
            before = found[-1].audit_id if found else None
            page = list_audit(connection, question, before=before, limit=min(MOST, limit - len(found)))
            found += page
            if len(page) < MOST:
                break
    return found


def _verify(database: "Database", kept_id: int | None, kept_digest: str, *, as_json: bool) -> None:
    from gisgrid.database import EVERYTHING
    from gisgrid.trail import verify

    with database.transaction(EVERYTHING) as connection:
        chain = verify(connection, kept_id, kept_digest)
    if chain.why is not None:
        message = f"row {chain.broken_id} of the audit trail is {chain.why}"
        remedy = "compare it with a backup: every row before it is as it was written"
        zh, remedy_zh = (
            f"审计记录第 {chain.broken_id} 行{WHY_ZH[chain.why]}",
            "请与备份比对；此行之前的记录与写入时一致",
        )
        raise Conflict(Fault("audit", message, remedy, zh, remedy_zh))
    end = f"{chain.audit_id}:{chain.digest}"
    show(
        {"rows": chain.audit_id, "end": end},
        f"{chain.audit_id} rows, whole; its end, to be kept elsewhere:\n{end}",
        as_json=as_json,
    )


def _read_kept(kept: str) -> tuple[int | None, str]:
    if not kept:
        return None, ""
    match = re.fullmatch(r"([0-9]{1,18}):([0-9a-f]{64})", kept)
    if not match:
        raise Refused(Fault("--kept", f"{kept[:80]!r} does not read as an end", "N:DIGEST, as --verify prints it"))
    return int(match[1]), match[2]


def _line(entry: "Entry", settings: Settings) -> str:
    facts = json_module.dumps(entry.facts, ensure_ascii=False)
    at = write_instant(entry.at.astimezone(settings.timezone))
    return "\t".join([str(entry.audit_id), at, entry.who or "-", entry.what, entry.subject, facts])
