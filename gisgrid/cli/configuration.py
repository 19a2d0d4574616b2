"""`gisgrid config`: which settings hold, and where each comes from."""

import os
import re
from dataclasses import fields

from gisgrid.cli.context import DataDir, DbPort, Json, show
from gisgrid.settings import Settings, read_settings

SECRETS = {"oidc_client_secret", "basemap_key"}
PASSWORD = re.compile(r"(?<=:)[^:/@]+(?=@)|(?<=password=)[^&]+")


def config(data_dir: DataDir = None, db_port: DbPort = None, json: Json = False) -> None:
    """Which settings hold, and whence: an option, the environment, or by default? Passwords are masked."""
    settings = read_settings(data_dir=data_dir, db_port=db_port)
    found = [
        {
            "name": f"GISGRID_{one.name.upper()}",
            "value": _masked(one.name, getattr(settings, one.name)),
            "from": _source(one.name, getattr(settings, one.name)),
        }
        for one in fields(Settings)
    ]
    lines = (f"{one['name']}\t{one['value']}\t{one['from']}" for one in found)
    show(found, "\n".join(lines), as_json=json)


def _masked(name: str, value: object) -> object:
    """The value as it may be shown: without a secret, or the password of a URL."""
    if name in SECRETS and value:
        return "***"
    if isinstance(value, str):
        return PASSWORD.sub("***", value)
    return value if isinstance(value, int | float) else str(value)


def _source(name: str, value: object) -> str:
    """An option differs from what the environment, or nothing, would give."""
    without = getattr(read_settings(), name)
    if value != without:
        return "option"
    return "environment" if f"GISGRID_{name.upper()}" in os.environ else "default"
