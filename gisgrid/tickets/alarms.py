"""An alarm of a device becomes a ticket at the device, or an event on the device's open ticket."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from gisgrid.instants import write_instant
from gisgrid.layers import Json
from gisgrid.settings import Settings
from gisgrid.tickets.receipts import Received, find_receipt, keep_receipt, make_key, read_facts, with_secret


@dataclass(frozen=True)
class Alarm:
    """An alarm: what the device noticed, the value, when (None: now), a description, the camera that saw it."""

    kind: str | None = None
    value: float | str | None = None
    at: datetime | None = None
    description: str | None = None
    client_ref: str = ""
    camera: str | None = None


def receive_alarm(connection: Connection, device_id: int, device: str, alarm: Alarm, settings: Settings) -> Received:
    """Take in an alarm of a device; while the device's ticket is open and young, a further alarm is an event on it.

    Returns a receipt with `alarms`, their number so far. Raises Conflict if the key was used for another body.
    """
    key = make_key(f"device:{device}", alarm.client_ref, _body(alarm))
    if known := find_receipt(connection, key):
        return Received(known, is_new=False)
    noticed = {
        "network": settings.network,
        "zone": settings.zone,
        "kind": alarm.kind,
        "value": alarm.value,
        "description": alarm.description,
        "camera": alarm.camera,
        "reported_at": write_instant(alarm.at) if alarm.at else None,
    }
    row = connection.execute(
        text("SELECT * FROM app.receive_alarm(:device, jsonb_strip_nulls(CAST(:alarm AS jsonb)), :young)"),
        {"device": device_id, "alarm": json.dumps(noticed), "young": timedelta(hours=settings.alarm_again_hours)},
    ).one()
    facts = read_facts(row, "wgs84")
    facts["alarms"] = row.alarms
    keep_receipt(connection, key, row.ticket_id, facts)
    return Received(with_secret(connection, facts), is_new=row.alarms == 1)


def _body(alarm: Alarm) -> Json:
    """What makes two alarms the same one; without a camera as it was before there were any."""
    return {name: value for name, value in asdict(alarm).items() if name != "camera" or value is not None}
