"""Service discovery: where the standard is served, in which forms, and whether what clients keep is still right."""

import hashlib
import json
import threading
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection, text

from gisgrid.open311.asking import Arguments, CurrentDatabase, CurrentSettings
from gisgrid.open311.formats import MEDIA, format_of, render, w3c
from gisgrid.open311.services import ATTRIBUTES, list_services
from gisgrid.ways import home_of

router = APIRouter()
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
PREFIX = "/open311/v2"
KEYS = "api_key 是账号的密钥，请向管理员申请 / api_key is the secret of an account: ask the operator of this service"


class Changeset:
    """When did the services last change, as far as this process has seen? Clients renew their lists by it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: tuple[bytes, datetime] | None = None

    def at(self, connection: Connection) -> datetime:
        """The database's time at which the present list was first seen."""
        listed = json.dumps([list_services(connection), ATTRIBUTES], default=vars).encode()
        digest = hashlib.sha256(listed).digest()
        now: datetime = connection.execute(text("SELECT now()")).scalar_one()
        with self._lock:
            if self._seen is None or self._seen[0] != digest:
                self._seen = (digest, now)
            return self._seen[1]


@router.get("/discovery.{extension}")
def get_discovery(
    extension: str, request: Request, _arguments: Arguments, database: CurrentDatabase, settings: CurrentSettings
) -> Response:
    """Service Discovery."""
    kind = format_of(request)
    changes: Changeset = request.app.state.changeset
    with database.transaction() as connection:
        changeset = w3c(changes.at(connection), settings.timezone)
    endpoint: dict[str, Any] = {
        "specification": SPECIFICATION,
        "url": home_of(request.scope) + PREFIX,
        "changeset": changeset,
        "type": "production",
        "formats": [media.partition(";")[0] for media in MEDIA.values()],
    }
    answer = {
        "changeset": changeset,
        "contact": settings.open311_contact,
        "key_service": KEYS,
        "endpoints": [endpoint],
    }
    return render(kind, "discovery", answer)
