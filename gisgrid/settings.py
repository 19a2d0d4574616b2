"""One frozen object with every setting, built once and passed in; nothing is read at import."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
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
    processes: int = 1
    pool_size: int = 8
    wait_s: float = 1.0
    statement_timeout_s: int = 15
    max_body_bytes: int = 2_000_000
    streams_per_address: int = 200
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
    log_format: str = "text"
    cors_origins: str = "*"
    webhook_http: bool = False
    basemap: str = ""
    basemap_key: str = ""
    basemap_system: str = "wgs84"
    basemap_attribution: str = ""
    basemap_maxzoom: int = 18
    basemap_cache_bytes: int = 64_000_000
    basemap_tiles_per_hour: int = 20_000
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_scope: str = "openid profile email"
    oidc_groups: str = "groups"
    oidc_name: str = ""
    smtp_url: str = ""
    mqtt_url: str = ""
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

    An argument that is None counts as not given. Raises Refused naming each variable that is wrong, or misspelt.
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
    if faults := [*check(settings), *_misspelt(environ)]:
        raise Refused(*faults)
    return replace(settings, data_dir=Path(settings.data_dir).absolute())


def check(settings: Settings) -> list[Fault]:
    """What is wrong with these values, each with its remedy? The database judges some later."""
    faults = [
        Fault(f"GISGRID_{name.upper()}", f"{str(getattr(settings, name))!r} cannot be used", remedy)
        for names, is_right, remedy in RULES
        for name in names.split()
        if not is_right(getattr(settings, name))
    ]
    if not settings.basemap_key and ("{key}" in settings.basemap or settings.basemap.startswith(NAMED_BASEMAP)):
        remedy = "the key that the operator of the base map gave you; of 天地图 one of type 服务端 (server)"
        faults.append(Fault("GISGRID_BASEMAP_KEY", "this base map needs a key", remedy))
    return faults


def _is_zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name))
    except (ValueError, OSError, KeyError):
        return False


def _is_public(url: str) -> bool:
    parts = urlsplit(url)
    return not url or (parts.scheme in ("http", "https") and bool(parts.netloc) and not (parts.query or parts.fragment))


def _is_time_of_work(text: str) -> bool:
    spans = [span.split("-") for span in text.split(",")]
    return all(len(span) == 2 and all(_TIME.fullmatch(end) for end in span) and span[0] < span[1] for span in spans)


def _is_basemap(text: str) -> bool:
    """Nothing, a word, one file, or addresses of tiles with blanks between them."""
    if not text or re.fullmatch(rf"{NAMED_BASEMAP}(-imagery|-terrain)?", text) or text.lower().endswith(".pmtiles"):
        return True
    return all(_is_of_tiles(address) for address in text.split()) and bool(text.split())


def _is_of_tiles(address: str) -> bool:
    parts = urlsplit(address)
    is_whole = {"z", "x"} <= _places(address) and bool({"y", "-y"} & _places(address))
    is_wmts = {"TileMatrix", "TileRow", "TileCol"} <= _places(address)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and (is_whole or is_wmts)


def _places(address: str) -> set[str]:
    return set(re.findall(r"\{([^{}]*)\}", address))


NAMED_BASEMAP = "tianditu"
_TIME = re.compile(r" *(?:[01][0-9]|2[0-3]):[0-5][0-9] *|24:00")
Rule = tuple[str, Callable[[Any], bool], str]
RULES: tuple[Rule, ...] = (
    ("zone", _is_zone, "a name of the time zone database, as Asia/Shanghai"),
    ("port", lambda n: 0 < n < 65536, "a port from 1 to 65535"),
    (
        "pool_size due_soon_hours statement_timeout_s max_body_bytes reports_per_hour tries_per_hour photo_max_bytes"
        " photos_per_ticket import_max_bytes notice_give_up_hours alarms_per_hour change_days ping_days client_ref_days"
        " notice_days photo_days audit_days streams_per_address",
        lambda n: n >= 1,
        "1 or more",
    ),
    ("contact_days alarm_again_hours reopen_days far_m coarse_m", lambda n: n >= 0, "0 or more"),
    ("processes", lambda n: 1 <= n <= 64, "a number from 1 to 64; as many as the machine has processors is enough"),
    ("wait_s", lambda n: 0 < n < float("inf"), "more than 0"),
    ("work_hours", _is_time_of_work, "times of a day, as 09:00-12:00,14:00-18:00"),
    ("public_url", _is_public, "an address with http or https, as https://grid.example or https://city.example/gis"),
    ("host network", bool, "not empty"),
    (
        "basemap",
        _is_basemap,
        "tianditu, tianditu-imagery, tianditu-terrain, a .pmtiles file, or an address of tiles with z, x, y in braces",
    ),
    ("basemap_system", lambda name: name in ("wgs84", "gcj02"), "wgs84 or gcj02"),
    ("basemap_maxzoom", lambda n: 0 <= n <= 24, "a zoom from 0 to 24"),
    ("basemap_cache_bytes", lambda n: n >= 0, "0 or more"),
    ("basemap_tiles_per_hour", lambda n: n >= 1, "1 or more"),
    ("log_format", lambda name: name in ("text", "json"), "text or json"),
    ("smtp_url", lambda url: not url or urlsplit(url).scheme in ("smtp", "smtps"), "smtp:// or smtps://"),
    ("mqtt_url", lambda url: not url or urlsplit(url).scheme in ("mqtt", "mqtts"), "mqtt:// or mqtts://"),
)
"""Names of settings, what is right, and the remedy."""
OTHERS = {"GISGRID_URL"}
"""Variables of other programs of the project."""


def _misspelt(environ: Mapping[str, str]) -> list[Fault]:
    """Which variables are nearly a setting? One that is like none may be somebody else's."""
    known = {f"GISGRID_{name.upper()}" for name in vars(Settings())} | OTHERS
    faults = []
    for name in environ:
        if name.startswith("GISGRID_") and name not in known and not name.startswith("GISGRID_TEST_"):
            near = get_close_matches(name, known, n=1, cutoff=0.8)
            faults += [Fault(name, "there is a setting of nearly this name", f"write {near[0]}")] if near else []
    return faults


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
