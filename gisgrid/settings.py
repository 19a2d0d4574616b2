"""One frozen object with every setting, built once and passed in; nothing is read at import."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from gisgrid.errors import Fault, Refused

PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Settings:
    """What can be set, with its default. Each is also an environment variable GISGRID_<NAME>."""

    data_dir: Path = Path(".gisgrid")
    port: int = 8000
    db_port: int = 25432
    database_url: str = ""
    service_url: str = ""
    host: str = "127.0.0.1"
    zone: str = "Asia/Shanghai"
    due_soon_hours: int = 24
    far_m: int = 2_000
    coarse_m: int = 1_000
    work_hours: str = "09:00-12:00,14:00-18:00"
    network: str = "base"
    pool_size: int = 8
    wait_s: float = 1.0
    statement_timeout_s: int = 15
    max_body_bytes: int = 2_000_000
    reports_per_hour: int = 60
    tries_per_hour: int = 30
    photo_dir: str = ""
    backup_key_file: str = ""
    wal_dir: str = ""
    photo_max_bytes: int = 15_000_000
    photos_per_ticket: int = 12
    import_max_bytes: int = 50_000_000
    contact_days: int = 365
    reopen_days: int = 30
    change_days: int = 7
    ping_days: int = 90
    client_ref_days: int = 30
    notice_days: int = 90
    photo_days: int = 3650
    audit_days: int = 3650
    alarm_again_hours: int = 24
    alarms_per_hour: int = 600
    public_facts: bool = True
    public_url: str = ""
    trusted_proxies: str = ""
    worker: bool = True
    cors_origins: str = "*"
    webhook_http: bool = False
    smtp_url: str = ""
    mail_from: str = ""
    notice_give_up_hours: int = 72
    open311_jurisdiction: str = ""
    open311_contact: str = ""

    @property
    def timezone(self) -> ZoneInfo:
        """The district's zone: a bare date is 00:00 there, and it cuts `today`."""
        return ZoneInfo(self.zone)

    @property
    def photos(self) -> Path:
        """The folder of the files of photos."""
        return Path(self.photo_dir).absolute() if self.photo_dir else self.data_dir / "photos"


def read_settings(environ: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """Read the settings. Arguments win over the environment, which wins over defaults.

    An argument that is None counts as not given. Raises Refused naming the variable.
    """
    environ = os.environ if environ is None else environ
    settings = Settings()
    for name, default in vars(settings).items():
        text = environ.get(f"GISGRID_{name.upper()}")
        value = given.get(name)
        if value is None and text is not None:
            value = _read(name, text, default)
        if value is not None:
            settings = replace(settings, **{name: value})
    return replace(settings, data_dir=Path(settings.data_dir).absolute())


def _read(name: str, text: str, default: object) -> object:
    try:
        if isinstance(default, bool):
            return {"1": True, "true": True, "0": False, "false": False}[text.lower()]
        return type(default)(text)  # type: ignore[call-arg]
    except (KeyError, ValueError) as error:
        kind = type(default).__name__
        raise Refused(Fault(f"GISGRID_{name.upper()}", f"{text!r} is not a {kind}")) from error


def shipped(name: str) -> Path:
    """The path of a folder that ships with the code (`sql`, `tiles`, `sample_geojson`).

    In a wheel the folder is in `gisgrid/_data`, in a checkout beside the package.
    """
    packed = PACKAGE / "_data" / name
    return packed if packed.is_dir() else PACKAGE.parent / name
