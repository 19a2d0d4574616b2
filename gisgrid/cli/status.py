"""`gisgrid status`: how is it doing? Starts nothing."""

import json as json_of
import shutil
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import typer

from gisgrid import __version__
from gisgrid.bootstrap import say
from gisgrid.cli import services
from gisgrid.cli.context import DataDir, DbPort, Json, show
from gisgrid.cluster import driver_url, find_running
from gisgrid.instants import write_instant
from gisgrid.processes import list_processes
from gisgrid.settings import Settings, read_settings

ASK_S = 3
Facts = dict[str, Any]
SERVER = """
SELECT current_setting('server_version') AS postgresql,
    (SELECT extversion FROM pg_extension WHERE extname = 'postgis') AS postgis,
    pg_database_size(current_database()) AS bytes,
    (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
    current_setting('max_connections')::integer AS max_connections,
    (SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'gisgrid worker%') AS worker_connections,
    (SELECT name FROM public.gisgrid_migration WHERE name <> 'app' ORDER BY name DESC LIMIT 1) AS schema
"""


def status(data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """How is it doing: service, database, versions, worker, queues, disk? Ends with 1 where something does not run."""
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    found: Facts = {
        "version": __version__,
        "service": _service(settings),
        "database": _database(settings),
        "disk": _disk(settings),
    }
    found["service"] |= _processes(settings)
    found["worker"] = {"running": bool(found["database"].pop("worker_connections", 0))}
    show(found, "\n".join(_lines(found)), as_json=json)
    whole = found["service"]["processes_running"] == found["service"]["processes"]
    if not (found["service"]["ready"] and whole and found["database"]["running"] and found["worker"]["running"]):
        raise typer.Exit(1)


def _service(settings: Settings) -> Facts:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104  # compared only
    where = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    try:
        with urllib.request.urlopen(f"{where}/readyz", timeout=ASK_S) as answer:  # noqa: S310  # our own address
            return {"address": where, "running": True, "ready": answer.status == 200, "reasons": []}
    except urllib.error.HTTPError as error:
        said = json_of.loads(error.read() or b"{}").get("errors", [])
        return {"address": where, "running": True, "ready": False, "reasons": [one["message"] for one in said]}
    except (OSError, ValueError):
        return {"address": where, "running": False, "ready": False, "reasons": []}


def _processes(settings: Settings) -> Facts:
    """The processes that serve this port, each with its number and why it is not ready; none where none runs."""
    for service in services.running(settings.data_dir):
        if service.port == settings.port:
            found = list_processes(service.folder)
            each = [{"pid": one.pid, "reasons": [fault.message for fault in one.faults]} for one in found]
            return {"processes": service.processes, "processes_running": len(found), "each": each}
    return {"processes": 0, "processes_running": 0, "each": []}


def _database(settings: Settings) -> Facts:
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import SQLAlchemyError

    from gisgrid.machinery import read_machinery

    if settings.database_url:
        url = driver_url(settings.database_url, "GISGRID_DATABASE_URL")
    else:
        running = find_running(settings)
        if running is None:
            return {"running": False}
        url = running.owner_url
    engine = create_engine(url, hide_parameters=True, connect_args={"connect_timeout": ASK_S})
    try:
        with engine.connect() as connection:
            facts = dict(connection.execute(text(SERVER)).one()._mapping)
            machinery = vars(read_machinery(connection))
    except SQLAlchemyError as error:
        say(f"  the database does not answer: {str(getattr(error, 'orig', error)).strip()}")
        return {"running": False}
    finally:
        engine.dispose()
    instants = {
        name: write_instant(machinery[name]) for name in ("boundary_at", "backup_finished_at") if machinery[name]
    }
    return {"running": True, **facts, **machinery, **instants}


def _disk(settings: Settings) -> Facts:
    """Free space where the data directory and the photos lie."""
    found = {}
    for name, place in (("data", settings.data_dir), ("photos", settings.photos)):
        there = next((folder for folder in (place, *place.parents) if folder.exists()), Path("/"))
        usage = shutil.disk_usage(there)
        found[name] = {"path": str(place), "free_bytes": usage.free, "total_bytes": usage.total}
    return found


def _lines(found: Facts) -> list[str]:
    """The same for people: a line a fact."""
    lines = [f"version\t{found['version']}"]
    for part in ("service", "database", "worker"):
        lines += [f"{part} {name}\t{_word(value)}" for name, value in found[part].items() if name != "each"]
    lines += [f"process {one['pid']}\t{_word(one['reasons'] or 'ready')}" for one in found["service"]["each"]]
    for name, facts in found["disk"].items():
        lines.append(f"disk {name}\t{facts['free_bytes'] / 1e9:.1f} of {facts['total_bytes'] / 1e9:.1f} GB free")
    return lines


def _word(value: object) -> str:
    words: dict[object, str] = {True: "yes", False: "no", None: "-"}
    if isinstance(value, list):
        return "; ".join(map(str, value)) or "-"
    return words[value] if value is None or isinstance(value, bool) else str(value)
